"""Tokens of languages with C's comments and quotes, as far as imports and calls need them.

Each reader goes over the text once, from the front to the back: the time is that of its length,
whatever the text is.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a text without its quotes, or one character of punctuation (`::` in Rust)."""

    kind: str  # "word", "text", "computed" (a text with something in it), "mark"
    text: str
    line: int

    def is_mark(self, text: str) -> bool:
        """Tell whether it is this punctuation."""
        return self.kind == "mark" and self.text == text

    def is_word(self, text: str) -> bool:
        """Tell whether it is this word."""
        return self.kind == "word" and self.text == text


END = Token("end", "", 0)


class Tokens:
    """A list of tokens with a place in it; beyond its end there is `END`, for ever."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self.at = 0

    def peek(self, ahead: int = 0) -> Token:
        """Return the token at the place, or so many behind it (before it, if negative)."""
        at = self.at + ahead
        return self._tokens[at] if 0 <= at < len(self._tokens) else END

    def take(self) -> Token:
        """Return the token at the place, and go on."""
        token = self.peek()
        self.at += 1
        return token

    @property
    def more(self) -> bool:
        """Tell whether there is a token at the place."""
        return self.at < len(self._tokens)
