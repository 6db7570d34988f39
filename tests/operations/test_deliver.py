"""Sending: to a real server on the loopback, to files, and to nobody."""

import base64
import hmac
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assay.core.errors import AssayError
from assay.operations.deliver import deliver_waiting, send
from assay.operations.drop_waiting import drop_waiting
from assay.operations.notifysettings import Target
from assay.operations.portfolio import open_portfolio
from assay.system.files import create_private_file
from assay.system.sqlite import open_sqlite
from assay.vuln.portfolio.outbox import Message
from assay.vuln.portfolio.store import Portfolio
from tests.fakes.restserver import Answered, Asked, RestServer, serving

AT = datetime(2026, 3, 1, tzinfo=UTC)
KEY = b"k" * 32
MESSAGE = Message(target="psirt", name="a1b2", body='{"text":"shop"}')
NOBODY = "http://127.0.0.1:9/hook"

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


@pytest.fixture
def portfolio(tmp_path: Path) -> Iterator[Portfolio]:
    with Portfolio(open_sqlite(tmp_path / "portfolio.sqlite", create=True)) as opened:
        yield opened


@pytest.fixture
def server() -> Iterator[RestServer]:
    with serving(lambda _: Answered(status=204, body=b"")) as opened:
        yield opened


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PSIRT_SECRET", f"whsec_{base64.b64encode(KEY).decode()}")


def target(url: str, kept: str = "env:PSIRT_SECRET") -> Target:
    return Target(name="psirt", kind="webhook", where=url, secret=kept)


def _send(one: Target) -> None:
    send(one, MESSAGE, clock=lambda: AT)


def test_a_webhook_is_signed_as_its_receiver_will_check(server: RestServer) -> None:
    """Standard Webhooks: HMAC-SHA256, base64, over `id.timestamp.body`, with the decoded secret."""
    _send(target(f"{server.url}/hook?team=1"))
    [asked] = server.asked
    assert (asked.method, asked.path, asked.body) == ("POST", "/hook?team=1", MESSAGE.body.encode())
    signed = b"a1b2.1772323200." + MESSAGE.body.encode()
    mac = base64.b64encode(hmac.digest(KEY, signed, "sha256")).decode()
    told = {name: asked.headers[name] for name in asked.headers if name.startswith("webhook-")}
    assert told == {
        "webhook-id": "a1b2",
        "webhook-timestamp": "1772323200",
        "webhook-signature": f"v1,{mac}",
    }


def test_secret_and_url_out_of_files(server: RestServer, tmp_path: Path) -> None:
    for name, text in {"url": f"{server.url}/hook\n", "key": "0123456789" * 4}.items():
        create_private_file(tmp_path / name, text.encode())
    _send(target(f"file:{tmp_path / 'url'}", f"file:{tmp_path / 'key'}"))
    assert [asked.path for asked in server.asked] == ["/hook"]


def test_lines_into_a_file(tmp_path: Path) -> None:
    path = tmp_path / "alerts.jsonl"
    for _ in range(2):
        _send(Target(name="log", kind="file", where=str(path)))
    assert path.read_text() == f"{MESSAGE.body}\n" * 2


def _told(one: Target) -> str:
    with pytest.raises(AssayError) as caught:
        _send(one)
    return str(caught.value)


REFUSED = {
    "no secret": (
        target(NOBODY, "env:PSIRT_NOTHING"),
        "[usage] nothing in env:PSIRT_NOTHING",
    ),
    "a short secret": (
        target(NOBODY, "env:PSIRT_SHORT"),
        "[usage] the target's secret has 5 bytes, at least 24",
    ),
    "a secret that is not base64": (
        target(NOBODY, "env:PSIRT_ODD"),
        "[usage] the target's secret is not base64 behind whsec_",
    ),
    "no host": (target("https:///hook"), "[usage] the target's URL has no host"),
    "no URL": (target("https://[::1/hook"), "[usage] the target's URL has no host"),
    "nobody there": (
        target(NOBODY),
        "[unavailable] cannot ask: [Errno 111] Connection refused, at 127.0.0.1",
    ),
}


