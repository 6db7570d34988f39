"""A kit in which anything was changed is refused, with the place of the fault."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from assay.core.errors import AssayError
from assay.operations.verify_kit import Expectations, verify_kit
from tests.operations.auditing import Kit, canonical, drop, load_script
from tests.operations.kitdamage import Exported, entry_of, flip


def mine(kit: Kit) -> list[int]:
    """Return the indexes of the list of the subject, which is the first."""
    return kit["lists"][0]["entries"]  # type: ignore[return-value]


def flip_envelope(kit: Kit) -> None:
    entry = entry_of(kit, mine(kit)[-1])
    entry["envelope"] = flip(str(entry["envelope"]))


def swap_paths(kit: Kit) -> None:
    one, other = kit["entries"][2], kit["entries"][3]
    one["path"], other["path"] = other["path"], one["path"]


def swap_envelopes(kit: Kit) -> None:
    one, other = kit["entries"][2], kit["entries"][3]
    one["envelope"], other["envelope"] = other["envelope"], one["envelope"]


def add_entry_of_no_list(kit: Kit) -> None:
    mine(kit).remove(mine(kit)[0])


def name_other_subject(kit: Kit) -> None:
    kit["lists"][0]["subject"] = "gitCommit:" + "00" * 20


def empty_list(kit: Kit) -> None:
    """Say that the log has nothing about the subject."""
    for index in list(mine(kit)):
        drop(kit, index)


def keep_first_checkpoints(kit: Kit) -> None:
    """End with an older checkpoint, which is genuine, and what it covers."""
    del kit["checkpoints"][-1]


def flip_page(kit: Kit) -> None:
    pages = kit["lists"][0]["pages"]
    pages[0] = flip(pages[0])  # type: ignore[index]


def reverse_checkpoints(kit: Kit) -> None:
    kit["checkpoints"].reverse()


def forge_size(kit: Kit) -> None:
    note = str(kit["checkpoints"][-1]["note"])
    size = note.split("\n")[1]
    kit["checkpoints"][-1]["note"] = note.replace(f"\n{size}\n", f"\n{int(size) + 1}\n", 1)


def strip_date(kit: Kit) -> None:
    """Leave the log's signature, and take its cosignature, which is the date, away."""
    lines = str(kit["checkpoints"][-1]["note"]).split("\n")
    kit["checkpoints"][-1]["note"] = "\n".join([*lines[:-2], ""])


STRUCTURE: Final[dict[str, tuple[Callable[[Kit], object], str, str]]] = {
    "a flipped envelope": (flip_envelope, "the path does not lead from leaf", "is not the one of"),
    "an entry dropped": (
        lambda kit: kit["entries"].remove(entry_of(kit, mine(kit)[2])),
        "is not in the kit, at lists[0].entries",
        "a list of entries in another order",
    ),
    "an entry dropped from its list as well": (
        lambda kit: drop(kit, mine(kit)[2]),
        "where the index counts",
        "not what the log has for gitCommit:",
    ),
    "the newest verdict dropped, a failure": (
        lambda kit: drop(kit, mine(kit)[-1]),
        "where the index counts",
        "not what the log has for gitCommit:",
    ),
    "all of them dropped": (empty_list, "where the index counts", "not what the log has for"),
    "proofs exchanged": (swap_paths, "the path does not lead from leaf", "is not the one of"),
    "envelopes exchanged": (
        swap_envelopes,
        "the path does not lead from leaf",
        "is not the one of",
    ),
    "a proof too short": (
        lambda kit: entry_of(kit, mine(kit)[0])["path"].pop(),  # type: ignore[attr-defined]
        "hashes, where more are needed",
        "a path of a wrong length",
    ),
    "an empty text for a list of hashes": (
        lambda kit: kit["checkpoints"][-1].update(consistency=""),
        "str where an array is needed",
        "not the members of consistency",
    ),
    "an entry under another index": (
        lambda kit: kit["entries"][-1].update(index=10**6),
        "is not in a log of",
        "a path of a wrong length",
    ),
    "entries in another order": (
        lambda kit: kit["entries"].reverse(),
        "not in the order of the log",
        "entries not in their order",
    ),
    "an entry twice": (
        lambda kit: kit["entries"].append(copy.deepcopy(kit["entries"][-1])),
        "not in the order of the log",
        "entries not in their order",
    ),
    "an entry in no list": (
        lambda kit: [one.update(entries=[]) for one in kit["lists"][1:2]],
        "where the index counts",
        "not what the log has for",
    ),
    "a list in another order": (
        lambda kit: mine(kit).reverse(),
        "not in the order of a log",
        "a list of entries in another order",
    ),
    "an entry listed twice": (
        lambda kit: mine(kit).append(mine(kit)[-1]),
        "where the index counts",
        "a list of entries in another order",
    ),
    "the list of another subject": (
        name_other_subject,
        "does not belong here",
        "an entry about another",
    ),
    "no pages": (
        lambda kit: kit["lists"][0].update(pages=[]),
        "an index path of 0 pages",
        "an index path of a wrong length",
    ),
    "a flipped page": (flip_page, "of the index path is not the one", "not a signed page"),
    "a list left out": (
        lambda kit: kit["lists"].pop(),
        "is in no list, at entries",
        "not all lists, one twice",
    ),
    "a list twice": (
        lambda kit: kit["lists"].append(copy.deepcopy(kit["lists"][0])),
        "two lists of one key",
        "not all lists, one twice",
    ),
    "lists in another order": (
        lambda kit: kit["lists"].reverse(),
        "lists that are not in their order, at lists",
        "not all lists, one twice, or another order",
    ),
    "an older checkpoint": (
        keep_first_checkpoints,
        "checkpoints[",
        "a checkpoint of another history",
    ),
    "checkpoints in another order": (
        reverse_checkpoints,
        "checkpoints[",
        "checkpoints not in their order",
    ),
    "no checkpoints": (
        lambda kit: kit["checkpoints"].clear(),
        "a kit without a checkpoint",
        "IndexError",
    ),
    "a checkpoint with another size": (
        forge_size,
        "[signature-invalid]",
        "forged, not by assay.local/",
    ),
    "a checkpoint without its date": (
        strip_date,
        "not dated by",
        "a checkpoint that the log did not sign and date",
    ),
    "a member that is not known": (
        lambda kit: kit.update(more=[]),
        "not the one form of a kit",
        "not the members of kit",
    ),
    "a path for a name": (
        lambda kit: kit["lists"][0].update(subject="../../etc/passwd"),
        "is no digest",
        "an entry about another",
    ),
    "another schema": (
        lambda kit: kit.update(schema="assay.audit-kit/v2"),  # type: ignore[call-overload]
        "not of the schema",
        "assay.audit-kit/v2",
    ),
}


