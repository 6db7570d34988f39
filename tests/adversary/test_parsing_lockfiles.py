"""Parsing: lock files made to deceive the reader, or whoever reads the report."""

import pytest

from assay.core.purl import make_purl
from assay.sbom.collect import read_inventory
from assay.sbom.component import Inventory

LOCK = b'{"lockfileVersion": 3, "packages": {%s}}'


def why(inventory: Inventory) -> str:
    assert not inventory.components
    (note,) = inventory.not_checked
    return note.why


REFUSED = {
    "duplicate-json-keys": (
        {"package-lock.json": LOCK % b'"node_modules/a": {"version": "1", "version": "2"}'},
        "not strict JSON: repeated key 'version'",
    ),
    "nan": (
        {"package-lock.json": LOCK % b'"node_modules/a": {"version": NaN}'},
        "not strict JSON: NaN is no number of JSON",
    ),
    "lone-surrogate": (
        {"package-lock.json": LOCK % b'"node_modules/\\ud800": {"version": "1"}'},
        "not UTF-8, or a lone surrogate",
    ),
    "json-depth": (
        {"package-lock.json": LOCK % (b'"a": ' + b"[" * 70 + b"]" * 70)},
        "more than 64 levels",
    ),
    "yaml-alias": (
        {"pnpm-lock.yaml": b"lockfileVersion: '9.0'\na: *b\n"},
        "an alias, which is not read (at line 2)",
    ),
    "yaml-anchor": (
        {"pnpm-lock.yaml": b"a: &a [x, x]\nb: &b [*a, *a]\n"},
        "an anchor, which is not read (at line 1)",
    ),
    "yaml-tag": (
        {"pnpm-lock.yaml": b"a: !!python/object/apply:os.system ['x']\n"},
        "a tag, which is not read (at line 1)",
    ),
    "yaml-repeated-key": (
        {"pnpm-lock.yaml": b"a: 1\na: 2\n"},
        "the repeated key 'a', which is not read (at line 2)",
    ),
    "toml-repeated-key": (
        {"uv.lock": b"version = 1\nversion = 1\n"},
        "not TOML: Cannot overwrite a value (at line 2, column 12)",
    ),
    "invalid-utf-8": (
        {"Cargo.lock": b"\xff"},
        "not TOML: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte",
    ),
}


@pytest.mark.parametrize(("files", "reason"), REFUSED.values(), ids=REFUSED)
def test_refused(files: dict[str, bytes], reason: str) -> None:
    assert why(read_inventory(files)) == reason


def test_terminal_escape_sequence_in_a_name() -> None:
    inventory = read_inventory(
        {"package-lock.json": LOCK % b'"node_modules/\\u001b[2Ja": {"version": "1"}'}
    )
    (note,) = inventory.not_checked
    assert "\x1b" not in note.where + note.why
    assert not inventory.components


def test_terminal_escape_sequence_in_a_requirement() -> None:
    inventory = read_inventory({"requirements.txt": b"flask ; \x1b]0;x\x07\n"})
    assert inventory.unpinned == ("requirements.txt: flask ; \\x1b]0;x\\x07",)


def test_secret_in_a_url_is_not_copied() -> None:
    """A password in front of a host stays out of names, notes and requirements."""
    word = "correct" + "-horse"
    commit = "0123456789" * 4
    content = (
        f"a @ git+https://user:{word}@host.example/a.git@{commit}\n"
        f"b @ https://user:{word}@host.example/b.whl\n"
        f"https://user:{word}@host.example/c.whl\n"
        f"-r https://user:{word}@host.example/d.txt\n"
        f"e=={word} @@ https://user:{word}@host.example\n"
    )
    inventory = read_inventory({"requirements.txt": content.encode()})
    assert len(inventory.components) == len(inventory.unpinned) == 1
    assert f":{word}@" not in repr(inventory)


def test_regular_expression_blow_up() -> None:
    """Lines built to make patterns go back and forth are read in a moment."""
    hostile = (
        "a" * 4000 + "@@",
        "a" + " --x" * 1000,
        "a" + "\t--x" * 1000 + "!",
        "a[" * 2000,
        "a==" + "1," * 2000,
        " #" * 2000,
    )
    inventory = read_inventory({"requirements.txt": "\n".join(hostile).encode()})
    assert not inventory.components


def test_two_spellings_are_one_package() -> None:
    """A name cannot be hidden from advisories by writing it in another way."""
    names = ("Flask_Login", "flask.login", "FLASK--login", "flask-login")
    assert len({make_purl("pypi", "", name, "1.0") for name in names}) == 1
