"""Rules about packages that are installed while an image is built."""

import re
from collections.abc import Iterator
from typing import Final

from assay.findings.finding import Severity
from assay.scan.dockerfile.parse import Dockerfile
from assay.scan.dockerfile.rule import DockerRule, Hit, commands, runs
from assay.scan.dockerfile.shell import Command

_INSTALLERS: Final = {
    "apt-get": "install",
    "apt": "install",
    "aptitude": "install",
    "apk": "add",
    "yum": "install",
    "dnf": "install",
    "microdnf": "install",
}
_VERSIONED: Final = re.compile(r"[=~<>@]|\A[./]|\A\$|\.(?:deb|rpm|apk)\Z|-[0-9]+[.0-9]")
_TAKES_VALUE: Final = frozenset({"-t", "--target-release", "-o", "--option", "--virtual", "-X"})


def _installed(command: Command) -> tuple[str, ...] | None:
    """Return the packages that a system's package manager installs here; None where it is none."""
    words = command.bare
    verb = _INSTALLERS.get(command.name)
    if verb is None or verb not in words:
        return None
    packages, skip = list[str](), False
    for word in words[words.index(verb) + 1 :]:
        if skip or word.startswith("-"):
            skip = word in _TAKES_VALUE
            continue
        packages.append(word)
    return tuple(packages)


def _unversioned(file: Dockerfile) -> Iterator[Hit]:
    for one, command in commands(file):
        loose = [p for p in _installed(command) or () if not _VERSIONED.search(p)]
        if loose:
            yield Hit(one, ", ".join(loose[:3]))


def _kept_lists(file: Dockerfile) -> Iterator[Hit]:
    for one, several in runs(file):
        apt = [
            c
            for c in several
            if c.name in {"apt-get", "apt", "aptitude"} and c.has("update", "install")
        ]
        cached = any("/var/lib/apt" in value or "/var/cache/apt" in value for _, value in one.flags)
        removed = any(
            c.name == "rm" and any("/var/lib/apt/lists" in w for w in c.words) for c in several
        )
        if apt and not cached and not removed:
            yield Hit(one)


def _recommended(file: Dockerfile) -> Iterator[Hit]:
    for one, command in commands(file):
        apt = command.name in {"apt-get", "apt"} and _installed(command) is not None
        if apt and not any(word.lower().find("install-recommends") > 0 for word in command.words):
            yield Hit(one)


def _update_alone(file: Dockerfile) -> Iterator[Hit]:
    for one, several in runs(file):
        apt = [c for c in several if c.name in {"apt-get", "apt"}]
        if any(c.has("update") for c in apt) and not any(
            _installed(c) is not None or c.has("upgrade", "dist-upgrade") for c in apt
        ):
            yield Hit(one)


def _upgrade(file: Dockerfile) -> Iterator[Hit]:
    for one, command in commands(file):
        if command.name in {"apt-get", "apt", "apk", "yum", "dnf"} and command.has(
            "upgrade", "dist-upgrade", "full-upgrade"
        ):
            yield Hit(one, command.name)


def _apk_cache(file: Dockerfile) -> Iterator[Hit]:
    for one, command in commands(file):
        kept = command.name == "apk" and command.has("add") and not command.has("--no-cache")
        if kept and not any(name == "mount" for name, _ in one.flags):
            yield Hit(one)


def _pip(file: Dockerfile) -> Iterator[Hit]:
    for one, command in commands(file):
        words = command.bare
        if command.name.startswith("python") and words[1:3] == ("-m", "pip"):
            words = words[2:]
        if (
            not words
            or not re.match(r"pip[0-9.]*\Z", words[0].rpartition("/")[2])
            or "install" not in words
        ):
            continue
        rest = words[words.index("install") + 1 :]
        listed = {"-r", "--requirement", "-e", "--editable", "-c", "--require-hashes"}
        loose = [
            w
            for w in rest
            if not w.startswith("-") and not re.search(r"==|@|\A[./$]|\.whl\Z|\.txt\Z", w)
        ]
        if loose and not listed.intersection(rest):
            yield Hit(one, ", ".join(loose[:3]))


