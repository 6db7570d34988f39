"""Compiled rules that are kept are the rules."""

from pathlib import Path

from assay.scan.secrets.compiled import FILE, compile_rules
from assay.scan.secrets.matcher import Matcher
from assay.system.processor import processor_kind
from assay.system.sealed import SealedFolder
from tests.scan.secrets.generate import fill

KEY = b"k" * 32
TEXT = (fill("npm_{b62:30}{crc}") + "\nAPI_KEY='" + fill("{hex:32}") + "'\n").encode()


def found(sealed: SealedFolder | None, name: str = "n") -> list[tuple[str, bytes]]:
    made = compile_rules(sealed=sealed, name=name)
    matcher = Matcher(made.rules, serialized=made.serialized)
    return [(match.rule.id, match.value) for match in matcher.find(TEXT)]


def test_kept_rules_are_the_rules(tmp_path: Path) -> None:
    sealed = SealedFolder(folder=tmp_path, key=KEY)
    first = compile_rules(sealed=sealed, name="n")
    again = compile_rules(sealed=sealed, name="n")
    assert first == again == compile_rules(sealed=None, name="n")
    assert len(found(sealed)) == 2


def test_a_hostile_file_is_never_loaded(tmp_path: Path) -> None:
    """It would be read by a library in C++: only what we sealed gets there."""
    sealed = SealedFolder(folder=tmp_path, key=KEY)
    compile_rules(sealed=sealed, name="n")
    (file,) = tmp_path.glob(f"{FILE}-*")
    content = bytearray(file.read_bytes())
    content[500:4000] = b"\xff" * 3500
    file.write_bytes(content)
    assert len(found(sealed)) == 2
    assert file.read_bytes() != content


def test_what_the_library_refuses_is_made_again(tmp_path: Path) -> None:
    """Such as after it was built anew under the same version."""
    sealed = SealedFolder(folder=tmp_path, key=KEY)
    compile_rules(sealed=sealed, name="n")
    (file,) = tmp_path.glob(f"{FILE}-*")
    name = f"rules for {processor_kind()}, n"
    body = sealed.load(file.name, name=name)
    assert body is not None
    sealed.save(file.name, body[:8] + b"\xff" * 64 + body[72:], name=name)
    assert len(found(sealed)) == 2
