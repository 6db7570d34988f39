"""Licence expressions (SPDX specification, annex "SPDX license expressions").

* An expression comes out in one spelling: identifiers as the SPDX list writes them, operators in
  capitals. Its order is kept: who wrote `MIT OR Apache-2.0` may have had a reason.
* Text that is no expression is kept as it is, apart from those that are, and named as not checked.
* The list of identifiers is that of `packaging`; its parser is not used: it knows no `DocumentRef-`
  and hands nested parentheses to the Python compiler.
"""

import re
from functools import lru_cache
from typing import Final

from assay.core.errors import MalformedError

MAX_EXPRESSION_CHARACTERS: Final = 10_000  # a distribution's kernel package has one of some 4,000
_TOKEN: Final = re.compile(r"[()]|[^\s()]+")
_REFERENCE: Final = re.compile(r"(?:DocumentRef-[A-Za-z0-9.\-]+:)?LicenseRef-[A-Za-z0-9.\-]+\Z")
_ADDITION: Final = re.compile(r"(?:DocumentRef-[A-Za-z0-9.\-]+:)?AdditionRef-[A-Za-z0-9.\-]+\Z")
_JOINING: Final = frozenset({"AND", "OR"})
_SILENT: Final = frozenset({"NONE", "NOASSERTION"})  # SPDX's words for "no licence", "did not look"


def parse_licence(text: str) -> str:
    """Return the canonical spelling of an SPDX expression.

    Raises:
        MalformedError: Over `MAX_EXPRESSION_CHARACTERS`, not of the expressions' form, or with an
            identifier that the SPDX list does not have.
    """
    if len(text) > MAX_EXPRESSION_CHARACTERS:
        raise MalformedError(
            f"an expression of {len(text)} characters, at most {MAX_EXPRESSION_CHARACTERS} are read"
        )
    reading = _Expression(text)
    for piece in _TOKEN.findall(text):
        reading.take(piece)
    return reading.finish()


def split_licences(texts: list[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the expressions among `texts`, canonical, and the others as they are; both sorted."""
    licences: set[str] = set()
    raw: set[str] = set()
    for text in texts:
        if text.strip() in _SILENT or not text.strip():
            continue
        try:
            licences.add(_parsed(text))
        except MalformedError:
            raw.add(text)
    return tuple(sorted(licences)), tuple(sorted(raw))


class _Expression:
    """What was read of one expression; what may follow depends on the last part alone."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.parts: list[str] = []
        self.open = 0
        self.last = "("  # what stands before: "(", "term", "WITH", "addition" or ")"

    def take(self, piece: str) -> None:
        """Add the next part.

        Raises:
            MalformedError: It cannot stand here.
        """
        word = piece.upper() if piece in {piece.upper(), piece.lower()} else piece
        if self.last == "WITH":
            self._put(_addition(piece), "addition")
        elif self.last == "(":
            self._begin(piece)
        elif piece == ")" and self.open:
            self.open -= 1
            self._put(")", ")")
        elif word in _JOINING:
            self._put(word, "(")
        elif word == "WITH" and self.last == "term":
            self._put(word, "WITH")
        else:
            raise self._refused(piece)

    def finish(self) -> str:
        """Return the whole expression.

        Raises:
            MalformedError: It ends too early.
        """
        if self.last in {"(", "WITH"} or self.open:
            raise MalformedError(f"the licence expression {self.text[:200]!r} ends too early")
        return " ".join(self.parts).replace("( ", "(").replace(" )", ")")

    def _begin(self, piece: str) -> None:
        if piece == "(":
            self.open += 1
            self._put("(", "(")
        elif piece == ")":
            raise self._refused(piece)
        else:
            self._put(_term(piece), "term")

    def _put(self, part: str, kind: str) -> None:
        self.parts.append(part)
        self.last = kind

    def _refused(self, piece: str) -> MalformedError:
        return MalformedError(f"{piece!r} cannot stand there in {self.text[:200]!r}")


@lru_cache(maxsize=4096)
def _parsed(text: str) -> str:
    return parse_licence(text)


@lru_cache(maxsize=4096)
def _term(piece: str) -> str:
    if _REFERENCE.match(piece):
        return piece
    return _listed(piece, piece)


@lru_cache(maxsize=1024)
def _addition(piece: str) -> str:
    if _ADDITION.match(piece):
        return piece
    return _listed(f"MIT WITH {piece}", piece).removeprefix("MIT WITH ")


def _listed(expression: str, piece: str) -> str:
    """Return one identifier as the SPDX list writes it; `piece` has no space or parenthesis."""
    from packaging.licenses import (  # noqa: PLC0415  # start-up time
        InvalidLicenseExpression,
        canonicalize_license_expression,
    )

    try:
        return str(canonicalize_license_expression(expression))
    except InvalidLicenseExpression as error:
        raise MalformedError(f"{piece!r} is no identifier of the SPDX list") from error
