r"""Reading a CODEOWNERS file as its forge does, and naming every line that the forge leaves out.

What forges skip without a word is the danger of this file: a line with a fault protects nothing,
and looks as if it did. So each one is an error with its number, in all dialects.

* GitHub: patterns of `.gitignore` without `!`, `[…]` and `\#`; a comment may follow the owners.
* GitLab: patterns of the shell; sections, exclusions with `!`, escaped blanks.
* Gitea: regular expressions in which `\`, `#` and blanks are escaped once more; `!` means others.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from assay.core.errors import MalformedError
from assay.core.printable import printable
from assay.source.linear import Matches, compile_linear, glob_regex
from assay.source.owners.file import (
    Dialect,
    OwnersError,
    OwnersFile,
    OwnersRule,
    Section,
)

MAX_OWNERS_BYTES: Final = 3 * 2**20  # what GitHub reads
MAX_RULES: Final = 20_000  # bounds the time of matching
MAX_LINE: Final = 16_384  # characters; bounds the time of reading
MAX_OWNER: Final = 320  # characters: the longest address
_NAME: Final = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?"
_OWNER: Final = re.compile(
    rf"@{_NAME}(?:/{_NAME}){{0,20}}|@@(?:developers?|maintainers?|owners?)|[^\s@]+@[^\s@]+\.[^\s@]+"
)
_SECTION: Final = re.compile(r"(?P<optional>\^)?\[(?P<name>[^\]]*)\](?:\[(?P<count>[^\]]*)\])?")
_UNSUPPORTED: Final = (
    (re.compile(r"!"), "'!' does not negate here"),
    (re.compile(r"\\#"), "'\\#' does not stand for a '#' here"),
    (re.compile(r".*[\[\]]"), "'[' and ']' are no ranges here"),
)


def parse_owners(data: bytes, *, dialect: Dialect) -> OwnersFile:
    """Read a CODEOWNERS file; lines that are wrong are in `errors` and have no rule.

    Raises:
        MalformedError: It is too large to be read by any forge.
    """
    if len(data) > MAX_OWNERS_BYTES:
        raise MalformedError(f"{len(data)} bytes, where at most {MAX_OWNERS_BYTES} are read")
    reader = _Reader(dialect=dialect)
    text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")
    for number, line in enumerate(text.split("\n"), 1):
        reader.line(number, line.strip())
    return OwnersFile(
        dialect=dialect, rules=tuple(reader.rules), errors=tuple(sorted(reader.errors))
    )


@dataclass(slots=True, kw_only=True)
class _Reader:
    dialect: Dialect
    rules: list[OwnersRule] = field(default_factory=list)
    errors: list[OwnersError] = field(default_factory=list)
    section: Section = field(default_factory=Section)
    defaults: tuple[str, ...] = ()
    sections: dict[str, Section] = field(default_factory=dict)

    def line(self, number: int, line: str) -> None:
        """Read one line."""
        if not line or line.startswith("#"):
            return
        try:
            self._check_bounds(line)
            if self.dialect is Dialect.GITLAB and _SECTION.match(line):
                self._begin(number, line)
            else:
                self._rule(number, line)
        except MalformedError as error:
            self._error(number, error.what)

    def _check_bounds(self, line: str) -> None:
        if len(line) > MAX_LINE:
            raise MalformedError(f"a line of {len(line)} characters, where {MAX_LINE} are read")
        if len(self.rules) == MAX_RULES:
            raise MalformedError(f"more than {MAX_RULES} rules")

    def _begin(self, number: int, line: str) -> None:
        """Begin a section: one of a name that was there before goes on."""
        found = _SECTION.match(line)
        if found is None or not found["name"].strip():
            raise MalformedError("a section without a name")
        name, wanted = found["name"].strip(), found["count"]
        if wanted is not None and not re.fullmatch(r"[1-9][0-9]{0,3}", wanted):
            self._error(number, f"{printable(wanted)!r} is no number of approvals")
            wanted = None
        known = self.sections.get(name.lower())
        self.section = known or Section(
            name=name, optional=bool(found["optional"]), approvals=int(wanted or 1)
        )
        self.sections[name.lower()] = self.section
        self.defaults = self._owners(number, line[found.end() :].split())

    def _rule(self, number: int, line: str) -> None:
        words = _WORDS[self.dialect](line)
        pattern, named = words[0], words[1:]
        negated = pattern.startswith("!") and self.dialect is not Dialect.GITHUB
        fits = _COMPILERS[self.dialect](pattern.removeprefix("!") if negated else pattern)
        owners = self._owners(number, named)
        if named and not owners:
            return  # each is an error already, and the forge leaves the line out
        excludes = negated and self.dialect is Dialect.GITLAB
        owners = () if excludes else owners or self.defaults
        if not owners and not excludes and self.dialect is not Dialect.GITHUB:
            raise MalformedError("no owner")
        self.rules.append(
            OwnersRule(
                line=number,
                pattern=pattern,
                owners=owners,
                section=self.section,
                negated=negated,
                fits=fits,
            )
        )

    def _owners(self, number: int, words: list[str]) -> tuple[str, ...]:
        """Return the owners among `words`, and note the others."""
        owners = []
        for word in words:
            if len(word) <= MAX_OWNER and _OWNER.fullmatch(word):
                owners.append(word)
            else:
                self._error(number, f"{printable(word)!r} is no owner")
        if len(owners) != len(words) and self.dialect is Dialect.GITHUB:
            return ()  # it leaves the whole line out
        return tuple(dict.fromkeys(owners))

    def _error(self, number: int, what: str) -> None:
        self.errors.append(OwnersError(line=number, what=what))


def _words_of_github(line: str) -> list[str]:
    r"""Split at blanks that are not escaped; a `#` behind one begins a comment."""
    words = _split(line)
    comment = next((i for i, word in enumerate(words) if i and word.startswith("#")), len(words))
    return words[:comment]


def _words_of_gitea(line: str) -> list[str]:
    """Split at blanks and end at a `#`, unless escaped; what is escaped loses its backslash."""
    words, escaped = [""], False
    for character in line:
        if escaped:
            words[-1], escaped = words[-1] + character, False
        elif character == "\\":
            escaped = True
        elif character == "#":
            break
        elif character.isspace():
            words.append("")
        else:
            words[-1] += character
    found = [word for word in words if word]
    if not found:
        raise MalformedError("no pattern")
    return found


def _split(line: str) -> list[str]:
    return re.findall(r"(?:\\.|[^\s\\]|\\\Z)+", line)


def _compile_github(pattern: str) -> Matches:
    for form, what in _UNSUPPORTED:
        if form.match(pattern):
            raise MalformedError(what)
    return compile_linear(b"|".join(_gitignore(pattern)))


def _gitignore(pattern: str) -> Iterator[bytes]:
    """Yield the expressions of a pattern of `.gitignore`, for files and for what is in folders."""
    body = pattern.strip("/")
    if not body:  # "/" is the top folder itself, which is no path
        return
    anchored = pattern.startswith("/") or "/" in body
    regex = _slashes(body, anchored=anchored)
    if not pattern.endswith("/"):
        yield regex
    if not re.search(r"(?:\A|/)\*\Z", body) or not anchored:  # docs/* is not what lies deeper
        yield regex + b"/.*"


def _slashes(body: str, *, anchored: bool) -> bytes:
    """Translate with two stars between slashes as any number of folders, also none."""
    parts = body.split("/")
    regex = b"" if anchored else b"(?:.*/)?"
    for number, part in enumerate(parts):
        last = number == len(parts) - 1
        if part == "**":
            regex += b".*" if last else b"(?:.*/)?"
        else:
            # Two stars beside other characters are as one.
            regex += glob_regex(part, ranges=False, crosses=b"[^/]*") + (b"" if last else b"/")
    return regex


def _compile_gitlab(pattern: str) -> Matches:
    """Compile as GitLab's normalised pattern: anywhere unless anchored, a folder with all in it."""
    plain = re.sub(r"\\(\s)", r"\1", pattern)
    if plain.startswith("\\#"):
        plain = plain[1:]
    anywhere = not plain.startswith("/")
    deep = plain.endswith("/")
    body = plain.strip("/")
    if not body and not deep:
        raise MalformedError("no pattern")
    parts = body.split("/") if body else []
    regex = b"(?:.*/)?" if anywhere else b""
    for number, part in enumerate(parts):
        last = number == len(parts) - 1
        if part == "**" and not last:
            regex += b"(?:.*/)?"
        else:
            regex += glob_regex(part, ranges=True, crosses=b"[^/]*") + (b"" if last else b"/")
    return compile_linear(regex + ((b"/.+" if parts else b".+") if deep else b""))


def _compile_gitea(pattern: str) -> Matches:
    try:
        return compile_linear(pattern.encode("utf-8", "surrogateescape"))
    except MalformedError as error:
        raise MalformedError("no regular expression that Gitea takes") from error


_WORDS: Final = {
    Dialect.GITHUB: _words_of_github,
    Dialect.GITLAB: _split,
    Dialect.GITEA: _words_of_gitea,
}
_COMPILERS: Final = {
    Dialect.GITHUB: _compile_github,
    Dialect.GITLAB: _compile_gitlab,
    Dialect.GITEA: _compile_gitea,
}
