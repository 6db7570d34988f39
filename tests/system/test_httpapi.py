"""Asking a service: whom, how often, and with what. Most of it is shown by tests/signing/services."""

import time
from pathlib import Path

import pytest

from assay.core.errors import AssayError, RejectedError, UnavailableError
from assay.system.hosts import LINK_LOCAL
from assay.system.http import FetchLimits, check_url
from assay.system.httpapi import ATTEMPTS, ApiAnswer, ApiRequest, ask_api
from tests.fakes.restserver import Answered, document, serving

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

LIMITS = FetchLimits(max_bytes=100, seconds=5)


def ask(url: str, *, limits: FetchLimits = LIMITS, host: str = "127.0.0.1") -> ApiAnswer:
    request = ApiRequest(
        method="POST",
        url=url,
        host=host,
        headers={"X-Token": "secret"},
        body=b"body",
        authorities=None,
    )
    assert "secret" not in repr(request)
    return ask_api(request, limits=limits)


def test_an_answer() -> None:
    with serving(
        lambda asked: Answered(status=200, body=asked.body, headers={"X-A": "b"})
    ) as served:
        answer = ask(f"{served.url}/path")
        assert (answer.status, answer.body, answer.headers["x-a"]) == (200, b"body", "b")
        (asked,) = served.asked
        assert (asked.method, asked.path, asked.headers["x-token"]) == ("POST", "/path", "secret")


def test_another_host() -> None:
    with pytest.raises(RejectedError) as caught:
        ask("https://other.example/", host="service.example")
    assert str(caught.value) == (
        "[rejected] the host 'other.example', where service.example is expected, at "
        "'https://other.example/'"
    )


def test_the_time_is_one_for_all_attempts() -> None:
    def slow(_: object) -> Answered:
        time.sleep(0.3)
        return document({}, 503)

    with serving(slow) as served:
        began = time.monotonic()
        with pytest.raises(UnavailableError):
            ask(served.url, limits=FetchLimits(max_bytes=100, seconds=0.4))
        assert time.monotonic() - began < 2
        assert len(served.asked) < ATTEMPTS


def test_a_metadata_service_is_asked_in_the_clear_only_at_its_own_address() -> None:
    """It has no certificate; and no other host may be asked so."""
    near = f"http://{LINK_LOCAL}/token"
    check_url(near, frozenset({LINK_LOCAL}), plain=frozenset({LINK_LOCAL}))
    for url, plain in ((near, frozenset[str]()), ("http://10.0.0.1/", frozenset({LINK_LOCAL}))):
        with pytest.raises(RejectedError) as caught:
            check_url(url, frozenset({LINK_LOCAL, "10.0.0.1"}), plain=plain)
        assert str(caught.value) == f"[rejected] 'http' where https is needed, at {url!r}"


def test_other_authorities_are_read(tmp_path: Path) -> None:
    request = ApiRequest(
        method="GET",
        url="https://127.0.0.1:1/",
        host="127.0.0.1",
        headers={},
        body=None,
        authorities=tmp_path / "gone.pem",
    )
    with pytest.raises(AssayError) as caught:
        ask_api(request, limits=LIMITS)
    assert str(caught.value) == (
        f"[usage] no file of TLS authorities: No such file or directory, at {tmp_path / 'gone.pem'}"
    )
