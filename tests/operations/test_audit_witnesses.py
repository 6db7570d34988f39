"""Kits whose trust root asks for witnesses, good and damaged, before both verifiers.

The cosignatures are those that real witnesses gave, on the loopback.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from assay.evidence.checkpoints.checkpoint import cosign_checkpoint
from assay.evidence.checkpoints.note import render_signature, sign_text
from assay.operations.cosign_log import cosign_log
from assay.signing.asymmetric import generate_signer
from assay.signing.notekey import NoteKey, NoteKind
from tests.operations.auditing import (
    Answers,
    Kit,
    audit,
    canonical,
    commit_of,
    exported,
    found_in,
    hostile_kit,
)
from tests.operations.logkit import ask_for, running
from tests.operations.run import check, clock
from tests.operations.site import Site
from tests.operations.trustkit import moment

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

STRANGER: Final = generate_signer("ed25519")


@dataclass(frozen=True, kw_only=True)
class Witnessed:
    """A site whose trust root asks for two of three witnesses, and a kit that all three cosigned.

    `older` is the note of an earlier checkpoint that they cosigned as well.
    """

    site: Site
    data: bytes
    older: str

    def ask(self, data: bytes) -> Answers:
        """Ask both verifiers."""
        return audit(
            self.site.folder, data, subject=commit_of(self.site), trust_root=self.site.trust
        )

    def damaged(self, damage: Callable[[str, str], str]) -> Answers:
        """Ask both about the kit with another last note."""
        kit: Kit = json.loads(self.data)
        kit["checkpoints"][-1]["note"] = damage(last_note(self.data), self.older)
        return self.ask(canonical(kit))


@pytest.fixture(scope="module")
def witnessed(dated_site: Site, tmp_path_factory: pytest.TempPathFactory) -> Witnessed:
    site = dated_site.copy(tmp_path_factory.mktemp("witnessed") / "site")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASSAY_HOME", str(site.home))
        return cosigned(site)


def cosigned(site: Site) -> Witnessed:
    with (
        running(site, "w1", hours=8) as one,
        running(site, "w2", hours=8) as two,
        running(site, "w3", hours=8) as three,
    ):
        urls = (one.url, two.url, three.url)
        ask_for(site, one.key, two.key, three.key, quorum=2, hours=1)
        cosign_log(site.top, urls=urls, keys=(), clock=clock(hours=2))
        older = last_note(exported(site, hours=2))
        check(site, hours=3)
        cosign_log(site.top, urls=urls, keys=(), clock=clock(hours=4))
        return Witnessed(site=site, data=exported(site, hours=5), older=older)


def last_note(data: bytes) -> str:
    return str(json.loads(data)["checkpoints"][-1]["note"])


def line_of(note: str, name: str) -> str:
    """Return the signature line of a witness."""
    [found] = [line for line in note.splitlines(keepends=True) if line.startswith(f"— {name} ")]
    return found


def without(note: str, *names: str) -> str:
    for name in names:
        note = note.replace(line_of(note, name), "")
    return note


def cosigned_by_stranger(note: str, name: str) -> str:
    """Add a good cosignature by a key that the trust root does not know, under any name."""
    line = cosign_checkpoint(note.encode(), name=name, signer=STRANGER, at=moment(8))
    return note + line.decode()


def under_another_name(note: str) -> str:
    """Say that what w1 signed was signed by w2."""
    line = line_of(note, "w1.example")
    return without(note, "w2.example", "w3.example") + line.replace("w1.example", "w2.example")


def flipped(note: str) -> str:
    """Change one bit of a signature; the two others are enough, and it refuses all the same."""
    line = line_of(note, "w1.example")
    at = len(line) - 6
    changed = line[:at] + ("A" if line[at] != "A" else "B") + line[at + 1 :]
    return note.replace(line, changed)


def of_another_kind(note: str) -> str:
    """Sign the text, as a log does, in the place of text and time."""
    text = note.rpartition("\n\n")[0] + "\n"
    key = NoteKey(
        name="w1.example", note_id=b"\0\1\2\3", kind=NoteKind.TEXT, public=STRANGER.public
    )
    line = render_signature(sign_text(text.encode(), key=key, signer=STRANGER)).decode()
    return without(note, "w2.example", "w3.example") + line


TWO_NEEDED: Final = ("1 known witnesses cosigned, 2 needed", "of 2 witnesses only 1 cosigned")
Damages = dict[str, tuple[Callable[[str, str], str], str, str]]
TOO_FEW: Final[Damages] = {
    "two removed": (lambda note, _: without(note, "w2.example", "w3.example"), *TWO_NEEDED),
    "all removed": (
        lambda note, _: without(note, "w1.example", "w2.example", "w3.example"),
        "0 known witnesses cosigned, 2 needed",
        "of 2 witnesses only 0 cosigned",
    ),
    "the same witness twice": (
        lambda note, _: without(note, "w2.example", "w3.example") + line_of(note, "w1.example"),
        *TWO_NEEDED,
    ),
    "an unknown witness": (
        lambda note, _: cosigned_by_stranger(
            without(note, "w2.example", "w3.example"), "w4.example"
        ),
        *TWO_NEEDED,
    ),
    "an unknown key under a known name": (
        lambda note, _: cosigned_by_stranger(
            without(note, "w2.example", "w3.example"), "w2.example"
        ),
        *TWO_NEEDED,
    ),
    "a known key under another name": (lambda note, _: under_another_name(note), *TWO_NEEDED),
    "a signature of another kind": (lambda note, _: of_another_kind(note), *TWO_NEEDED),
}
FALSE: Final[Damages] = {
    "a signature changed": (
        lambda note, _: flipped(note),
        "not a signature by key",
        "forged, not by w1.example",
    ),
    "a cosignature of an older checkpoint": (
        lambda note, older: without(note, "w2.example") + line_of(older, "w2.example"),
        "not a signature by key",
        "forged, not by w2.example",
    ),
    "a line that is no signature": (
        lambda note, _: note + "— w1.example\n",
        "is no signature line",
        "not a signature line of a note",
    ),
}


@pytest.mark.parametrize(("damage", "ours", "second"), FALSE.values(), ids=FALSE)
def test_damaged(
    witnessed: Witnessed, damage: Callable[[str, str], str], ours: str, second: str
) -> None:
    answers = witnessed.damaged(damage)
    assert (answers.ours, answers.second) == (1, 1), answers
    assert ours in answers.said
    assert second in answers.second_said


@pytest.mark.parametrize(("damage", "ours", "second"), TOO_FEW.values(), ids=TOO_FEW)
def test_too_few(
    witnessed: Witnessed, damage: Callable[[str, str], str], ours: str, second: str
) -> None:
    """Nothing in it is false; whether others are shown another history cannot be told."""
    answers = witnessed.damaged(damage)
    assert (answers.ours, answers.second) == (3, 3), answers
    assert answers.said == (
        f"{ours}: the log may show others another history "
        "(where the log is: assay log cosign, then assay audit export)"
    )
    assert second in answers.second_said


GOOD: Final[dict[str, Callable[[str], str]]] = {
    "all three": lambda note: note,
    "two are enough": lambda note: without(note, "w3.example"),
    "one of them twice": lambda note: without(note, "w3.example") + line_of(note, "w1.example"),
    "a stranger beside them": lambda note: cosigned_by_stranger(note, "w4.example"),
}


@pytest.mark.parametrize("change", GOOD.values(), ids=GOOD)
def test_accepted(witnessed: Witnessed, change: Callable[[str], str]) -> None:
    kit: Kit = json.loads(witnessed.data)
    kit["checkpoints"][-1]["note"] = change(last_note(witnessed.data))
    answers = witnessed.ask(canonical(kit))
    assert (answers.ours, answers.second) == (0, 0), answers


def test_the_witnesses_are_named_with_their_times(witnessed: Witnessed) -> None:
    found = found_in(witnessed.site, witnessed.data)
    assert [item.name for item in found.cosigned] == ["w1.example", "w2.example", "w3.example"]
    assert {item.at for item in found.cosigned} == {moment(8)}
    assert "witnesses" not in {gap.what for gap in found.not_checked}
    assert "; 3 witnesses\n" in witnessed.ask(witnessed.data).second_said


def test_a_head_that_nobody_cosigned(
    witnessed: Witnessed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is recorded after the witnesses looked is not in an honest kit, and not in another."""
    site = witnessed.site.copy(tmp_path / "site")
    monkeypatch.setenv("ASSAY_HOME", str(site.home))
    check(site, hours=6)
    honest = exported(site, hours=7)
    size = json.loads(witnessed.data)["checkpoints"][-1]["note"].split("\n")[1]
    assert last_note(honest).split("\n")[1] == size
    assert (witnessed.ask(honest).ours, witnessed.ask(honest).second) == (0, 0)
    answers = witnessed.ask(hostile_kit(site, hours=7))
    assert (answers.ours, answers.second) == (3, 3)
    assert "0 known witnesses cosigned, 2 needed" in answers.said
    assert "of 2 witnesses only 0 cosigned" in answers.second_said
