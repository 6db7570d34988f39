"""Tokens, PINs and passphrases: values that no `repr`, log or error shows."""

from typing import NoReturn, final


@final
class Secret:
    """A secret text. Only `reveal` gives it out, so that every use can be searched for."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the secret itself."""
        return self._value

    def __repr__(self) -> str:
        """Show that there is one, and nothing of it: not its length either."""
        return "Secret(…)"

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled: it would leave this process in the clear."""
        raise TypeError("a Secret is not written anywhere")
