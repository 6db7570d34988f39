"""One root for every deliberate error, with three branches by what the caller should do next.

* `UsageError`: fix the call or the configuration.
* `RejectedError`: the answer is no.
* `UnavailableError`: it could not be told.

Every error prints as `[code] what, at where (hint)`. Text from outside goes into `what` with
`!r`, so that it cannot write to the terminal.
"""

from typing import ClassVar


class AssayError(Exception):
    """Root of every deliberate error. Anything else that escapes is a bug."""

    code: ClassVar[str]
    exit_status: ClassVar[int]
    http_status: ClassVar[int]

    def __init__(self, what: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        """Render the one form that errors have: `[code] what, at where (hint)`."""
        where = f", at {self.where}" if self.where else ""
        hint = f" ({self.hint})" if self.hint else ""
        return f"[{self.code}] {self.what}{where}{hint}"


class UsageError(AssayError):
    """The call or the configuration is wrong; nothing was decided."""

    code, exit_status, http_status = "usage", 2, 400


class RejectedError(AssayError):
    """The answer is no."""

    code, exit_status, http_status = "rejected", 1, 422


class MalformedError(RejectedError):
    """The bytes are not what their format says; `where` is the path to the fault."""

    code = "malformed"


class SignatureInvalidError(RejectedError):
    """Too few trusted principals signed these bytes."""

    code = "signature-invalid"


class ProofError(RejectedError):
    """A Merkle proof or a checkpoint does not show what it claims."""

    code = "proof-invalid"


class TamperedError(RejectedError):
    """A stored record is not what was recorded; `where` names the row."""

    code = "tampered"


class UnavailableError(AssayError):
    """Something needed for the answer is missing or did not answer."""

    code, exit_status, http_status = "unavailable", 3, 503


class inside:  # noqa: N801  # used as a word of the language: with inside("payload")
    """Put `part` in front of the location of any error that leaves this block.

    A class, for readers enter one at every value: a generator takes four times as long.
    """

    __slots__ = ("_part",)

    def __init__(self, part: str) -> None:
        self._part = part

    def __enter__(self) -> None:
        """Begin; there is nothing to prepare."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Say where an error happened, and let it go on."""
        if isinstance(error, AssayError):
            error.where = f"{self._part}.{error.where}" if error.where else self._part
