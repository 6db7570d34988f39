"""One question to a server at a Unix socket."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from assay.core.errors import AssayError
from assay.system.unixsocket import ask_socket


@contextmanager
def answering(folder: Path, answer: bytes, *, hang: bool = False) -> Iterator[Path]:
    path = folder / "s"
    done = threading.Event()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(path))
        listener.listen()

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(64)
                connection.sendall(answer)
                if hang:
                    done.wait(10)

        thread = threading.Thread(target=serve)
        thread.start()
        yield path
        done.set()
        thread.join()


def ask(path: Path, seconds: float = 5) -> bytes:
    return ask_socket(path, b"question", max_bytes=10, seconds=seconds)


def test_an_answer(tmp_path: Path) -> None:
    with answering(tmp_path, struct.pack(">I", 6) + b"answer") as path:
        assert ask(path) == b"answer"


REFUSED = {
    "too-long": (struct.pack(">I", 11), "[rejected] an answer of over 10 bytes, at {}"),
    "nothing": (b"", "[unavailable] no answer: it hung up, at {}"),
    "half-a-length": (b"\x00\x00", "[unavailable] no answer: it hung up, at {}"),
    "half-an-answer": (struct.pack(">I", 6) + b"ans", "[unavailable] no answer: it hung up, at {}"),
}


@pytest.mark.parametrize(("answer", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(tmp_path: Path, answer: bytes, message: str) -> None:
    with answering(tmp_path, answer) as path:
        with pytest.raises(AssayError) as caught:
            ask(path)
        assert str(caught.value) == message.format(path)


def test_no_answer_in_time(tmp_path: Path) -> None:
    with answering(tmp_path, b"\x00", hang=True) as path:
        with pytest.raises(AssayError) as caught:
            ask(path, seconds=0.2)
        assert str(caught.value) in {
            f"[unavailable] no answer: timed out, at {path}",
            f"[unavailable] no answer: out of time, at {path}",
        }


def test_nobody_listens(tmp_path: Path) -> None:
    with pytest.raises(AssayError) as caught:
        ask(tmp_path / "gone")
    assert str(caught.value) == (
        f"[unavailable] no answer: No such file or directory, at {tmp_path / 'gone'}"
    )


def test_a_path_that_is_too_long(tmp_path: Path) -> None:
    with pytest.raises(AssayError) as caught:
        ask(tmp_path / ("x" * 200))
    assert str(caught.value).startswith("[unavailable] no answer: AF_UNIX path too long, at ")
