"""`assay replay`: the same bytes from the same evidence, or the first difference by name."""

import sqlite3
from collections.abc import Callable
from typing import Final

import pytest

from assay.core.digest import Digest
from assay.core.errors import AssayError
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json
from assay.core.verdict import Verdict
from assay.evidence.statement import Statement, Subject
from assay.gates.reading import VERDICT_TYPE
from assay.operations.replay_verdict import replay_verdict
from tests.operations.run import EVIDENCE, VERDICT, check, clock, ledger, recorder, told
from tests.operations.site import Site, write_advisories


def digest_of(site: Site, index: int) -> str:
    with ledger(site) as opened:
        return str(opened.store.entry(index).digest)


@pytest.mark.parametrize("by", ["index", "digest", "file"])
def test_byte_for_byte(here: Site, by: str) -> None:
    digest = digest_of(here, VERDICT)
    names = {"index": str(VERDICT), "digest": digest, "file": str(here.saved)}
    done = replay_verdict(names[by], here.top, clock=clock(hours=24))
    assert (done.verdict, done.digest, done.evidence) == (Verdict.PASSED, digest, EVIDENCE)
    assert done.as_json()["notChecked"] == []


def test_after_more_evidence_was_added(here: Site) -> None:
    """The later failure does not change what the earlier verdict was made from."""
    from assay.operations.manage_advisories import import_advisories  # noqa: PLC0415

    newer = write_advisories(here.folder / "newer", package="leftpad-py")
    import_advisories(newer, clock=clock(hours=1))
    failed = check(here, hours=2)
    assert failed.verdict is Verdict.FAILED
    first = replay_verdict(str(VERDICT), here.top, clock=clock(hours=3))
    second = replay_verdict(str(failed.logged.index), here.top, clock=clock(hours=3))
    assert (first.verdict, second.verdict) == (Verdict.PASSED, Verdict.FAILED)
    assert second.evidence > first.evidence


def test_long_after_the_evidence_aged(here: Site) -> None:
    """It is decided again at the time of the verdict, not now."""
    done = replay_verdict(str(VERDICT), here.top, clock=clock(hours=10_000))
    assert done.verdict is Verdict.PASSED


UNKNOWN: Final = {
    "99": "[usage] no entry 99, at {}/shop/.assay/log.sqlite",
    "9" * 5000: f"[usage] '{'9' * 79}…' is no index and no digest (assay log list)",
    "sha256:" + "00" * 32: (
        f"[usage] no envelope sha256:{'00' * 32} in the log, at {{}}/shop/.assay/log.sqlite "
        "(assay log list)"
    ),
    "sha256:1234": "[usage] 'sha256:1234' is no index and no digest (assay log list)",
    "/nowhere/verdict.json": "[usage] no such file, at /nowhere/verdict.json",
    "0": (
        "[rejected] a statement of type 'urn:assay:predicate:policy:v1', where "
        f"'{VERDICT_TYPE}' is asked for, at payload.predicateType"
    ),
}


@pytest.mark.parametrize(("name", "message"), UNKNOWN.items(), ids=lambda value: value[:24])
def test_no_such_verdict(here: Site, name: str, message: str) -> None:
    with pytest.raises(AssayError) as caught:
        replay_verdict(name, here.top, clock=clock())
    assert told(caught.value, here) == message


def test_a_verdict_of_another_log(here: Site) -> None:
    here.repo.commit("More")
    saved = here.folder / "later.json"
    check(here, hours=1, save_verdict=saved)
    with sqlite3.connect(here.log) as database:
        [size] = database.execute("SELECT count(*) FROM entries").fetchone()
    assert size > VERDICT
    assert replay_verdict(str(saved), here.top, clock=clock(hours=1)).verdict is Verdict.PASSED


Alter = Callable[[dict[str, object]], object]


def relog(site: Site, alter: Alter) -> int:
    """Record the first verdict again, with changes, under the right key; return its index."""
    with recorder(site, hours=1) as opened:
        [commit] = [
            Subject(name="shop", digest=Digest("gitCommit", site.repo.head)),
        ]
        [verdict] = opened.ledger.verified(
            subject=commit.digest, role="gate", predicate_type=VERDICT_TYPE
        )
        predicate = JsonValue(parse_json(verdict.payload, max_bytes=2**24)).field("predicate").value
        assert isinstance(predicate, dict)
        alter(predicate)
        statement = Statement(subjects=(commit,), predicate_type=VERDICT_TYPE, predicate=predicate)
        [receipt] = opened.record((statement,), role="gate")
        return receipt.index


def test_a_forged_verdict(here: Site) -> None:
    """Signed by the right key, and not what comes out: the first difference is named."""

    def claim(predicate: dict[str, object]) -> None:
        predicate["verificationResult"] = "FAILED"

    index = relog(here, claim)
    with pytest.raises(AssayError) as caught:
        replay_verdict(str(index), here.top, clock=clock(hours=2))
    assert caught.value.exit_status == 1
    assert "verificationResult" in str(caught.value) or "verdict" in str(caught.value)


def test_evidence_that_the_log_lost(here: Site) -> None:
    """A verdict that names evidence which is not there cannot be made again."""
    with sqlite3.connect(here.log) as database:
        database.execute("DELETE FROM subjects WHERE entry = 4")
    with pytest.raises(AssayError) as caught:
        replay_verdict(str(VERDICT), here.top, clock=clock(hours=2))
    assert caught.value.exit_status == 1


def test_tampered_evidence(here: Site) -> None:
    with sqlite3.connect(here.log) as database:
        [envelope] = database.execute("SELECT envelope FROM entries WHERE number = 5").fetchone()
        changed = bytearray(envelope)
        changed[len(changed) // 2] ^= 1
        database.execute("UPDATE entries SET envelope = ? WHERE number = 5", (bytes(changed),))
    with pytest.raises(AssayError) as caught:
        replay_verdict(str(VERDICT), here.top, clock=clock(hours=2))
    assert str(caught.value) == ("[tampered] the envelope has another digest, at entries row 5")
