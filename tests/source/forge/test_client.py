"""Every way in which a forge does not answer, told apart."""

from collections.abc import Callable

import pytest

from assay.core.errors import AssayError, UsageError
from assay.core.secret import Secret
from assay.source.forge.client import MAX_PAGES, bearer, open_client
from assay.system.http import FetchLimits
from tests.fakes.forges import answer
from tests.fakes.restserver import Answered, Asked, serving

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


def refused(answering: Callable[[Asked], Answered], *, pages: bool = False) -> str:
    """Return the refusal of a question, with the port left out."""
    with serving(answering) as served:
        client = open_client(served.url, {})
        with pytest.raises(AssayError) as caught:
            list(client.pages("a", "b c/d")) if pages else client.get("a", "b c/d")
        return str(caught.value).replace(served.url, "URL")


REFUSED = {
    "no token, or a wrong one": (
        answer({}, status=401),
        (
            "[unavailable] the forge does not take the token, or wants one, at URL/a/b%20c%2Fd (set it "
            "in ASSAY_GITHUB_TOKEN, GITLAB_TOKEN or GITEA_TOKEN)"
        ),
    ),
    "forbidden": (
        answer({}, status=403),
        "[unavailable] the token may not ask this, at URL/a/b%20c%2Fd",
    ),
    "absent": (
        answer({}, status=404),
        "[unavailable] the forge knows of no such thing, or does not say so, at URL/a/b%20c%2Fd",
    ),
    "moved": (
        answer({}, status=301, Location="https://elsewhere.example/"),
        (
            "[unavailable] it has moved, and redirects are not followed, at URL/a/b%20c%2Fd (name the "
            "new place)"
        ),
    ),
    "out of order": (
        answer({}, status=500),
        "[unavailable] the forge answers 500, at URL/a/b%20c%2Fd (try again)",
    ),
    "a limit that is used up": (
        answer({}, status=403, X_RateLimit_Remaining="0", X_RateLimit_Reset="1780272000"),
        (
            "[unavailable] the forge was asked too often, at URL/a/b%20c%2Fd (try again after "
            "2026-06-01T00:00:00Z)"
        ),
    ),
    "a limit with a time to wait": (
        answer({}, status=403, Retry_After="60"),
        "[unavailable] the forge was asked too often, at URL/a/b%20c%2Fd (try again in 60 seconds)",
    ),
    "a limit with a strange time": (
        answer({}, status=403, Retry_After="soon", X_RateLimit_Reset="-1"),
        "[unavailable] the forge was asked too often, at URL/a/b%20c%2Fd (try again later)",
    ),
    "a web page": (
        Answered(status=200, body=b"<html>", headers={"Content-Type": "text/html; charset=utf-8"}),
        (
            "[malformed] a web page, where JSON is needed, at URL (name the address of the interface: "
            "…/api/v3, …/api/v4 or …/api/v1)"
        ),
    ),
    "no JSON": (
        Answered(status=200, body=b"{"),
        (
            "[malformed] not strict JSON: Expecting property name enclosed in double quotes: line 1 "
            "column 2 (char 1)"
        ),
    ),
    "a name twice": (
        Answered(status=200, body=b'{"protected":true,"protected":false}'),
        "[malformed] not strict JSON: repeated key 'protected'",
    ),
}


@pytest.mark.parametrize(("given", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(given: Answered, message: str) -> None:
    assert refused(lambda _: given) == message


def test_too_many_questions_are_told_by_their_own_status() -> None:
    """It is sent again a few times first, like everything that is turned away for the moment."""
    assert refused(lambda _: answer({}, status=429)) == (
        "[unavailable] the forge was asked too often, at URL/a/b%20c%2Fd (try again later)"
    )


def test_an_answer_that_is_too_large() -> None:
    with serving(lambda _: answer("x" * 200)) as served:
        client = open_client(served.url, {})
        small = type(client)(
            url=client.url, headers={}, limits=FetchLimits(max_bytes=100, seconds=30)
        )
        with pytest.raises(AssayError) as caught:
            small.get("a")
        assert str(caught.value) == f"[rejected] over 100 bytes, at {served.url}/a"


def test_pages_are_followed() -> None:
    def answering(asked: Asked) -> Answered:
        if "page=2" in asked.path:
            return answer([2], Link='<first>; rel="prev"')
        return answer(
            [1], Link=f'</x>; rel="prev", <http://{asked.headers["host"]}/l?page=2>; rel="next"'
        )

    with serving(answering) as served:
        found = [item.integer() for item in open_client(served.url, {}).pages("l", state="all")]
        assert found == [1, 2]
        assert served.asked[0].path == "/l?per_page=100&state=all"


def test_pages_in_a_circle() -> None:
    def answering(asked: Asked) -> Answered:
        return answer([], Link=f'<{asked.path}>; rel="next"')

    assert refused(answering, pages=True) == (
        "[malformed] pages that lead in a circle, at URL/a/b%20c%2Fd"
    )


def test_pages_without_end() -> None:
    def answering(asked: Asked) -> Answered:
        return answer([], Link=f'<{asked.path}1>; rel="next"')

    assert refused(answering, pages=True) == (
        f"[unavailable] more than {MAX_PAGES} pages, at URL/a/b%20c%2Fd"
    )


@pytest.mark.parametrize(
    "target", ["https://elsewhere.example/list", "http://127.0.0.1:1/", "file:///etc/passwd"]
)
def test_a_next_page_elsewhere_gets_no_token(target: str) -> None:
    def answering(_: Asked) -> Answered:
        return answer([], Link=f'<{target}>; rel="next"')

    assert refused(answering, pages=True) == (
        f"[malformed] a next page outside URL: {target!r}, at URL/a/b%20c%2Fd"
    )


def test_a_list_that_is_none() -> None:
    assert refused(lambda _: answer({}), pages=True) == (
        "[malformed] dict where an array is needed"
    )


def test_the_token_is_sent_and_is_in_no_text() -> None:
    with serving(lambda _: answer({})) as served:
        client = open_client(served.url, bearer(Secret("hidden")))
        client.get("a")
        assert served.asked[0].headers["authorization"] == "Bearer hidden"
        assert "hidden" not in repr(client)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "github.com",
        "https://",
        "https://user:pw@host/",
        "https://h/?q",
        "https://h:x/",
        "http://forge.example/api",
        "file:///etc",
    ],
)
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        open_client(url, {})
    assert str(caught.value) == (
        f"[usage] {url!r} is no address of a forge (write it as https://host/api/v4)"
    )
