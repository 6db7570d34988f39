"""The one form and the one tree of errors."""

import pytest

from assay.core.errors import (
    AssayError,
    MalformedError,
    ProofError,
    RejectedError,
    SignatureInvalidError,
    TamperedError,
    UnavailableError,
    UsageError,
    inside,
)


def test_the_form() -> None:
    assert str(UsageError("what")) == "[usage] what"
    assert str(RejectedError("what", where="there")) == "[rejected] what, at there"
    assert str(UnavailableError("what", hint="do")) == "[unavailable] what (do)"
    assert str(TamperedError("w", where="x", hint="y")) == "[tampered] w, at x (y)"


@pytest.mark.parametrize(
    ("kind", "code", "status", "http_status"),
    [
        (UsageError, "usage", 2, 400),
        (RejectedError, "rejected", 1, 422),
        (MalformedError, "malformed", 1, 422),
        (SignatureInvalidError, "signature-invalid", 1, 422),
        (ProofError, "proof-invalid", 1, 422),
        (TamperedError, "tampered", 1, 422),
        (UnavailableError, "unavailable", 3, 503),
    ],
)
def test_codes_and_statuses(
    kind: type[AssayError], code: str, status: int, http_status: int
) -> None:
    assert (kind.code, kind.exit_status, kind.http_status) == (code, status, http_status)
    assert status == 1 or not issubclass(kind, RejectedError)


def test_what_is_there_for_code_that_knows_no_assay_errors() -> None:
    """Loggers and test runners print `args`."""
    assert UsageError("what", where="there").args == ("what",)


def test_inside_builds_the_path_outwards() -> None:
    with pytest.raises(MalformedError) as caught, inside("a"), inside("b"):
        raise MalformedError("wrong", where="c")
    assert str(caught.value) == "[malformed] wrong, at a.b.c"


def test_inside_where_there_was_no_place() -> None:
    with pytest.raises(MalformedError) as caught, inside("a"):
        raise MalformedError("wrong")
    assert caught.value.where == "a"


def test_inside_leaves_other_errors_alone() -> None:
    with pytest.raises(KeyError, match="x"), inside("a"):
        raise KeyError("x")
