"""What a CODEOWNERS file says, whichever forge reads it: rules, sections, and what is wrong in it.

The forges have three languages under one name. What they share:

* GitHub: the last rule that fits a path decides, also to say that nobody owns it.
* GitLab: each section has its say, by its last rule that fits; an exclusion takes a path out of its
  section. An optional section asks for no approval.
* Gitea: every rule that fits has its say; its patterns are regular expressions, for the whole path.
"""

import enum
from collections.abc import Iterator
from dataclasses import dataclass, field

from assay.source.linear import Matches


class Dialect(enum.Enum):
    """Whose rules for CODEOWNERS hold."""

    GITHUB = "github"
    GITLAB = "gitlab"
    GITEA = "gitea"


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Rules that are judged together; `approvals` is how many of their owners have to approve."""

    name: str = ""
    optional: bool = False
    approvals: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnersRule:
    """One line: the paths that it is about, and who owns them.

    `negated` means all other paths for Gitea, and an exclusion for GitLab.
    """

    line: int
    pattern: str
    owners: tuple[str, ...]
    section: Section
    negated: bool
    fits: Matches = field(repr=False, compare=False)

    def covers(self, path: str) -> bool:
        """Tell whether the line is about `path`."""
        return self.fits(path)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class OwnersError:
    """A line that the forge leaves out, or that does not mean what it seems to."""

    line: int
    what: str

    def as_json(self) -> dict[str, object]:
        """Return the JSON object that stands for this value."""
        return {"line": self.line, "what": self.what}


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What one rule says about one path."""

    line: int
    owners: tuple[str, ...]
    section: Section


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnersFile:
    """A CODEOWNERS file, read."""

    dialect: Dialect
    rules: tuple[OwnersRule, ...]
    errors: tuple[OwnersError, ...]

    def claims(self, path: str) -> tuple[Claim, ...]:
        """Return who owns `path` by each rule that has its say; nobody where there is none."""
        found = (_JUDGES[self.dialect])(self.rules, path)
        return tuple(
            Claim(line=rule.line, owners=rule.owners, section=rule.section)
            for rule in found
            if rule.owners
        )


def _last(rules: tuple[OwnersRule, ...], path: str) -> Iterator[OwnersRule]:
    """Yield the last rule that fits."""
    found = next((rule for rule in reversed(rules) if rule.covers(path)), None)
    if found is not None:
        yield found


def _by_section(rules: tuple[OwnersRule, ...], path: str) -> Iterator[OwnersRule]:
    """Yield the last rule of each section that fits, unless the section excludes the path."""
    sections: dict[str, list[OwnersRule]] = {}
    for rule in rules:
        sections.setdefault(rule.section.name.lower(), []).append(rule)
    for members in sections.values():
        if not any(rule.negated and rule.covers(path) for rule in members):
            yield from _last(tuple(members), path)


def _all(rules: tuple[OwnersRule, ...], path: str) -> Iterator[OwnersRule]:
    """Yield every rule that fits."""
    return (rule for rule in rules if rule.covers(path) is not rule.negated)


_JUDGES = {Dialect.GITHUB: _last, Dialect.GITLAB: _by_section, Dialect.GITEA: _all}
