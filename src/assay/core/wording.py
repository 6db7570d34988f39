"""Words that depend on a number, for messages."""


def entries(number: int) -> str:
    """Return "1 entry" or "7 entries"."""
    return f"{number} {'entry' if number == 1 else 'entries'}"
