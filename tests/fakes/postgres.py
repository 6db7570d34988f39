"""A PostgreSQL server of our own, on a free port and a socket, for as long as the tests run.

Needed are the server's programs (`initdb`, `postgres`) where Debian's package puts them, on `PATH`,
or where `pg_config --bindir` says; without them the tests that need a server skip, and say so. The
server refuses to run as root: then it runs as `postgres` or `nobody`. It syncs like any other: a
server with `fsync` off is what Assay refuses.
"""

import contextlib
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg
import pytest

USER = "keeper"
_SECONDS = 60
_PORTS = 5
_ROOM = 2**29


@dataclass(kw_only=True)
class PostgresServer:
    """One cluster; `start` and `kill` it as you like."""

    programs: Path
    folder: Path
    port: int
    account: str | None  # whose processes these are; None for our own
    password: str
    process: subprocess.Popen[bytes] | None = None
    _names: Iterator[int] = field(default_factory=count)

    def url(self, database: str = "postgres") -> str:
        """Return how to reach a database over the socket, with no password."""
        return f"postgresql://{USER}@/{database}?host={self.folder}&port={self.port}"

    def tcp_url(self, database: str = "postgres") -> str:
        """Return how to reach a database over TCP, with the password."""
        return f"postgresql://{USER}:{self.password}@127.0.0.1:{self.port}/{database}"

    def new_database(self, *, template: str = "template0") -> str:
        """Make a database, empty or a copy of `template`; return its name."""
        name = f"test{next(self._names)}"
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def initialise(self) -> None:
        """Make the cluster."""
        password = self.folder / "password"
        password.write_text(self.password)
        self._own(password)
        command = [self.programs / "initdb", "--pgdata", self.folder / "data", "--username", USER]
        command += ["--pwfile", password, "--auth-local=trust", "--auth-host=scram-sha-256"]
        command += ["--encoding=UTF8", "--locale=C", "--data-checksums"]
        subprocess.run(
            [str(word) for word in command],
            check=True,
            capture_output=True,
            cwd=self.folder,
            user=self.account,
            group=self._group,
            extra_groups=None if self.account is None else [],
        )

    def start(self, **settings: str) -> None:
        """Start the server, with these settings, and wait until it answers."""
        options = {"port": str(self.port), "unix_socket_directories": str(self.folder)}
        options |= {"listen_addresses": "127.0.0.1", "max_connections": "50"} | settings
        words = [str(self.programs / "postgres"), "-D", str(self.folder / "data")]
        words += [f"--{name}={value}" for name, value in options.items()]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                words,
                cwd=self.folder,
                stdout=log,
                stderr=log,
                user=self.account,
                group=self._group,
                extra_groups=None if self.account is None else [],
            )
        deadline = time.monotonic() + _SECONDS
        while True:
            try:
                psycopg.connect(self.url()).close()
            except psycopg.OperationalError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
            else:
                return

    def start_somewhere(self) -> None:
        """Start the server on a port that nobody has."""
        for attempt in range(_PORTS):
            try:
                self.start()
            except psycopg.OperationalError:
                if attempt == _PORTS - 1:
                    raise
                self.port = _any_port()
            else:
                return

    def kill(self) -> None:
        """End it as a crash does: nothing is written any more."""
        self._end(signal.SIGQUIT)  # "immediate shutdown": the next start recovers from the log

    def stop(self) -> None:
        """End it in order."""
        self._end(signal.SIGINT)

    def restart(self, **settings: str) -> None:
        """Stop it, and start it with these settings."""
        self.stop()
        self.start(**settings)

    def _end(self, how: signal.Signals) -> None:
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(timeout=_SECONDS)
            self.process = None

    def _own(self, path: Path) -> None:
        if self.account is not None:
            account = pwd.getpwnam(self.account)
            os.chown(path, account.pw_uid, account.pw_gid)

    @property
    def _group(self) -> int | None:
        return None if self.account is None else pwd.getpwnam(self.account).pw_gid


def find_programs() -> Path | None:
    """Return the folder of the newest server's programs, or None."""
    folders = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name)
    )
    if (config := shutil.which("pg_config")) is not None:
        told = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=False)
        folders.append(Path(told.stdout.strip()))
    if (found := shutil.which("postgres")) is not None:
        folders.append(Path(found).parent)
    whole = [f for f in folders if (f / "initdb").exists() and (f / "postgres").exists()]
    return whole[-1] if whole else None


def _any_port() -> int:
    """Return a port, most likely free; the tests may not open a socket to ask for one."""
    return 20_000 + secrets.randbelow(40_000)


def _memory() -> Path | None:
    """Return where files are kept in memory, if there is room: syncing is most of the time else.

    The path must be short, for a socket lies there.
    """
    folder = Path("/dev/shm")  # noqa: S108  # a folder with a random name is made in it
    enough = folder.is_dir() and shutil.disk_usage(folder).free > _ROOM
    return folder if enough and os.access(folder, os.W_OK) else None


@contextlib.contextmanager
def run_server(parent: Path | None = None) -> Iterator[PostgresServer]:
    """Make a cluster in `parent`, run it for the block, and leave nothing behind; or skip."""
    programs = find_programs()
    if programs is None:
        pytest.skip("needs PostgreSQL's programs initdb and postgres (Debian: postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="assay-pg-", dir=parent or _memory()))
    account = None
    if os.geteuid() == 0:
        known = {entry.pw_name for entry in pwd.getpwall()}
        account = "postgres" if "postgres" in known else "nobody"
    server = PostgresServer(
        programs=programs,
        folder=folder,
        port=_any_port(),
        account=account,
        password=secrets.token_hex(8),
    )
    server._own(folder)
    try:
        server.initialise()
        server.start_somewhere()
        yield server
    finally:
        server.kill()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """Return a server that runs for the whole session."""
    with run_server() as server:
        yield server
