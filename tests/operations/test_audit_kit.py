"""A kit, good and damaged, before both verifiers: they agree, and each says why.

`contrib/verify.py` shares no code with Assay. A damage that only one of them noticed would be a
hole in the other.
"""

import base64
import copy
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assay.core.errors import AssayError, UsageError
from assay.core.verdict import Verdict
from assay.evidence.checkpoints.checkpoint import Checkpoint, cosign_checkpoint, sign_checkpoint
from assay.operations.export_kit import export_kit
from assay.operations.manage_advisories import import_advisories
from assay.operations.verify_kit import Expectations, verify_kit
from assay.signing.asymmetric import generate_signer
from assay.signing.notekey import cosigner_key, note_key, render_note_key
from assay.signing.trust import render_trust_root
from tests.fakes.trust import LOG, LOG_KEY, NOW, ORIGIN, ROOT
from tests.operations.auditing import SCRIPT, Answers, Kit, audit, canonical, drop, load_script
from tests.operations.run import check, clock
from tests.operations.site import Site, write_advisories

WITNESS: Final = generate_signer("ed25519")


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """A kit, an older one of the same log, what they are about, and whom they rest on."""

    folder: Path
    data: bytes
    older: bytes
    subject: str
    trust: Path
    anchor: Path  # the checkpoint that the older kit ends with

    def ask(self, data: bytes | None = None, **changed: object) -> Answers:
        """Ask both verifiers."""
        expected = {"subject": self.subject, "trust_root": self.trust, **changed}
        return audit(self.folder, self.data if data is None else data, **expected)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def exported(dated_site: Site, tmp_path_factory: pytest.TempPathFactory) -> Exported:
    """A commit that passed once, and failed after newer advisories."""
    site = dated_site.copy(tmp_path_factory.mktemp("audited") / "site")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASSAY_HOME", str(site.home))
        first = export_kit(site.top, subject="", output=site.folder / "first.json")
        anchor = site.folder / "seen.note"
        anchor.write_bytes(site.anchor.read_bytes())
        newer = write_advisories(site.folder / "newer", package="leftpad-py")
        import_advisories(newer, clock=clock(hours=1))
        assert check(site, hours=2).verdict is Verdict.FAILED
        export_kit(site.top, subject="", output=site.folder / "again.json")
        second = export_kit(
            site.top, subject="", output=site.folder / "second.json", anchors=(anchor,)
        )
    assert second.statements > first.statements
    assert (site.folder / "again.json").read_bytes() == (site.folder / "second.json").read_bytes()
    return Exported(
        folder=site.folder,
        data=(site.folder / "second.json").read_bytes(),
        older=(site.folder / "first.json").read_bytes(),
        subject=first.subject,
        trust=site.trust,
        anchor=anchor,
    )


def test_both_accept_the_kit(exported: Exported) -> None:
    for data in (exported.data, exported.older):
        answers = exported.ask(data)
        assert (answers.ours, answers.said) == (0, "")
        assert answers.second == 0
        assert answers.second_said.startswith("PASSED\n")
        assert "not checked: policy: the rules were not evaluated" in answers.second_said


def test_every_verdict_is_made_again(exported: Exported) -> None:
    kit = exported.folder / "kit.json"
    kit.write_bytes(exported.data)
    expected = Expectations(
        subject=exported.subject, trust_root=exported.trust, trust_digest="", log_key=""
    )
    document = verify_kit(kit, expected=expected).as_json()
    said = [(v["verdict"], v["replayed"]) for v in document["verdicts"]]  # type: ignore[attr-defined]
    assert said == [("PASSED", True), ("FAILED", True)]
    assert document["verdict"] == "PASSED"
    assert document["notChecked"]


def test_a_kit_extends_what_the_auditor_kept(exported: Exported) -> None:
    answers = exported.ask(anchor=exported.anchor)
    assert (answers.ours, answers.second) == (0, 0)


def test_a_log_that_was_set_back(exported: Exported, tmp_path: Path) -> None:
    """The older kit is good in itself; who kept a newer checkpoint sees that it is old."""
    newer = tmp_path / "newer.note"
    newer.write_text(json.loads(exported.data)["checkpoints"][-1]["note"])
    answers = exported.ask(exported.older, anchor=newer)
    assert (answers.ours, answers.second) == (1, 1)
    assert "the kit has no proof from the" in answers.said
    assert "not after the anchor" in answers.second_said


def test_the_key_of_the_log_alone_says_not_whom_to_trust(exported: Exported) -> None:
    key = json.loads(exported.trust.read_bytes())["log"]["key"]
    answers = exported.ask(trust_root=None, log_key=key)
    assert (answers.ours, answers.second) == (3, 3)
    assert answers.said.startswith("nobody said who may sign: is sha256:")
    assert answers.second_said.startswith("UNKNOWN\n")


