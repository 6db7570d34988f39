"""Trust roots that say who may sign commits and review changes, and real `gpg` for tests.

People are those of `tests.fakes.gitrepo`: each has the address that its commits name.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest

from assay.signing.keys import PublicKey
from assay.signing.notekey import render_note_key
from assay.signing.sshwire import parse_ssh_line
from assay.signing.trust import (
    OidcIdentity,
    Principal,
    PrincipalKind,
    Revocation,
    RoleGrant,
    TrustedIdentity,
    TrustedKey,
    TrustRoot,
    Window,
)
from assay.source.judging import CommitTrust
from assay.source.signers import CommitSigners
from tests.fakes.gitrepo import SshKey
from tests.fakes.trust import LOG_KEY, ORIGIN

SINCE: Final = datetime(2025, 6, 1, tzinfo=UTC)  # before the commits of `GitRepo`, all of 2026


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """A key with its time; without one, from `SINCE` on."""

    public: PublicKey
    since: datetime = SINCE
    until: datetime | None = None
    revoked: Revocation | None = None
    openpgp: str = ""

    def trusted(self) -> TrustedKey:
        window = Window(valid_from=self.since, valid_until=self.until)
        return TrustedKey(
            public=self.public, window=window, revoked=self.revoked, openpgp=self.openpgp
        )


def ssh(
    key: SshKey,
    *,
    since: datetime = SINCE,
    until: datetime | None = None,
    revoked: Revocation | None = None,
) -> Credential:
    """Return the key of an SSH key pair."""
    public = parse_ssh_line(key.public).public
    return Credential(public=public, since=since, until=until, revoked=revoked)


def person(
    name: str,
    *keys: Credential,
    emails: tuple[str, ...] = (),
    roles: tuple[str, ...] = ("author", "reviewer"),
    kind: PrincipalKind = PrincipalKind.PERSON,
    identity: OidcIdentity | None = None,
) -> Principal:
    """Return a principal that is valid from `SINCE` on."""
    window = Window(valid_from=SINCE)
    return Principal(
        name=name,
        kind=kind,
        roles=tuple(RoleGrant(role=role, window=window) for role in roles),
        keys=tuple(key.trusted() for key in keys),
        identities=() if identity is None else (TrustedIdentity(identity=identity, window=window),),
        emails=emails,
        window=window,
    )


def root_of(*principals: Principal, sigstore: bytes | None = None) -> TrustRoot:
    """Return a trust root with these principals."""
    return TrustRoot(
        principals=principals,
        log_origin=ORIGIN,
        log_key=render_note_key(LOG_KEY),
        sigstore=sigstore,
    )


def signers_of(*principals: Principal, sigstore: bytes | None = None) -> CommitSigners:
    """Return the signers that a trust root with these principals names."""
    return CommitSigners.of(root_of(*principals, sigstore=sigstore))


def trust_of(*principals: Principal, recorded: Mapping[str, datetime] | None = None) -> CommitTrust:
    """Return who may sign, and when the log knew of which commits."""
    return CommitTrust(signers=signers_of(*principals), recorded=recorded or {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Gpg:
    """A real GnuPG in a folder of its own; `fingerprint` is that of its one key."""

    program: str
    home: Path
    fingerprint: str

    def run(self, *args: str, stdin: bytes = b"") -> bytes:
        """Run it; a failure fails the test."""
        return _gpg(self.program, self.home, *args, stdin=stdin)

    @property
    def block(self) -> str:
        """Return the public key as people export it."""
        return self.run("--armor", "--export", self.fingerprint).decode()

    def sign(self, message: bytes) -> bytes:
        """Return the armoured signature that Git would ask for."""
        return self.run("-bsau", self.fingerprint, stdin=message)


@contextmanager
def open_gpg(algorithm: str) -> Iterator[Gpg]:
    """Make a key of `algorithm` ("ed25519", "rsa2048", "nistp256") for the length of the block."""
    program, stopper = shutil.which("gpg"), shutil.which("gpgconf")
    if program is None or stopper is None:
        pytest.skip("needs gpg")
    # Not pytest's folder: the path of a socket must be short.
    home = Path(tempfile.mkdtemp(prefix="gpg"))
    try:
        _gpg(
            program,
            home,
            *("--passphrase", "", "--quick-gen-key", "Alice <alice@example.org>"),
            *(algorithm, "sign", "never"),
        )
        listed = _gpg(program, home, "--with-colons", "--list-keys").decode().splitlines()
        fingerprint = next(line.split(":")[9] for line in listed if line.startswith("fpr:"))
        yield Gpg(program=program, home=home, fingerprint=fingerprint.lower())
    finally:
        subprocess.run(
            (stopper, "--homedir", str(home), "--kill", "all"), check=False, capture_output=True
        )
        shutil.rmtree(home, ignore_errors=True)


def _gpg(program: str, home: Path, *args: str, stdin: bytes = b"") -> bytes:
    done = subprocess.run(
        (
            *(program, "--homedir", str(home), "--batch", "--no-tty"),
            *("--pinentry-mode", "loopback", *args),
        ),
        input=stdin,
        capture_output=True,
        check=False,
        env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
    )
    if done.returncode:
        raise AssertionError(f"gpg {args!r}: {done.stderr.decode(errors='replace')}")
    return done.stdout
