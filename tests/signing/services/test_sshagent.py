"""Keys in the ssh-agent: a real one, and one that answers as no agent should."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from assay.core.errors import AssayError
from assay.signing.keyfile import load_key_file
from assay.signing.signers import open_signer
from tests.fakes.agent import fingerprint_of, lock, ssh_agent

STATEMENT = b"DSSEv1 28 application/vnd.in-toto+json 2 {}"
KINDS = "(one of ssh-ed25519, ecdsa-sha2-nistp256, ecdsa-sha2-nistp384)"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("ssh")
    with ssh_agent(folder):
        yield folder


@pytest.fixture
def agent(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SSH_AUTH_SOCK", str(folder / "agent"))
    return folder


def told(work: Callable[[], object]) -> str:
    with pytest.raises(AssayError) as caught:
        work()
    return str(caught.value)


def opening(uri: str) -> str:
    return told(lambda: open_signer(uri, passphrase=None))


@pytest.mark.parametrize("name", ["ed25519", "ecdsa-p256", "ecdsa-p384"])
def test_the_key_is_that_of_the_file(agent: Path, name: str) -> None:
    signer = open_signer(f"ssh-agent:{fingerprint_of(agent / name)}", passphrase=None)
    assert signer.public == load_key_file(agent / name).public
    for number in range(20):  # numbers with and without a leading zero
        message = STATEMENT + b"%d" % number
        signer.public.verify(message, signer.sign(message))


@pytest.mark.usefixtures("agent")
@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"DSSEv2 ",
        b"\x00\x00\x00\x20" + b"session id of a login, 32 bytes.",
        b"SSHSIG\x00\x00\x00\x04file",
        b"log.example/shop\n1\n",
    ],
)
def test_nothing_but_statements_is_signed(message: bytes) -> None:
    """The same key opens the user's machines: what looks like a login is not signed."""
    signer = open_signer("ssh-agent:ed25519", passphrase=None)
    assert told(lambda: signer.sign(message)) == (
        "[usage] a key in the ssh-agent signs statements only, at 'ssh-agent:ed25519'"
    )


UNFIT = {
    "rsa": f"[usage] a key 'ssh-rsa': the agent signs with PKCS #1 v1.5 only, at 'ssh-agent:rsa' {KINDS}",
    "ecdsa-p521": (
        "[usage] a key 'ecdsa-sha2-nistp521': a kind that is not known here, at "
        f"'ssh-agent:ecdsa-p521' {KINDS}"
    ),
}


@pytest.mark.usefixtures("agent")
@pytest.mark.parametrize(("name", "message"), UNFIT.items())
def test_keys_that_cannot_sign_statements(name: str, message: str) -> None:
    assert opening(f"ssh-agent:{name}") == message


@pytest.mark.usefixtures("agent")
@pytest.mark.parametrize("name", ["", "nobody", "SHA256:AAAA", "ED25519"])
def test_no_such_key(name: str) -> None:
    uri = f"ssh-agent:{name}"
    assert opening(uri) == f"[usage] no such key in the ssh-agent, at {uri!r} (see: ssh-add -l)"


@pytest.mark.usefixtures("agent")
def test_no_parameters() -> None:
    assert opening("ssh-agent:ed25519?confirm=1") == (
        "[usage] no parameter 'confirm' of ssh-agent: (it has none)"
    )


def test_a_key_without_a_comment_is_not_the_one_without_a_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with answering(tmp_path, string(listed((ED, b"")))) as path:
        monkeypatch.setenv("SSH_AUTH_SOCK", str(path))
        assert opening("ssh-agent:") == (
            "[usage] no such key in the ssh-agent, at 'ssh-agent:' (see: ssh-add -l)"
        )


def test_no_agent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    assert opening("ssh-agent:a") == (
        "[usage] no ssh-agent: SSH_AUTH_SOCK is not set (ssh-agent(1))"
    )
    monkeypatch.setenv("SSH_AUTH_SOCK", str(tmp_path / "gone"))
    assert opening("ssh-agent:a") == (
        f"[unavailable] no answer: No such file or directory, at {tmp_path / 'gone'}"
    )


def test_a_locked_agent(agent: Path) -> None:
    signer = open_signer("ssh-agent:ed25519", passphrase=None)
    with lock(agent / "agent"):
        assert told(lambda: signer.sign(STATEMENT)) == (
            "[unavailable] the ssh-agent refuses "
            "(is it locked, or the key restricted, or was it denied?)"
        )
    signer.sign(STATEMENT)


def string(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


ED = string(b"ssh-ed25519") + string(
    bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
)
P256 = (
    string(b"ecdsa-sha2-nistp256")
    + string(b"nistp256")
    + string(
        bytes.fromhex(
            "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
            "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
        )
    )
)


def listed(*keys: tuple[bytes, bytes]) -> bytes:
    return b"\x0c" + struct.pack(">I", len(keys)) + b"".join(string(b) + string(c) for b, c in keys)


def signed(kind: bytes, signature: bytes) -> bytes:
    return b"\x0e" + string(string(kind) + string(signature))


@contextmanager
def answering(folder: Path, *answers: bytes) -> Iterator[Path]:
    """Serve one answer for each connection, with the length that is said in it."""
    path = folder / "s"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(path))
        listener.listen()

        def serve() -> None:
            for answer in answers:
                connection, _ = listener.accept()
                with connection:
                    (size,) = struct.unpack(">I", connection.recv(4, socket.MSG_WAITALL))
                    connection.recv(size, socket.MSG_WAITALL)
                    connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield path
        thread.join()