def test_the_digest_of_the_trust_root_is_enough(exported: Exported) -> None:
    kit = exported.folder / "kit.json"
    kit.write_bytes(exported.data)
    digest = json.loads(exported.data)["lists"][-1]
    assert digest["predicateType"] == "urn:assay:predicate:trust-root:v2"
    [index] = digest["entries"]
    found = next(e for e in json.loads(exported.data)["entries"] if e["index"] == index)
    payload = json.loads(base64.b64decode(found["envelope"]))["payload"]
    named = json.loads(base64.b64decode(payload))["subject"][0]["digest"]["sha256"]
    for pinned, status in ((named, Verdict.PASSED), ("00" * 32, None)):
        expected = Expectations(
            subject=exported.subject, trust_root=None, trust_digest=f"sha256:{pinned}", log_key=""
        )
        if status is not None:
            assert verify_kit(kit, expected=expected).result is status
            continue
        with pytest.raises(Exception, match="the kit does not hold the trust root sha256:0000"):
            verify_kit(kit, expected=expected)


@pytest.mark.parametrize(
    ("trust_digest", "log_key", "what"),
    [
        ("", "", "whom to trust is not said"),
        ("sha256:" + "00" * 32, "a+b+c", "whom to trust is said in two ways"),
    ],
)
def test_one_anchor_is_needed(trust_digest: str, log_key: str, what: str) -> None:
    with pytest.raises(UsageError) as caught:
        Expectations(subject="", trust_root=None, trust_digest=trust_digest, log_key=log_key)
    assert str(caught.value) == (
        f"[usage] {what} (one of --trust-root FILE, --trust-digest DIGEST, --log-key VKEY)"
    )


