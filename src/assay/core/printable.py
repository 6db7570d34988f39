"""Text from outside, made safe for a terminal, a log or a report."""

from typing import Final

MAX_PRINTED: Final = 500  # characters; a longer excerpt helps nobody and floods the report


def printable(text: str, *, limit: int = MAX_PRINTED) -> str:
    r"""Return `text` with every control or unassigned character escaped, at most `limit` long.

    Names in a repository may hold terminal escape sequences, direction overrides and lone
    surrogates (for bytes that are not UTF-8); all of them come out as `\x1b`, `\u202e`, `\udcff`.
    """
    if len(text) <= limit and text.isprintable():
        return text
    safe = text[: limit + 1]
    if not safe.isprintable():
        safe = "".join(c if c.isprintable() else _escaped(c) for c in safe)
    return safe if len(text) <= limit else safe[: limit - 1] + "…"


def _escaped(character: str) -> str:
    return (
        character.encode("ascii", "backslashreplace").decode()
        if ord(character) > 127
        else (f"\\x{ord(character):02x}")
    )
