"""What PostgreSQL reports, as errors of this system that say what to do next.

SQLSTATE codes: PostgreSQL manual, appendix A. No message holds a password.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import psycopg

from assay.core.errors import TamperedError, UnavailableError
from assay.core.printable import printable

_LOST: Final = (
    "the connection to the database was lost",
    "try again; what was acknowledged is there, and nothing is recorded twice",
)
_NOT_THERE: Final = (
    "see that the server runs and listens there (pg_isready tells), or name another one in "
    "ASSAY_DATABASE; what was acknowledged is not lost"
)
_BUSY: Final = ("another process holds the database", "try again")
_ANSWERS: Final = {  # by code, then by class
    "53100": ("no room left on the disk", "make room; nothing was lost, try again"),
    "53300": ("the database has too many connections", "try again, or raise max_connections"),
    "53": ("the database is short of resources", "look at the server's log, try again"),
    "55P03": _BUSY,
    "40": _BUSY,
    "57014": ("the database ended the statement", "try again"),
    "57": _LOST,
    "08": _LOST,
    "25P03": _LOST,
    "25006": ("the database cannot be written", "it is a standby, or set to read only"),
    "42501": ("the database refuses", "give the role the right to this database and schema"),
    "3D000": ("no such database", "make it with: createdb --encoding=UTF8 NAME"),
    "28": ("the database refuses the login", "check the user, the password and pg_hba.conf"),
    "58030": ("the disk does not answer as it should", "check the disk of the database"),
}
_DAMAGED: Final = frozenset({"XX001", "XX002", "58P01"})  # data, an index, a file that has gone


@contextmanager
def answering(place: str, *, secret: str = "", connecting: bool = False) -> Iterator[None]:
    """Turn what PostgreSQL reports into an error that says what to do next.

    `connecting` where there is no connection yet: then it is not one that was lost.
    `secret` is left out of the words of the server, should it ever repeat it.
    """
    try:
        yield
    except psycopg.IntegrityError:
        raise  # a constraint of our own schema broken by our own statement: a bug
    except psycopg.Error as error:
        code = error.sqlstate or ""
        if code in _DAMAGED:
            raise TamperedError(
                f"not an intact PostgreSQL database: {_words(error, secret)}",
                where=place,
                hint="keep the database for the inquiry, and restore a copy that verifies",
            ) from error
        answer = _ANSWERS.get(code) or _ANSWERS.get(code[:2])
        if answer is None and not code and isinstance(error, psycopg.OperationalError):
            hint = _NOT_THERE if connecting else _LOST[1]
            # the cause may hold the secret
            raise UnavailableError(
                f"no connection to the database: {_words(error, secret)}", where=place, hint=hint
            ) from None
        if answer is None:
            raise
        what, hint = answer
        raise UnavailableError(what, where=place, hint=hint) from None


def _words(error: psycopg.Error, secret: str) -> str:
    words = " ".join(str(error).split())
    return printable(words.replace(secret, "…") if secret else words)