def flip(text: str) -> str:
    """Change one bit in the middle of base64."""
    data = bytearray(base64.b64decode(text))
    data[len(data) // 2] ^= 1
    return base64.b64encode(bytes(data)).decode()


def entry_of(kit: Kit, index: int) -> dict[str, object]:
    return next(item for item in kit["entries"] if item["index"] == index)


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
        "not the entries that the log has for gitCommit:",
    ),
    "the newest verdict dropped, a failure": (
        lambda kit: drop(kit, mine(kit)[-1]),
        "where the index counts",
        "not the entries that the log has for gitCommit:",
    ),
    "all of them dropped": (empty_list, "where the index counts", "not the entries that the log"),
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
        "not the entries that the log has for",
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
        "an entry about something else",
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
        "not all lists, or one twice",
    ),
    "a list twice": (
        lambda kit: kit["lists"].append(copy.deepcopy(kit["lists"][0])),
        "two lists of one key",
        "not all lists, or one twice",
    ),
    "lists in another order": (
        lambda kit: kit["lists"].reverse(),
        "lists that are not in their order, at lists",
        "not all lists, or one twice, or in another order",
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
        "a false signature of assay.local/",
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
        "an entry about something else",
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


def test_another_subject_than_asked_for(exported: Exported) -> None:
    answers = exported.ask(subject="gitCommit:" + "00" * 20)
    assert (answers.ours, answers.second) == (1, 1)
    assert "where gitCommit:0000" in answers.said
    assert "on gitCommit:" in answers.second_said


def test_the_trust_root_of_others(exported: Exported, tmp_path: Path) -> None:
    """A log with another key: nothing in the kit counts, whatever trust root it brings."""
    foreign = tmp_path / "foreign.json"
    foreign.write_bytes(render_trust_root(ROOT))
    answers = exported.ask(trust_root=foreign)
    assert (answers.ours, answers.second) == (1, 1)
    assert answers.said.endswith(
        f"where {ORIGIN!r} is trusted, at checkpoints (this trust root or key belongs to another "
        "log)"
    )
    assert "did not sign and date" in answers.second_said


def test_a_trust_root_with_one_more_signer(exported: Exported, tmp_path: Path) -> None:
    """The log's own key, and somebody whom the log never put in force."""
    document = json.loads(exported.trust.read_bytes())
    document["owners"]["threshold"] = 2
    swapped = tmp_path / "swapped.json"
    swapped.write_bytes(canonical(document))
    answers = exported.ask(trust_root=swapped)
    assert (answers.ours, answers.second) == (1, 1)
    assert "where sha256:" in answers.said
    assert "another trust root" in answers.second_said


def test_another_key_of_a_log_of_this_name(exported: Exported, tmp_path: Path) -> None:
    """The name is the right one; nobody with the auditor's key signed anything here."""
    document = json.loads(exported.trust.read_bytes())
    key = note_key(document["log"]["origin"], LOG.public)
    document["log"]["key"] = render_note_key(key)
    swapped = tmp_path / "swapped.json"
    swapped.write_bytes(canonical(document))
    answers = exported.ask(trust_root=swapped)
    assert (answers.ours, answers.second) == (1, 1)
    assert "not signed by" in answers.said
    assert "did not sign and date" in answers.second_said


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


def test_files_that_are_not_there(exported: Exported, tmp_path: Path) -> None:
    expected = Expectations(
        subject=exported.subject, trust_root=tmp_path / "none", trust_digest="", log_key=""
    )
    with pytest.raises(UsageError):
        verify_kit(tmp_path / "none", expected=expected)


def test_the_second_verifier_is_small_and_alone() -> None:
    source = SCRIPT.read_text("utf-8")
    assert source.count("\n") < 400
    assert "import assay" not in source
    assert "from assay" not in source


def places(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Return the path of every value in a document."""
    found = [path]
    if isinstance(value, dict):
        for name in value:
            found.extend(places(value[name], (*path, name)))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            found.extend(places(item, (*path, index)))
    return found


def mutate(document: object, path: tuple[str | int, ...], how: int, number: int) -> None:
    """Change the value at `path` in one of several ways."""
    *front, last = path
    parent = document
    for part in front:
        parent = parent[part]  # type: ignore[index]
    if isinstance(parent, list) and how < 2:
        change_list(parent, int(last), how, number)
    elif how == 2:
        del parent[last]  # type: ignore[attr-defined]
    else:
        parent[last] = changed(parent[last], how, number)  # type: ignore[index]


def change_list(parent: list[object], last: int, how: int, number: int) -> None:
    """Repeat an element, or exchange it with another one."""
    if how == 0:
        parent.append(copy.deepcopy(parent[last]))
    else:
        other = number % len(parent)
        parent[last], parent[other] = parent[other], parent[last]


def changed(value: object, how: int, number: int) -> object:
    """Return another value: nearly the same, or of another type."""
    if how == 3 and isinstance(value, str) and value:
        at = number % len(value)
        return value[:at] + chr(ord(value[at]) ^ 1 << number % 5) + value[at + 1 :]
    if how == 4 and isinstance(value, str):
        return value[: number % (len(value) + 1)]
    if how == 5 and isinstance(value, int):
        return value + (number % 5 - 2 or 7)
    return (None, "", [], {}, True, -1, "x", [1], 2**53)[number % 9]


def damaged(data: bytes, steps: list[tuple[int, int, int]]) -> bytes:
    """Return a kit in which some values were changed."""
    document = json.loads(data)
    for where, how, number in steps:
        known = places(document)[1:]
        if known:
            mutate(document, known[where % len(known)], how, number)
    return canonical(document)


def agree(exported: Exported, steps: list[tuple[int, int, int]]) -> None:
    data = damaged(exported.data, steps)
    answers = exported.ask(data)
    assert answers.ours == answers.second, (steps, answers)
    assert answers.ours == (0 if data == exported.data else 1), (steps, answers)


STEPS: Final = st.lists(
    st.tuples(st.integers(0, 2**20), st.integers(0, 6), st.integers(0, 2**20)),
    min_size=1,
    max_size=3,
)


def agree_on(exported: Exported, *, examples: int) -> None:
    @settings(max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(STEPS)
    def agreed(steps: list[tuple[int, int, int]]) -> None:
        agree(exported, steps)

    agreed()


def test_both_agree_on_any_damage(exported: Exported) -> None:
    """Whatever is changed anywhere, both refuse; where nothing was, both accept."""
    agree_on(exported, examples=120)


@pytest.mark.slow
def test_both_agree_on_much_damage(exported: Exported) -> None:
    """The same, for longer."""
    agree_on(exported, examples=4_000)


def test_the_second_verifier_counts_witnesses() -> None:
    """Cosignatures (C2SP, type 0x04) by a witness, by the log, by nobody known, and false ones."""
    note_times = load_script().note_times
    checkpoint = Checkpoint(origin=ORIGIN, size=1, root=b"r" * 32, index_root=b"i" * 32)
    note = sign_checkpoint(checkpoint, signer=LOG, at=NOW)
    line = cosign_checkpoint(note, name="w.example", signer=WITNESS, at=NOW)
    witness = render_note_key(cosigner_key("w.example", WITNESS.public))
    seconds = int(NOW.timestamp())
    cosigned = (note + line).decode()
    assert note_times(cosigned, witness) == [seconds]
    assert note_times(cosigned, render_note_key(LOG_KEY)) == [0]
    assert note_times(cosigned, render_note_key(LOG_KEY), kind=4) == [seconds]
    assert note_times(note.decode(), witness) == []
    other = sign_checkpoint(replace(checkpoint, size=2), signer=LOG, at=NOW) + line
    with pytest.raises(ValueError, match=r"a false signature of w\.example"):
        note_times(other.decode(), witness)