def _unlocked(file: Dockerfile) -> Iterator[Hit]:
    for one, command in commands(file):
        words = command.bare
        if command.name == "npm" and len(words) > 1 and words[1] in {"install", "i"}:
            named = [w for w in words[2:] if not w.startswith("-")]
            if not named or any(not re.search(r".@[0-9]|\A[./$]", w) for w in named):
                yield Hit(one, "npm install")
        go = command.name == "go" and words[1:2] in {("install",), ("get",)}
        if go and any(word.endswith("@latest") for word in words):
            yield Hit(one, "@latest")


_X: Final = "FROM debian:12.5\nRUN "
PACKAGE_RULES: Final[tuple[DockerRule, ...]] = (
    DockerRule(
        id="package-without-version",
        title="The version of a package depends on the day of the build",
        remedy="Name the version, as in name=1.2.3, or build from a snapshot of the repository.",
        severity=Severity.INFO,
        find=_unversioned,
        bad=f"{_X}apt-get install -y curl\n",
        good=f"{_X}apt-get install -y curl=7.88.1-10\n",
    ),
    DockerRule(
        id="package-lists-kept",
        title="The lists of packages stay in the image, and grow old",
        remedy="End the step with rm -rf /var/lib/apt/lists/*, or mount a cache there.",
        severity=Severity.INFO,
        find=_kept_lists,
        bad=f"{_X}apt-get update && apt-get install -y x=1\n",
        good=f"{_X}apt-get update && apt-get install -y x=1 && rm -rf /var/lib/apt/lists/*\n",
    ),
    DockerRule(
        id="recommended-packages",
        title="Packages come along that nobody asked for",
        remedy="Add --no-install-recommends.",
        severity=Severity.INFO,
        find=_recommended,
        bad=f"{_X}apt-get install -y x=1\n",
        good=f"{_X}apt-get install -y --no-install-recommends x=1\n",
    ),
    DockerRule(
        id="update-alone",
        title="The lists of packages come from the cache of an older build",
        remedy="Write the update and the install in one RUN.",
        severity=Severity.LOW,
        find=_update_alone,
        bad=f"{_X}apt-get update\n",
        good=f"{_X}apt-get update && apt-get install -y x=1\n",
    ),
    DockerRule(
        id="upgrade-in-build",
        title="What is in the image depends on the day of the build",
        remedy="Take a newer base image instead.",
        severity=Severity.LOW,
        find=_upgrade,
        bad=f"{_X}apt-get update && apt-get upgrade -y\n",
        good=f"{_X}apt-get update && apt-get install -y x=1\n",
    ),
    DockerRule(
        id="apk-cache-kept",
        title="The index of packages stays in the image",
        remedy="Write apk add --no-cache.",
        severity=Severity.INFO,
        find=_apk_cache,
        bad="FROM alpine:3.20\nRUN apk add curl=8.7\n",
        good="FROM alpine:3.20\nRUN apk add --no-cache curl=8.7\n",
    ),
    DockerRule(
        id="pip-without-version",
        title="The version of a Python package depends on the day of the build",
        remedy="Install versions with hashes from a file: pip install --require-hashes -r FILE.",
        severity=Severity.LOW,
        weakness="CWE-494",
        find=_pip,
        bad=f"{_X}pip install --no-cache-dir flask\n",
        good=f"{_X}pip install --require-hashes -r all.txt && pip install flask==3.0.3\n",
    ),
    DockerRule(
        id="packages-unlocked",
        title="Packages are installed in whatever version there is",
        remedy="Install what the lock file says (npm ci), or name the version (tool@v1.2.3).",
        severity=Severity.LOW,
        weakness="CWE-494",
        find=_unlocked,
        bad=f"{_X}npm install -g typescript\n",
        good=f"{_X}npm ci && go install example.com/tool@v1.2.3\n",
    ),
)
