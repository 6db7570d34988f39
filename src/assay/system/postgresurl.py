"""The URL of a PostgreSQL database: what may be in it, and how it is named in messages.

The password never is: a URL that can be read in two ways (a password with a raw `/` or `@`) is
refused without being repeated.
"""

import re
from dataclasses import dataclass, field
from typing import Final

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from assay.core.errors import UsageError
from assay.system.environment import get_variable

_SCHEMES: Final = ("postgresql://", "postgres://")
_PLAIN: Final = re.compile(r"[A-Za-z0-9_./:,\[\]-]*\Z")  # hosts, socket folders, ports, names
_HINT: Final = (
    "postgresql://user@host:5432/database; write special characters of the password as %40 and so "
    "on, or leave it to ~/.pgpass"
)
_DEFAULTS: Final = {  # what the URL does not say; a silent server is noticed within a minute
    "connect_timeout": "10",
    "application_name": "assay",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
}
_LOCAL: Final = frozenset({"", "localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where to connect to, and what to call it."""

    place: str
    conninfo: str = field(repr=False)
    secret: str = field(repr=False)


def parse_target(url: str) -> Target:
    """Read the URL of a database.

    A server that is not on this machine is asked for TLS and for a certificate in its name,
    unless the URL (`sslmode`) or `PGSSLMODE` says otherwise.

    Raises:
        UsageError: Not such a URL; it is not repeated, for it may hold a password.
    """
    if not url.startswith(_SCHEMES):
        raise UsageError("not the URL of a PostgreSQL database", hint=_HINT)
    try:
        parts = {name: str(value) for name, value in conninfo_to_dict(url).items()}
    except (psycopg.ProgrammingError, UnicodeError):  # not a URL, or bytes that are no text
        raise UsageError("not the URL of a PostgreSQL database", hint=_HINT) from None
    host, port, name = (parts.get(key, "") for key in ("host", "port", "dbname"))
    if not all(_PLAIN.match(part) for part in (host, port, name)):
        raise UsageError("a host, port or name of a database cannot be read", hint=_HINT)
    added = dict(_DEFAULTS)
    if not _is_local(parts) and not get_variable("PGSSLMODE"):
        added["sslmode"] = "verify-full"
    return Target(
        place=_place(host, port, name),
        conninfo=make_conninfo("", **(added | parts)),
        secret=parts.get("password", ""),
    )


def _is_local(parts: dict[str, str]) -> bool:
    """Tell whether all servers are on this machine; what the URL leaves out is as libpq has it.

    Where a service file may name a server, none is known to be here.
    """
    if parts.get("service") or get_variable("PGSERVICE"):
        return False
    hosts = [
        parts.get("host") or get_variable("PGHOST"),
        parts.get("hostaddr") or get_variable("PGHOSTADDR"),
    ]
    names = (name for host in hosts for name in host.split(","))
    return all(name in _LOCAL or name.startswith(("/", "@")) for name in names)


def _place(host: str, port: str, name: str) -> str:
    at = f"{host}:{port}" if port and not host.startswith("/") else host
    if host.startswith("/"):
        return f"postgresql:///{name}?host={host}" + (f"&port={port}" if port else "")
    return f"postgresql://{at}/{name}"