@pytest.mark.parametrize(("damage", "ours", "second"), STRUCTURE.values(), ids=STRUCTURE)
def test_damaged(
    exported: Exported, damage: Callable[[Kit], object], ours: str, second: str
) -> None:
    kit = json.loads(exported.data)
    damage(kit)
    answers = exported.ask(canonical(kit))
    assert (answers.ours, answers.second) == (1, 1), answers
    assert ours in answers.said
    assert second in answers.second_said


BYTES: Final[dict[str, tuple[Callable[[bytes], bytes], str, str]]] = {
    "nothing": (lambda _: b"", "not strict JSON", "JSONDecodeError"),
    "cut off": (lambda data: data[: len(data) // 2], "not strict JSON", "JSONDecodeError"),
    "a space more": (lambda data: data + b" ", "not the one form", "not the one form"),
    "a name twice": (
        lambda data: data.replace(b'"subject":', b'"subject":"gitCommit:00","subject":', 1),
        "repeated key",
        "a repeated name in JSON",
    ),
    "not UTF-8": (lambda data: data[:-1] + b"\xff}", "not UTF-8", "UnicodeDecodeError"),
    "NaN": (
        lambda data: data.replace(b'"index":', b'"index":NaN,"x":', 1),
        "NaN",
        "Out of range float values are not JSON compliant",
    ),
    "a fraction": (
        lambda data: data.replace(b'"index":0', b'"index":0.0', 1),
        "where a whole number is needed",
        "not the members of index",
    ),
    "an escape": (
        lambda data: data.replace(b'"schema":"assay', b'"schema":"\\u0061ssay', 1),
        "not the one form",
        "not the one form",
    ),
    "a lone surrogate": (
        lambda data: data.replace(b'"schema":"assay', b'"schema":"\\ud800ssay', 1),
        "lone surrogate",
        "UnicodeEncodeError",
    ),
    "depth": (lambda _: b"[" * 100_000, "not strict JSON", "RecursionError"),
    "an archive": (lambda _: b"PK\x03\x04" + bytes(100), "not strict JSON", "JSONDecodeError"),
    "compressed": (lambda _: b"\x1f\x8b" + bytes(100), "not UTF-8", "UnicodeDecodeError"),
    "a list": (lambda _: b"[]", "list where an object is needed", "list indices must be"),
}


@pytest.mark.parametrize(("damage", "ours", "second"), BYTES.values(), ids=BYTES)
def test_damaged_bytes(
    exported: Exported, damage: Callable[[bytes], bytes], ours: str, second: str
) -> None:
    answers = exported.ask(damage(exported.data))
    assert (answers.ours, answers.second) == (1, 1), answers
    assert ours in answers.said
    assert second in answers.second_said


NO_KITS: Final[dict[str, tuple[str, str, str]]] = {
    "nothing there": ("none.json", "trust", "[usage] no such file, at {}/none.json"),
    "a folder": (".", "trust", "[usage] not a regular file, at {}"),
    "a trust root as a kit": (
        "trust",
        "trust",
        "[malformed] not of the schema 'assay.audit-kit/v1', at {trust}.schema",
    ),
    "a kit as a trust root": (
        "kit",
        "kit",
        (
            "[malformed] schema 'assay.audit-kit/v1', where 'assay.trust-root/v2' is read, "
            "at {kit}.schema"
        ),
    ),
    "a folder as a trust root": ("kit", ".", "[usage] not a regular file, at {}"),
}


@pytest.mark.parametrize("case", NO_KITS)
def test_files_that_are_something_else(exported: Exported, tmp_path: Path, case: str) -> None:
    """The message says which file, and what it should be; the second verifier refuses as well."""
    kit = tmp_path / "kit.json"
    kit.write_bytes(exported.data)
    named = {"kit": kit, "trust": exported.trust}
    given, trust, message = NO_KITS[case]
    path, root = (named.get(name, tmp_path / name) for name in (given, trust))
    expected = Expectations(subject=exported.subject, trust_root=root, trust_digest="", log_key="")
    with pytest.raises(AssayError) as caught:
        verify_kit(path, expected=expected)
    told = message.replace("{trust}", str(named["trust"])).replace("{kit}", str(kit))
    assert str(caught.value) == told.replace("{}", str(tmp_path))
    arguments = [str(path), "--subject", exported.subject, "--trust-root", str(root)]
    try:
        status = load_script().main(arguments)
    except SystemExit as stopped:  # usage
        status = stopped.code
    assert status == caught.value.exit_status
