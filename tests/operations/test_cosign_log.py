"""`assay log cosign`, with real witnesses on the loopback; and what asks for their cosignatures."""

import base64
import shutil
import sqlite3
from collections.abc import Callable

import pytest

from assay.core.errors import AssayError
from assay.core.verdict import Verdict
from assay.operations.cosign_log import cosign_log
from assay.operations.prove_log import prove_log
from assay.operations.publish_log import publish_log
from assay.operations.verify_log import verify_log
from assay.signing.notekey import parse_note_key
from tests.operations.logkit import ask_for, log_key, newest_note, running
from tests.operations.run import ENTRIES, check, clock, told
from tests.operations.site import Site

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


def refusal(site: Site, call: Callable[[], object]) -> str:
    with pytest.raises(AssayError) as caught:
        call()
    return told(caught.value, site)


def test_cosigned_by_one_that_is_named(here: Site) -> None:
    with running(here, hours=1) as witness:
        done = cosign_log(here.top, urls=(witness.url,), keys=(witness.key,), clock=clock(hours=1))
    assert (done.size, done.quorum, done.verdict) == (ENTRIES, 0, Verdict.PASSED)
    assert [item.name for item in done.cosigned] == ["w1.example"]
    assert b"\n\xe2\x80\x94 w1.example " in newest_note(here)


def test_a_quorum_of_the_trust_root(here: Site) -> None:
    with running(here, "w1") as one, running(here, "w2") as two, running(here, "w3") as three:
        ask_for(here, one.key, two.key, three.key, quorum=2, hours=1)
        (here.home / "witnesses").write_text(f"# ours\n{one.url}\n{two.url}\n")
        assert verify_log(here.top, clock=clock(hours=2)).verdict is Verdict.UNKNOWN
        done = cosign_log(here.top, urls=(), keys=(), clock=clock(hours=2))
        assert (done.verdict, len(done.cosigned)) == (Verdict.PASSED, 2)
        checked = verify_log(here.top, clock=clock(hours=2))
        assert (checked.verdict, len(checked.cosigned)) == (Verdict.PASSED, 2)
        check(here, hours=3)
        later = verify_log(here.top, clock=clock(hours=3))
    assert later.verdict is Verdict.UNKNOWN
    assert [gap.where for gap in later.not_checked] == [f"{ENTRIES + 1} to {later.size - 1}"]


def test_too_few_answer(here: Site) -> None:
    with running(here, "w1") as one, running(here, "w2") as two:
        ask_for(here, one.key, two.key, quorum=2, hours=1)
    with running(here, "w1") as one:
        gone = two.url
        done = cosign_log(here.top, urls=(one.url, gone), keys=(), clock=clock(hours=2))
    assert (done.verdict, len(done.cosigned)) == (Verdict.UNKNOWN, 1)
    assert [(gap.where, gap.what) for gap in done.not_checked] == [
        (gone, "the cosignature of a witness")
    ]


def test_the_log_grows_under_its_witness(here: Site) -> None:
    """The size that the witness saw last comes from the log, or from the witness."""
    with running(here, hours=8) as witness:
        for hours in (1, 2):
            cosign_log(here.top, urls=(witness.url,), keys=(witness.key,), clock=clock(hours=hours))
            check(here, hours=hours)
        done = cosign_log(here.top, urls=(witness.url,), keys=(witness.key,), clock=clock(hours=3))
    assert done.verdict is Verdict.PASSED
    assert done.size > ENTRIES


def test_a_log_set_back_is_told_by_its_witness(here: Site, dated_site: Site) -> None:
    """Even where the anchor went back together with the log."""
    with running(here, hours=8) as witness:
        check(here, hours=1)
        grown = cosign_log(here.top, urls=(witness.url,), keys=(witness.key,), clock=clock(hours=1))
        shutil.rmtree(here.top / ".assay")
        shutil.copytree(dated_site.top / ".assay", here.top / ".assay")
        shutil.rmtree(here.home / "anchors")
        shutil.copytree(dated_site.home / "anchors", here.home / "anchors")
        message = refusal(
            here,
            lambda: cosign_log(
                here.top, urls=(witness.url,), keys=(witness.key,), clock=clock(hours=2)
            ),
        )
    assert message == (
        f"[tampered] the witness has cosigned {grown.size} entries, where there are {ENTRIES}, "
        f"at {witness.url} (the log was cut or set back: restore a copy that holds what the "
        "witness saw)"
    )


def test_a_wrong_cosignature_in_the_log(here: Site) -> None:
    with running(here, "w1") as one:
        ask_for(here, one.key, quorum=1, hours=1)
        cosign_log(here.top, urls=(one.url,), keys=(), clock=clock(hours=2))
    editor = sqlite3.connect(here.log, isolation_level=None)
    [line] = editor.execute("SELECT line FROM cosignatures").fetchone()
    value = bytearray(base64.b64decode(line.split()[2]))
    value[-1] ^= 1
    edited = b"\xe2\x80\x94 w1.example " + base64.b64encode(value) + b"\n"
    editor.execute("UPDATE cosignatures SET line = ?", (edited,))
    editor.close()
    size = ENTRIES + 1
    assert refusal(here, lambda: verify_log(here.top, clock=clock(hours=2))) == (
        f"[signature-invalid] not a signature by key {parse_note_key(one.key).public.key_id[:16]}, "
        f"at cosignatures of size {size}"
    )


@pytest.mark.parametrize("what", ["prove", "publish"])
def test_what_others_get_has_the_cosignatures(here: Site, what: str) -> None:
    with running(here, "w1") as one:
        ask_for(here, one.key, quorum=1, hours=1)
        target = here.folder / "published"

        def work() -> bytes:
            if what == "prove":
                return prove_log(here.top, "0", clock=clock(hours=3)).proof
            publish_log(here.top, target, with_entries=True, clock=clock(hours=3))
            return (target / "checkpoint").read_bytes()

        assert refusal(here, work) == (
            "[unavailable] no checkpoint over 1 entry is cosigned by as many witnesses as the trust "
            "root asks for: 1, at {}/shop/.assay/log.sqlite (run: assay log cosign)"
        )
        cosign_log(here.top, urls=(one.url,), keys=(), clock=clock(hours=2))
        check(here, hours=3)
        assert b"\xe2\x80\x94 w1.example " in work()


REFUSED: dict[str, tuple[tuple[str, ...], tuple[str, ...], str]] = {
    "no-address": (
        (),
        ("KEY",),
        (
            "[usage] no address of a witness "
            "(name it with --witness, or in the file {}/home/witnesses)"
        ),
    ),
    "no-key": (
        ("http://127.0.0.1:9",),
        (),
        (
            "[usage] no key of a witness "
            "(the trust root names those that count, and so does --witness-key)"
        ),
    ),
    "a-key-that-is-none": (
        ("http://127.0.0.1:9",),
        ("nonsense",),
        (
            "[usage] 'nonsense' is no Ed25519 note key "
            "(assay log witness-key prints the key of a witness)"
        ),
    ),
    "a-key-of-a-log": (
        ("http://127.0.0.1:9",),
        ("LOG",),
        "[usage] 'LOG' is no key of a witness (its type is 0x04)",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(here: Site, case: str) -> None:
    urls, keys, message = REFUSED[case]
    with running(here) as witness:
        named = {"KEY": witness.key, "LOG": log_key(here)}
        given = tuple(named.get(key, key) for key in keys)
        found = refusal(
            here, lambda: cosign_log(here.top, urls=urls, keys=given, clock=clock(hours=1))
        )
    assert found == message.replace("LOG", log_key(here))
