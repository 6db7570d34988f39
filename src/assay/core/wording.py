"""Words for messages: those that depend on a number, and those that somebody may have meant."""

from collections.abc import Iterable


def entries(number: int) -> str:
    """Return "1 entry" or "7 entries"."""
    return f"{number} {'entry' if number == 1 else 'entries'}"


def near_hint(name: str, known: Iterable[str]) -> str:
    """Return "did you mean 'x'?" where one of `known` is near to `name`, or what is known."""
    import difflib  # noqa: PLC0415  # only where something is wrong

    words = list(known)
    near = difflib.get_close_matches(name, words, n=1)
    return f"did you mean {near[0]!r}?" if near else f"known here: {', '.join(words)}"