@pytest.mark.parametrize(("one", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(one: Target, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PSIRT_SHORT", "short")
    monkeypatch.setenv("PSIRT_ODD", "whsec_=no=")
    assert _told(one) == message


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (302, "[rejected] 127.0.0.1 answers 302"),
        (400, "[rejected] 127.0.0.1 answers 400"),
        (408, "[unavailable] 127.0.0.1 answers 408"),
        (499, "[rejected] 127.0.0.1 answers 499"),
        (500, "[unavailable] 127.0.0.1 answers 500"),
    ],
)
def test_only_a_yes_is_taken_for_one(server: RestServer, status: int, message: str) -> None:
    server.answering = lambda _: Answered(status=status, body=b"{}")
    assert _told(target(server.url)) == message


def _put(portfolio: Portfolio, *messages: Message) -> None:
    with portfolio.transaction():
        portfolio.outbox.add(messages, at=AT)


def test_what_is_refused_does_not_hold_up_the_rest(
    portfolio: Portfolio, server: RestServer
) -> None:
    def choosy(asked: Asked) -> Answered:
        return Answered(status=400 if asked.headers["webhook-id"] == "bad" else 200, body=b"")

    server.answering = choosy
    bad = Message(target="psirt", name="bad", body="{}")
    _put(portfolio, bad, MESSAGE)
    done = deliver_waiting(portfolio, [target(server.url)], clock=lambda: AT)
    assert (done.arrived, done.waiting) == (1, 1)
    assert [gap.why for gap in done.problems] == ["not delivered: 127.0.0.1 answers 400"]


def test_who_does_not_answer_is_left_alone_and_others_are_not(
    portfolio: Portfolio, server: RestServer, tmp_path: Path
) -> None:
    server.answering = lambda _: Answered(status=500, body=b"")
    log = Target(name="log", kind="file", where=str(tmp_path / "alerts.jsonl"))
    _put(portfolio, MESSAGE, MESSAGE, Message(target="log", name="c3", body="{}"))
    done = deliver_waiting(portfolio, [target(server.url), log], clock=lambda: AT)
    assert (done.arrived, done.waiting, len(server.asked)) == (1, 2, 1)
    assert Path(log.where).read_text() == "{}\n"


def test_a_target_that_is_not_configured_any_more(portfolio: Portfolio) -> None:
    """What is for it is not lost, and not sent to somebody else."""
    _put(portfolio, MESSAGE)
    done = deliver_waiting(portfolio, [], clock=lambda: AT)
    assert (done.arrived, done.waiting) == (0, 1)
    assert [str(gap) for gap in done.problems] == [
        (
            "notification, psirt: not delivered: no target of this name is configured "
            "(name it in notify.toml again, or run: assay vulns push --drop TARGET)"
        )
    ]


def test_what_waits_for_a_target_that_is_gone_can_be_dropped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waits for others stays."""
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path))
    monkeypatch.delenv("ASSAY_PORTFOLIO", raising=False)
    nothing = "[usage] nothing waits for a target 'psirt'"
    with pytest.raises(AssayError) as before:
        drop_waiting("psirt")
    assert (str(before.value), [*tmp_path.iterdir()]) == (nothing, [])
    other = replace(MESSAGE, target="other", name="c3")
    with open_portfolio() as opened:
        with opened.transaction():
            opened.outbox.add([MESSAGE, other, replace(MESSAGE, name="d4")], at=AT)
        [first, _] = deliver_waiting(opened, (), clock=lambda: AT).problems
        assert first.remedy == (
            "name it in notify.toml again, or run: assay vulns push --drop TARGET"
        )
    assert drop_waiting("psirt") == 2
    with open_portfolio() as opened:
        assert opened.outbox.waiting() == 1
    with pytest.raises(AssayError) as after:
        drop_waiting("psirt")
    assert str(after.value) == nothing
