"""A real ssh-agent, with keys in it, for one test."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from assay.system.unixsocket import ask_socket

KINDS: Final = {
    "ed25519": ("ed25519", ()),
    "ecdsa-p256": ("ecdsa", ("-b", "256")),
    "ecdsa-p384": ("ecdsa", ("-b", "384")),
    "ecdsa-p521": ("ecdsa", ("-b", "521")),
    "rsa": ("rsa", ("-b", "2048")),
}


@contextmanager
def ssh_agent(folder: Path) -> Iterator[Path]:
    """Start an agent; each key of `KINDS` has its name as comment. Yield the agent's socket."""
    program, keygen = _program("ssh-agent"), _program("ssh-keygen")
    folder.mkdir(parents=True, exist_ok=True)
    socket = folder / "agent"
    agent = subprocess.Popen([program, "-D", "-a", str(socket)], stdout=subprocess.PIPE, text=True)
    try:
        assert agent.stdout is not None
        agent.stdout.readline()  # it tells its socket once it listens there
        for name, (kind, options) in KINDS.items():
            path = str(folder / name)
            make = [keygen, "-q", "-t", kind, *options, "-N", "", "-C", name, "-f", path]
            subprocess.run(make, check=True)
            _add(socket, folder / name)
        yield socket
    finally:
        agent.send_signal(signal.SIGTERM)
        agent.wait()
        assert agent.stdout is not None
        agent.stdout.close()


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def _add(socket: Path, key: Path) -> None:
    environment = {**os.environ, "SSH_AUTH_SOCK": str(socket)}
    subprocess.run(
        [_program("ssh-add"), "-q", str(key)], check=True, env=environment, capture_output=True
    )


def fingerprint_of(key: Path) -> str:
    """Return what `ssh-add -l` shows of a key."""
    done = subprocess.run(
        [_program("ssh-keygen"), "-l", "-f", f"{key}.pub"],
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.split()[1]


@contextmanager
def lock(socket: Path) -> Iterator[None]:
    """Lock the agent for a while (SSH_AGENTC_LOCK, draft-ietf-sshm-ssh-agent, section 4.7)."""
    word = b"\x00\x00\x00\x01x"
    assert ask_socket(socket, b"\x16" + word, max_bytes=99, seconds=9) == b"\x06"
    try:
        yield
    finally:
        assert ask_socket(socket, b"\x17" + word, max_bytes=99, seconds=9) == b"\x06"
