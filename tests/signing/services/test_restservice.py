"""A service that speaks JSON: what is sent, what each status means, and no token in a message."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from assay.core.errors import AssayError, MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.secret import Secret
from assay.signing.services.restservice import RestService, decode_value, service_url, token_from
from tests.fakes.keyservices import TOKEN
from tests.fakes.restserver import Answered, RestServer, document, serving

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


@pytest.fixture
def served() -> Iterator[RestServer]:
    with serving(lambda asked: document({"path": asked.path})) as served:
        yield served


def service_at(served: RestServer) -> RestService:
    return RestService(
        url=served.url, headers=lambda: {"X-Token": Secret(TOKEN), "X-Kind": "plain"}
    )


def test_a_document_is_posted_as_json(served: RestServer) -> None:
    answer = service_at(served).post("/sign", {"b": 1, "a": "two"})
    assert answer.value == {"path": "/sign"}
    [asked] = served.asked
    assert (asked.method, asked.path, asked.body) == ("POST", "/sign", b'{"a":"two","b":1}')
    assert asked.headers["content-type"] == "application/json"
    assert (asked.headers["x-token"], asked.headers["x-kind"]) == (TOKEN, "plain")


def test_what_is_only_asked_for_has_no_body(served: RestServer) -> None:
    assert service_at(served).get("/key").value == {"path": "/key"}
    [asked] = served.asked
    assert (asked.method, asked.path, asked.body) == ("GET", "/key", b"")
    assert "content-type" not in asked.headers


def test_the_service_is_shown_without_its_token(served: RestServer) -> None:
    assert TOKEN not in repr(service_at(served))
    assert "headers" not in repr(service_at(served))


DENIED = " (may this token use the key, and has it not run out?)"
STATUSES = {
    201: ("unavailable", ""),
    307: ("unavailable", ""),
    399: ("unavailable", ""),
    400: ("usage", ""),
    401: ("usage", DENIED),
    402: ("usage", ""),
    403: ("usage", DENIED),
    404: ("usage", " (is there such a key?)"),
    407: ("usage", ""),
    408: ("unavailable", ""),
    409: ("usage", ""),
    428: ("usage", ""),
    429: ("unavailable", ""),
    430: ("usage", ""),
    499: ("usage", ""),
    500: ("unavailable", ""),
    501: ("unavailable", ""),
}


@pytest.mark.parametrize(("status", "kind", "hint"), [(s, *t) for s, t in STATUSES.items()])
def test_what_a_status_means(served: RestServer, status: int, kind: str, hint: str) -> None:
    served.answering = lambda _: Answered(status=status, body=b"no\n\tway")
    with pytest.raises(AssayError) as caught:
        service_at(served).get("/key")
    assert str(caught.value) == (
        f"[{kind}] the service answers {status}: 'no way', at '{served.url}/key'{hint}"
    )


def test_an_answer_without_words(served: RestServer) -> None:
    served.answering = lambda _: Answered(status=400, body=b" \n")
    with pytest.raises(AssayError) as caught:
        service_at(served).get("")
    assert str(caught.value) == f"[usage] the service answers 400, at '{served.url}'"


@pytest.mark.parametrize("before", [0, 190, 210])
def test_an_echo_of_the_token_is_taken_out_before_the_rest_is_cut(
    served: RestServer, before: int
) -> None:
    """Cut first, half a token would be left."""
    served.answering = lambda _: Answered(status=400, body=b"x" * before + TOKEN.encode() * 2)
    with pytest.raises(AssayError) as caught:
        service_at(served).get("")
    said = ("x" * before + "……")[:200]
    assert caught.value.what == f"the service answers 400: {said!r}"


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"a": 1, "a": 2}'])
def test_what_is_not_strict_json(served: RestServer, body: bytes) -> None:
    served.answering = lambda _: Answered(status=200, body=body)
    with pytest.raises(MalformedError):
        service_at(served).get("/key")


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://kms.example", "https://kms.example"),
        ("https://kms.example:8200/", "https://kms.example:8200"),
        ("http://127.0.0.1:1/a/b/", "http://127.0.0.1:1/a/b"),
    ],
)
def test_addresses(text: str, url: str) -> None:
    assert service_url(text) == url


@pytest.mark.parametrize(
    "text",
    ["", "kms.example", "https://", "https://a.example?b", "https://a.example#b",
     "https://b@a.example", "https://[::1"],
)  # fmt: skip
def test_no_addresses(text: str) -> None:
    with pytest.raises(AssayError) as caught:
        service_url(text)
    assert str(caught.value) == (
        "[usage] the address of a service is to be https://host[:port][/path]"
    )


def test_the_first_variable_that_is_set_has_the_token(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ONE_TOKEN", "TWO_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    assert token_from(None, "ONE_TOKEN", "TWO_TOKEN") is None
    monkeypatch.setenv("TWO_TOKEN", f" {TOKEN}\n")
    assert revealed("ONE_TOKEN", "TWO_TOKEN") == TOKEN
    monkeypatch.setenv("ONE_TOKEN", "first")
    assert revealed("ONE_TOKEN", "TWO_TOKEN") == "first"


def revealed(*variables: str, file: Path | None = None) -> str:
    token = token_from(None if file is None else str(file), *variables)
    assert token is not None
    return token.reveal()


def test_a_file_comes_before_the_variables(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ONE_TOKEN", "of the variable")
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    file.chmod(0o600)
    assert revealed("ONE_TOKEN", file=file) == TOKEN
    file.write_bytes(TOKEN.encode().ljust(16384))
    assert revealed(file=file) == TOKEN
    file.write_bytes(TOKEN.encode().ljust(16385))
    with pytest.raises(AssayError) as caught:
        token_from(str(file))
    assert str(caught.value) == f"[unavailable] larger than 16384 bytes, at {file}"
    file.write_bytes(b"\xff\n")
    assert revealed(file=file) == "\ufffd"  # which no header takes
    file.write_text(" \n")
    with pytest.raises(AssayError) as caught:
        token_from(str(file))
    assert str(caught.value) == f"[usage] no token in the file, at {str(file)!r}"


@pytest.mark.parametrize("text", ["-_-_", "-_-", "-_8"])
def test_base64_of_jose(text: str) -> None:
    """RFC 7515, section 2: the URL-safe alphabet, without padding."""
    padded = text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4)
    plain = decode_value(JsonValue(padded, "value"))
    assert decode_value(JsonValue(text, "value"), urlsafe=True) == plain
    with pytest.raises(MalformedError) as caught:
        decode_value(JsonValue(text, "value"))
    assert str(caught.value) == "[malformed] not base64, at value"
