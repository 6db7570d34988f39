"""A receiver of messages that is hostile, and messages with hostile text in them."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from assay.core.errors import AssayError
from assay.operations.deliver import send
from assay.operations.notification import build_messages
from assay.operations.notifysettings import Target
from assay.vuln.context import ProductContext
from assay.vuln.portfolio.outbox import Message
from tests.fakes.restserver import Answered, serving
from tests.operations.test_notification import ALERT, ALL, EVENT
from tests.vuln.portfolio.test_store import release

AT = datetime(2026, 3, 1, tzinfo=UTC)
MESSAGE = Message(target="psirt", name="a1", body="{}")
PATH = "/T0K3N-in-the-path"  # as chat services have it
SECRET = "secret-" * 8

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PSIRT_SECRET", SECRET)


def _refusal(url: str) -> str:
    target = Target(name="psirt", kind="webhook", where=url, secret="env:PSIRT_SECRET")  # noqa: S106  # a name
    with pytest.raises(AssayError) as caught:
        send(target, MESSAGE, clock=lambda: AT)
    return str(caught.value)


def test_an_answer_does_not_send_messages_elsewhere() -> None:
    """Open redirect, SSRF: nothing is asked but the host that was configured."""
    with serving(lambda _: Answered(status=200, body=b"")) as other:
        moved = Answered(status=307, body=b"", headers={"Location": f"{other.url}/steal"})
        with serving(lambda _: moved) as server:
            assert _refusal(server.url) == "[rejected] 127.0.0.1 answers 307"
        assert other.asked == []


def test_an_answer_without_end_is_not_read() -> None:
    """Missing body limit."""
    flood = Answered(status=200, body=b"x" * (2**20 + 1))
    with serving(lambda _: flood) as server:
        assert _refusal(server.url + PATH) == "[rejected] over 1048576 bytes, at 127.0.0.1"


def test_an_answer_writes_nothing_to_the_terminal() -> None:
    """Terminal escape sequences: of an answer, nothing but its status is said."""
    hostile = Answered(status=400, body=b"\x1b[2J", headers={"X-Reason": "\x1b[2J"})
    with serving(lambda _: hostile) as server:
        assert _refusal(server.url) == "[rejected] 127.0.0.1 answers 400"


@pytest.mark.parametrize(
    "url",
    [
        f"http://hooks.example{PATH}",
        f"ftp://hooks.example{PATH}",
        f"https://user:T0K3N@hooks.example{PATH}",
        f"https://hooks.example:0{PATH}",
        f"http://127.0.0.1:9{PATH}",
        f"https://hooks.example{PATH}\n",
    ],
)
def test_a_url_is_a_secret_whatever_is_wrong_with_it(url: str) -> None:
    """Token in a URL or log: the message names the host at most."""
    assert "T0K3N" not in _refusal(url)


def test_a_secret_is_in_no_message(monkeypatch: pytest.MonkeyPatch) -> None:
    """Secret in an error message."""
    with serving(lambda _: Answered(status=500, body=SECRET.encode())) as server:
        assert SECRET not in _refusal(server.url)
    monkeypatch.setenv("PSIRT_SECRET", "whsec_T0K3N!")
    assert "T0K3N" not in _refusal("http://127.0.0.1:9")


def test_hostile_names_stay_text_in_a_message() -> None:
    """Terminal escape sequences in names, and a summary that somebody wrote to mislead."""
    hostile = "shop\x1b[31m\u202e\r\nHost: evil"
    named = release(hostile, context=ProductContext(owner=hostile))
    event = replace(EVENT, vulnerability=hostile, purl=hostile, reason=hostile, aliases=(hostile,))
    [message] = build_messages([ALL], [replace(ALERT, release=named, event=event)], at=AT)
    assert message.body.isprintable()
    for raw in ("\\u001b", "\\r", "\\n", "\u202e"):
        assert raw not in message.body.replace("\\\\", "")