AT = "at 'ssh-agent:a'"
SAYS = "[unavailable] an answer that is not understood:"
TOKEN_KEY = (
    "[usage] a key 'sk-ssh-ed25519@openssh.com': a security token does not sign the message "
    f"itself, {AT} {KINDS}"
)
ANSWERS = {
    "empty": (
        b"",
        "[unavailable] the ssh-agent refuses (is it locked, or the key restricted, or was it denied?)",
    ),
    "failure": (
        b"\x05",
        "[unavailable] the ssh-agent refuses (is it locked, or the key restricted, or was it denied?)",
    ),
    "no-count": (b"\x0c\x00", f"{SAYS} a list of keys that is cut off, {AT}"),
    "one-too-many": (b"\x0c" + struct.pack(">I", 2049), f"{SAYS} 2049 keys, {AT}"),
    "as-many-as-may-be": (
        b"\x0c" + struct.pack(">I", 2048),
        f"{SAYS} another number of strings than 4096, {AT}",
    ),
    "many": (b"\x0c\xff\xff\xff\xff", f"{SAYS} 4294967295 keys, {AT}"),
    "fewer": (
        b"\x0c" + struct.pack(">I", 2) + string(ED) + string(b"a"),
        f"{SAYS} another number of strings than 4, {AT}",
    ),
    "cut-off": (
        b"\x0c" + struct.pack(">I", 1) + b"\x00\x00\x00\x09a",
        f"{SAYS} a string that is cut off, {AT}",
    ),
    "cut-off-length": (
        b"\x0c" + struct.pack(">I", 1) + b"\x00\x00",
        f"{SAYS} a string that is cut off, {AT}",
    ),
    "empty-key": (listed((b"", b"a")), f"{SAYS} a string that is cut off, {AT}"),
    "short-key": (
        listed((string(b"ssh-ed25519") + string(b"x"), b"a")),
        f"{SAYS} 1 bytes of an ed25519 key, where 32 are needed, {AT}",
    ),
    "more-in-a-key": (
        listed((ED + string(b"x"), b"a")),
        f"{SAYS} another number of strings than 1, {AT}",
    ),
    "another-curve": (
        listed((P256.replace(b"nistp256", b"nistp384", 1), b"a")),
        f"{SAYS} a key on another curve than its name says, {AT}",
    ),
    "weak-key": (
        listed((string(b"ssh-ed25519") + string(b"\x01" + bytes(31)), b"a")),
        f"{SAYS} an Ed25519 key for which anybody can make signatures, {AT}",
    ),
    "token-key": (
        listed((string(b"sk-ssh-ed25519@openssh.com") + ED, b"a")),
        TOKEN_KEY,
    ),
    "no-text": (
        listed((string(b"\xff"), b"a")),
        f"[usage] a key '\ufffd': a kind that is not known here, {AT} {KINDS}",
    ),
    "certificate": (
        listed((string(b"ssh-ed25519-cert-v01@openssh.com") + ED, b"a")),
        f"[usage] a key 'ssh-ed25519-cert-v01@openssh.com': a certificate; name the key itself, {AT} {KINDS}",
    ),
    "two-of-a-name": (
        listed((ED, b"a"), (P256, b"a")),
        f"[usage] 2 keys with this comment, {AT} (name its fingerprint)",
    ),
}


@pytest.mark.parametrize(("answer", "message"), ANSWERS.values(), ids=ANSWERS)
def test_lists_of_keys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: bytes, message: str
) -> None:
    with answering(tmp_path, string(answer)) as path:
        monkeypatch.setenv("SSH_AUTH_SOCK", str(path))
        assert opening("ssh-agent:a") == message


FAULTY = (
    f"[unavailable] what came back is no signature by this key, {AT} "
    "(was the key rotated or exchanged? else what keeps it is faulty)"
)
SIGNATURES = {
    "of-nobody": (P256, signed(b"ecdsa-sha2-nistp256", string(b"\x01") + string(b"\x01")), FAULTY),
    "of-another-kind": (
        P256,
        signed(b"ssh-ed25519", b"x"),
        "[unavailable] a signature b'ssh-ed25519', where b'ecdsa-sha2-nistp256' was asked for",
    ),
    "negative": (
        P256,
        signed(b"ecdsa-sha2-nistp256", string(b"\x81") + string(b"\x01")),
        f"{SAYS} an ECDSA signature with numbers that are too large, {AT}",
    ),
    "large": (
        P256,
        signed(b"ecdsa-sha2-nistp256", string(b"\x01") + string(b"\x01" + bytes(32))),
        f"{SAYS} an ECDSA signature with numbers that are too large, {AT}",
    ),
    "one-number": (
        P256,
        signed(b"ecdsa-sha2-nistp256", string(b"\x01")),
        f"{SAYS} another number of strings than 2, {AT}",
    ),
    "ed25519": (ED, signed(b"ssh-ed25519", bytes(64)), FAULTY),
    "short": (ED, signed(b"ssh-ed25519", b""), FAULTY),
    "no-string": (ED, b"\x0e", f"{SAYS} another number of strings than 1, {AT}"),
}


@pytest.mark.parametrize(("key", "answer", "message"), SIGNATURES.values(), ids=SIGNATURES)
def test_signatures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: bytes, answer: bytes, message: str
) -> None:
    with answering(tmp_path, string(listed((key, b"a"))), string(answer)) as path:
        monkeypatch.setenv("SSH_AUTH_SOCK", str(path))
        signer = open_signer("ssh-agent:a", passphrase=None)
        assert told(lambda: signer.sign(STATEMENT)) == message
