"""A kit before both verifiers: accepted as it is, and refused for whom it is not meant."""

import base64
import json
from pathlib import Path

import pytest

from assay.core.errors import UsageError
from assay.core.verdict import Verdict
from assay.operations.verify_kit import Expectations, verify_kit
from assay.signing.notekey import note_key, render_note_key
from assay.signing.trust import render_trust_root
from tests.fakes.trust import LOG, ORIGIN, ROOT
from tests.operations.auditing import canonical
from tests.operations.kitdamage import Exported


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


def test_files_that_are_not_there(exported: Exported, tmp_path: Path) -> None:
    expected = Expectations(
        subject=exported.subject, trust_root=tmp_path / "none", trust_digest="", log_key=""
    )
    with pytest.raises(UsageError):
        verify_kit(tmp_path / "none", expected=expected)
