"""JavaScript and TypeScript as tokens: comments, texts, templates, regular expressions, JSX.

No grammar is followed. Where a quote has no partner in its line (JSX has apostrophes in its text),
it counts as punctuation, and a slash is a regular expression only where no value stands before it.
`steps` counts the characters that were looked at: at most a few for each in the text.
"""

import re
from typing import Final

from assay.vuln.reach.lexed import Token

_WORD: Final = re.compile(r"[\w$\u0080-\U0010ffff]+")
_SPACE: Final = re.compile(r"[^\S\n]+")
_ESCAPE: Final = re.compile(
    r"\\(?:u\{([0-9A-Fa-f]{1,6})\}|u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|(.))"
)
_PLAIN: Final = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}
_BEFORE_REGEX: Final = frozenset(
    {"return", "typeof", "case", "in", "of", "delete", "void", "throw", "new", "do", "else"}
    | {"instanceof", "yield", "await"}
)
_TEMPLATE: Final = "`"
_HIDDEN: Final = re.compile(r"(?:require|import)\s{0,9}\(|\bfrom\s{0,9}\Z")
_IMPORTS: Final = re.compile(r"\b(?:require|import|from)\b")


class JsLexer:
    """Cuts one text into tokens."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._line = 1
        self._nested: list[int] = []  # depths of braces at which a template goes on
        self._depth = 0
        self.tokens: list[Token] = []
        self.steps = 0
        self.broken = False  # a comment or a template has no end
        self.odd: set[int] = set()  # lines with an import among quotes that may not pair
        self.escaped: set[int] = set()  # lines with a name that is written with escapes
        self._alone: dict[str, int] = {}  # the line in which a quote was found to have no partner

    def run(self) -> list[Token]:
        """Return all tokens."""
        while self._at < len(self._text):
            self.steps += 1
            self._next(self._text[self._at])
        self.broken = self.broken or bool(self._nested)
        return self.tokens

    def _next(self, character: str) -> None:
        if character == "\n":
            self._line += 1
            self._at += 1
        elif character.isspace():
            self._skip(_SPACE.match(self._text, self._at))
        elif character == "/":
            self._slash()
        elif character in "'\"":
            self._quoted(character)
        elif character == _TEMPLATE:
            self._at += 1
            self._template()
        elif word := _WORD.match(self._text, self._at):
            self._put("word", word[0])
            self._skip(word)
        else:
            if character == "\\":
                self.escaped.add(self._line)
            self._mark(character)

    def _skip(self, match: re.Match[str] | None) -> None:
        end = self._at + 1 if match is None else match.end()
        self.steps += end - self._at
        self._at = end

    def _put(self, kind: str, text: str) -> None:
        self.tokens.append(Token(kind, text, self._line))

    def _mark(self, character: str) -> None:
        self._at += 1
        if character == "{":
            self._depth += 1
        elif character == "}":
            if self._nested and self._nested[-1] == self._depth:
                self._nested.pop()
                self._template()
                return
            self._depth -= 1
        self._put("mark", character)

    def _slash(self) -> None:
        following = self._text[self._at + 1 : self._at + 2]
        if following == "/":
            end = self._text.find("\n", self._at)
            self._go_to(len(self._text) if end < 0 else end)
        elif following == "*":
            end = self._text.find("*/", self._at + 2)
            self.broken = self.broken or end < 0
            self._go_to(len(self._text) if end < 0 else end + 2)
        elif self._value_before() or self._alone.get("/") == self._line or not self._regex():
            self._mark("/")

    def _go_to(self, end: int) -> None:
        self.steps += end - self._at
        self._line += self._text.count("\n", self._at, end)
        self._at = end

    def _value_before(self) -> bool:
        """Tell whether a value ends before this place: then a slash divides it."""
        if not self.tokens:
            return False
        last = self.tokens[-1]
        if last.kind == "word":
            return last.text not in _BEFORE_REGEX
        return last.kind in {"text", "computed"} or last.text in {")", "]", "}"}

    def _regex(self) -> bool:
        """Take a regular expression, which ends in its line; tell whether there was one."""
        at, in_class = self._at + 1, False
        while at < len(self._text):
            self.steps += 1
            character = self._text[at]
            if character == "\n":
                break
            if character == "\\":
                at += 1
            elif character in "[]":
                in_class = character == "["
            elif character == "/" and not in_class:
                self._at = at + 1
                self._put("text", "")
                return True
            at += 1
        self._alone["/"] = self._line  # not looked for again, or the time would be the square
        return False

    def _quoted(self, quote: str) -> None:
        if self._alone.get(quote) == self._line or not self._text_in(quote):
            self._mark(quote)

    def _text_in(self, quote: str) -> bool:
        """Take a text, which ends in its line; tell whether there was one."""
        at = self._at + 1
        while at < len(self._text):
            self.steps += 1
            character = self._text[at]
            if character == quote:
                raw = self._text[self._at + 1 : at]
                if _HIDDEN.search(raw):  # JSX: what looks like a text may stand between two
                    self.odd.add(self._line)
                self._put("text", unescape(raw))
                self._line += raw.count("\n")
                self._at = at + 1
                return True
            if character == "\n":
                break
            at += 2 if character == "\\" else 1
        self._alone[quote] = self._line
        if _IMPORTS.search(self._text, self._text.rfind("\n", 0, self._at) + 1, at):
            self.odd.add(self._line)
        return False

    def _template(self) -> None:
        """Take a template from behind its beginning, or behind something in it, to what is next."""
        start, at = self._at, self._at
        inside = self._text[at - 1 : at] == "}"
        while at < len(self._text):
            self.steps += 1
            character = self._text[at]
            if character == _TEMPLATE:
                self._end_template(start, at, at + 1, computed=inside)
                return
            if character == "$" and self._text[at + 1 : at + 2] == "{":
                self._end_template(start, at, at + 2, computed=True)
                self._nested.append(self._depth)
                return
            at += 2 if character == "\\" else 1
        self.broken = True
        self._go_to(len(self._text))

    def _end_template(self, start: int, end: int, go_on: int, *, computed: bool) -> None:
        raw = self._text[start:end]
        self._put("computed" if computed else "text", unescape(raw))
        self._line += raw.count("\n")
        self._at = go_on


def unescape(raw: str) -> str:
    """Return what a text between quotes means."""
    return _ESCAPE.sub(_character, raw.replace("\\\n", "")) if "\\" in raw else raw


def _character(match: re.Match[str]) -> str:
    digits = match[1] or match[2] or match[3]
    if digits:
        number = int(digits, 16)
        return chr(number) if number < 0x110000 else ""
    return _PLAIN.get(match[4], match[4])
