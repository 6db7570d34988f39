"""Rules about what gets into an image: files, downloads, and what must not be in it at all."""

import re
from collections.abc import Iterator
from typing import Final

from assay.findings.finding import Severity
from assay.scan.dockerfile.parse import Dockerfile, Instruction
from assay.scan.dockerfile.rule import DockerRule, Hit

_URL: Final = re.compile(r"(?:https?|ftp)://", re.IGNORECASE)
_REPOSITORY: Final = re.compile(r"(?:git@|git://|https?://\S+\.git(?:[#?]|\Z))")
_PINNED_COMMIT: Final = re.compile(r"#[0-9a-f]{40}\b")
_ARCHIVE: Final = re.compile(r"\.(?:tar|tgz|tbz2?|txz|tar\.\w+)\Z", re.IGNORECASE)
_SECRET_FILE: Final = re.compile(
    r"(?:\A|/)(?:id_(?:rsa|dsa|ecdsa|ed25519)|\.env(?:\.(?!example|sample|template|dist)\w+)?"
    r"|\.npmrc|\.pypirc|\.netrc|\.git-credentials|credentials(?:\.json)?|[\w.-]*\.(?:p12|pfx|jks|key)"
    r"|\.aws|\.ssh|\.kube|\.docker)/?\Z"
)
_SECRET_NAME: Final = re.compile(
    r"(?:\A|_)(?:PASS|PASSWD|PASSWORD|PASSPHRASE|SECRET|TOKEN|APIKEY|API_KEY|ACCESS_KEY|PRIVATE_KEY"
    r"|CREDENTIALS?|AUTH)(?:\Z|_(?:KEY|VALUE|BASE64|ID)\Z)",
    re.IGNORECASE,
)
_HARMLESS: Final = re.compile(
    r"\A(?:|\$\{?\w+(?::?[-?+][^}]*)?\}?|none|false|true|changeme_at_run)\Z", re.IGNORECASE
)
_PAIR: Final = re.compile(r"""([A-Za-z_]\w*)(?:=("(?:\\.|[^"\\])*"|'[^']*'|\S*))?""")


def _sources(one: Instruction) -> tuple[str, ...]:
    """Return what is copied, without where to; nothing of what another stage has."""
    if any(name == "from" for name, _ in one.flags):
        return ()
    return tuple(word for word in one.words[:-1] if not word.startswith("<<"))


def _added(file: Dockerfile) -> Iterator[tuple[Instruction, str]]:
    for one in file.instructions:
        if one.name == "ADD":
            for source in _sources(one):
                yield one, source


def _url(file: Dockerfile) -> Iterator[Hit]:
    for one, source in _added(file):
        checked = any(name == "checksum" for name, _ in one.flags)
        pinned = _REPOSITORY.match(source) and _PINNED_COMMIT.search(source)
        if (_URL.match(source) or _REPOSITORY.match(source)) and not checked and not pinned:
            yield Hit(one, source.partition("?")[0])


def _add(file: Dockerfile) -> Iterator[Hit]:
    for one, source in _added(file):
        if not (_URL.match(source) or _REPOSITORY.match(source) or _ARCHIVE.search(source)):
            yield Hit(one, source)


def _everything(file: Dockerfile) -> Iterator[Hit]:
    for one in file.stages[-1].instructions:
        if one.name in {"COPY", "ADD"} and {".", "./", "*"}.intersection(_sources(one)):
            yield Hit(one)


def _secret_file(file: Dockerfile) -> Iterator[Hit]:
    for one in file.instructions:
        if one.name in {"COPY", "ADD"}:
            for source in _sources(one):
                if _SECRET_FILE.search(source):
                    yield Hit(one, source)


def _pairs(one: Instruction) -> Iterator[tuple[str, str]]:
    """Yield the names and values of ENV, ARG and LABEL, also in the old form without `=`."""
    name, space, value = one.rest.partition(" ")
    if one.name == "ENV" and space and "=" not in name:
        yield name, value.strip()
        return
    for found in _PAIR.finditer(one.rest):
        yield found.group(1), (found.group(2) or "").strip("\"'")


def _secret_value(file: Dockerfile) -> Iterator[Hit]:
    for one in file.instructions:
        if one.name in {"ENV", "ARG"}:
            for name, value in _pairs(one):
                if _SECRET_NAME.search(name) and not _HARMLESS.match(value):
                    yield Hit(one, name)


def _secret_argument(file: Dockerfile) -> Iterator[Hit]:
    for one in file.instructions:
        if one.name == "ARG":
            for name, value in _pairs(one):
                if _SECRET_NAME.search(name) and _HARMLESS.match(value):
                    yield Hit(one, name)


COPY_RULES: Final[tuple[DockerRule, ...]] = (
    DockerRule(
        id="add-from-url",
        title="Something is downloaded into the image, whatever it is by then",
        remedy="Add --checksum=sha256:…, or name a repository with its whole commit.",
        severity=Severity.MEDIUM,
        weakness="CWE-494",
        find=_url,
        bad="FROM debian:12.5\nADD https://example.com/tool.tar.gz /opt/\n",
        good=f"FROM debian:12.5\nADD --checksum=sha256:{'0' * 64} https://example.com/t /opt/\n",
    ),
    DockerRule(
        id="add-instead-of-copy",
        title="ADD does more than is wanted here: it unpacks and downloads",
        remedy="Write COPY.",
        severity=Severity.LOW,
        find=_add,
        bad="FROM debian:12.5\nADD app.py /app/\n",
        good="FROM debian:12.5\nCOPY app.py /app/\nADD data.tar.gz /data/\n",
    ),
    DockerRule(
        id="copies-everything",
        title="Whatever lies in the folder of the build gets into the image",
        remedy="Name what is needed, or copy it in an earlier stage; keep a .dockerignore.",
        severity=Severity.LOW,
        weakness="CWE-538",
        find=_everything,
        bad="FROM debian:12.5\nCOPY . /app\n",
        good="FROM golang:1.26 AS build\nCOPY . /src\nFROM scratch\nCOPY --from=build /app /app\n",
    ),
    DockerRule(
        id="copies-secret-file",
        title="A file that holds keys or passwords gets into the image",
        remedy="Mount it while it is needed (RUN --mount=type=secret), and revoke what leaked.",
        severity=Severity.HIGH,
        weakness="CWE-538",
        find=_secret_file,
        bad="FROM debian:12.5\nCOPY .ssh/id_rsa /root/.ssh/\n",
        good="FROM debian:12.5\nCOPY .env.example id_rsa.pub /app/\n",
    ),
    DockerRule(
        id="secret-in-image",
        title="What looks like a secret stays in the image, for whoever can pull it",
        remedy="Mount it while it is needed (RUN --mount=type=secret), or give it at run time.",
        severity=Severity.HIGH,
        weakness="CWE-798",
        find=_secret_value,
        bad="FROM debian:12.5\nENV DB_PASSWORD=swordfish PORT=80\n",
        good="FROM debian:12.5\nENV PORT=80 PASSWORD_FILE=/run/secrets/db TOKEN=$TOKEN\n",
    ),
    DockerRule(
        id="secret-as-argument",
        title="A secret is given as an argument of the build, which the image's history keeps",
        remedy="Mount it instead: RUN --mount=type=secret,id=….",
        severity=Severity.MEDIUM,
        weakness="CWE-538",
        find=_secret_argument,
        bad="FROM debian:12.5\nARG NPM_TOKEN\n",
        good="FROM debian:12.5\nARG VERSION\nRUN --mount=type=secret,id=npm true\n",
    ),
)
