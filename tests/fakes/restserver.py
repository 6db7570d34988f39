"""A JSON service on the loopback: what it answers is a function, and what it was asked is kept."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler

from tests.fakes.listening import listening


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    method: str
    path: str
    headers: Mapping[str, str]  # names in lower case
    body: bytes

    def document(self) -> dict[str, object]:
        found: object = json.loads(self.body)
        assert isinstance(found, dict)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class RefusedHere(Exception):  # noqa: N818  # an answer, not an error
    """Raised by what answers, to answer with a refusal."""

    def __init__(self, value: Mapping[str, object], status: int) -> None:
        super().__init__(status)
        self.answer = document(value, status)


def document(value: Mapping[str, object], status: int = 200) -> Answered:
    return Answered(status=status, body=json.dumps(value).encode())


Answering = Callable[[Asked], Answered]


@dataclass(slots=True)
class RestServer:
    """`answering` may be exchanged while the server runs, to make it faulty."""

    url: str
    answering: Answering
    asked: list[Asked] = field(default_factory=list)

    def garble(self, change: Callable[[Asked, Answered], Answered]) -> None:
        """Let `change` have its way with every answer from now on."""
        honest = self.answering
        self.answering = lambda asked: change(asked, honest(asked))


@contextmanager
def serving(answering: Answering) -> Iterator[RestServer]:
    """Serve until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            size = int(self.headers.get("Content-Length", "0"))
            asked = Asked(
                method=self.command,
                path=self.path,
                headers={name.lower(): value for name, value in self.headers.items()},
                body=self.rfile.read(size),
            )
            served.asked.append(asked)
            try:
                answer = served.answering(asked)
            except RefusedHere as refusal:
                answer = refusal.answer
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if "Content-Length" not in answer.headers:
                self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        do_GET = _answer  # noqa: N815  # the names that its base calls
        do_POST = _answer  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with listening(Handler) as url:
        served = RestServer(url=url, answering=answering)
        yield served
