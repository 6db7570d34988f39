"""Scanner "configuration": Dockerfiles, Docker Compose and GitLab CI, read by Assay itself.

Bad: `RUN curl https://example.com/install | sh`, since whoever owns that server owns the image.
Good: `RUN curl -o i https://example.com/install && sha256sum -c sums && sh i`.

* Files are told by their names: `Dockerfile`, `Dockerfile.web`, `web.dockerfile`, `Containerfile`,
  `compose.yaml`, `docker-compose.prod.yml`, `.gitlab-ci.yml` and the like.
* A file that cannot be read to its end is not checked; nothing in a file switches a rule off.
* What looks like a secret is known by the name that it has; the value goes nowhere.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Final, Protocol

from assay import __version__
from assay.core.digest import sha256_of
from assay.core.errors import AssayError, MalformedError
from assay.core.notchecked import NotChecked
from assay.core.printable import printable
from assay.core.strictjson import render_canonical_json
from assay.findings.finding import Kind, Severity
from assay.findings.fingerprint import Sighting, hides_literals, name_sightings
from assay.findings.place import SourceText
from assay.findings.scanreport import ScanReport
from assay.scan.containersettings import (
    COMPOSE_RULES,
    GITLAB_RULES,
    SettingsRule,
    parse_settings,
)
from assay.scan.dockerfile.copyrules import COPY_RULES
from assay.scan.dockerfile.imagerules import IMAGE_RULES
from assay.scan.dockerfile.packagerules import PACKAGE_RULES
from assay.scan.dockerfile.parse import MAX_DOCKERFILE_BYTES, parse_dockerfile
from assay.scan.dockerfile.runrules import RUN_RULES
from assay.system.files import load_file

DOCKER_RULES: Final = (*IMAGE_RULES, *COPY_RULES, *RUN_RULES, *PACKAGE_RULES)
_DOCKERFILE: Final = re.compile(
    r"(?:.*/)?(?:(?:Docker|Container)file(?:[.-][\w.-]+)?|[\w.-]+\.(?:docker|container)file)\Z",
    re.IGNORECASE,
)
_COMPOSE: Final = re.compile(r"(?:.*/)?(?:docker-)?compose(?:[.-][\w.-]+)?\.ya?ml\Z")
_GITLAB: Final = re.compile(r"(?:.*/)?(?:[\w.-]+)?\.gitlab-ci\.ya?ml\Z")
_LANGUAGES: Final = {
    "dockerfile": "https://docs.docker.com/build/building/best-practices/",
    "compose": "https://docs.docker.com/reference/compose-file/",
    "gitlab": "https://docs.gitlab.com/ci/yaml/",
}
_NOUNS: Final = ("dockerfiles", "compose_files", "gitlab_pipelines")


class _Rule(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def remedy(self) -> str: ...
    @property
    def severity(self) -> Severity: ...
    @property
    def weakness(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spot:
    path: str
    line: int
    end_line: int
    detail: str


def is_configuration_file(path: str) -> bool:
    """Tell whether `path` is a Dockerfile, a Compose file or a GitLab pipeline by its name."""
    return any(pattern.match(path) for pattern in (_DOCKERFILE, _COMPOSE, _GITLAB))


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigurationScanner:
    """The scanner; it runs in this process, and needs nothing that is not here."""

    name: str = "configuration"
    tool: str = "assay"

    def takes(self, path: str, /) -> bool:
        """Tell whether `path` is looked at."""
        return is_configuration_file(path)

    def installed(self) -> str:
        """Return the version: it is always here."""
        return __version__

    def run(self, root: Path, paths: tuple[str, ...], *, at: datetime) -> ScanReport:
        """Look at those of `paths` below `root` that it takes."""
        sightings: list[Sighting] = []
        gaps: list[NotChecked] = []
        counts = dict.fromkeys(_NOUNS, 0)
        for path in sorted(path for path in paths if self.takes(path)):
            try:
                content = load_file(root / path, max_bytes=MAX_DOCKERFILE_BYTES)
                sightings += check_configuration(path, content)
                counts[_noun(path)] += 1
            except AssayError as error:
                gaps.append(_unread(path, error))
        return ScanReport(
            scanner=self.name,
            tool=self.tool,
            version=__version__,
            observed_at=at,
            inputs=MappingProxyType({"rules": rules_digest()}),
            examined=MappingProxyType(counts),
            findings=name_sightings(sightings, version=__version__),
            not_checked=tuple(sorted(gaps)),
        )


def check_configuration(path: str, content: bytes) -> tuple[Sighting, ...]:
    """Return what our rules find in one file, which its name tells the kind of.

    Raises:
        MalformedError: It is not a file of that kind.
    """
    text = SourceText(path, content)
    noun = _noun(path)
    if noun == "dockerfiles":
        return tuple(_in_dockerfile(path, content, text))
    tool, rules = (
        ("compose", COMPOSE_RULES) if noun == "compose_files" else ("gitlab", GITLAB_RULES)
    )
    return tuple(_in_settings(path, content, text, tool, rules))


def _noun(path: str) -> str:
    if _DOCKERFILE.match(path):
        return _NOUNS[0]
    return _NOUNS[1] if _COMPOSE.match(path) else _NOUNS[2]


def _in_dockerfile(path: str, content: bytes, text: SourceText) -> Iterator[Sighting]:
    file = parse_dockerfile(content)
    for rule in DOCKER_RULES:
        for hit in dict.fromkeys(rule.find(file)):
            first, last = hit.at.lines
            spot = _Spot(path=path, line=first, end_line=last, detail=hit.what)
            yield _sighting("dockerfile", rule, spot, text)


def _in_settings(
    path: str, content: bytes, text: SourceText, tool: str, rules: tuple[SettingsRule, ...]
) -> Iterator[Sighting]:
    root = parse_settings(content)
    for rule in rules:
        for found in dict.fromkeys(rule.find(root)):
            spot = _Spot(
                path=path,
                line=found.line,
                end_line=found.line,
                detail=found.resource,
            )
            yield _sighting(tool, rule, spot, text)


def _sighting(tool: str, rule: _Rule, spot: _Spot, text: SourceText) -> Sighting:
    """Describe one hit; its family is the rule, for two rules are two things to mend."""
    name = f"{tool}/{rule.id}"
    weaknesses = (rule.weakness,) if rule.weakness else ()
    hidden = hides_literals(name, weaknesses)
    return Sighting(
        kind=Kind.MISCONFIGURATION,
        rule=name,
        path=spot.path,
        line=spot.line,
        end_line=spot.end_line,
        place=text.place(spot.line, without_literals=hidden),
        title=rule.title,
        severity=rule.severity,
        rated=rule.severity.value,
        message=rule.title + (f": {printable(spot.detail, limit=200)}" if spot.detail else ""),
        remedy=rule.remedy,
        references=(*weaknesses, *_pages(weaknesses), _LANGUAGES[tool]),
    )


def _pages(weaknesses: tuple[str, ...]) -> Iterator[str]:
    for weakness in weaknesses:
        yield f"https://cwe.mitre.org/data/definitions/{weakness.removeprefix('CWE-')}.html"


@lru_cache(maxsize=1)
def rules_digest() -> str:
    """Return the digest of what the rules say; what they do changes with the version."""
    told = [
        [tool, rule.id, rule.severity.value, rule.title, rule.weakness]
        for tool, rules in (
            ("dockerfile", DOCKER_RULES),
            ("compose", COMPOSE_RULES),
            ("gitlab", GITLAB_RULES),
        )
        for rule in rules
    ]
    return str(sha256_of(render_canonical_json([__version__, *told])))


def _unread(path: str, error: AssayError) -> NotChecked:
    where = f" at {error.where}" if isinstance(error, MalformedError) and error.where else ""
    return NotChecked(
        what="file",
        where=printable(path),
        why=f"it cannot be read: {printable(error.what)}{where}",
        remedy="correct the file, or delete it",
    )


SCANNER: Final = ConfigurationScanner()
