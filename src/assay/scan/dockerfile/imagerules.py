"""Rules about what an image is built from, and what it is when it runs."""

import re
from collections.abc import Iterator
from typing import Final

from assay.findings.finding import Severity
from assay.scan.dockerfile.parse import Dockerfile
from assay.scan.dockerfile.rule import DockerRule, Hit, images, inherited

_DIGEST: Final = re.compile(r"@sha256:[0-9a-f]{64}\Z")
_TAG: Final = re.compile(r":([\w][\w.-]*)\Z")
_SSH: Final = frozenset({"22", "22/tcp"})
_ROOT: Final = frozenset({"root", "0"})


def _floating(file: Dockerfile) -> Iterator[Hit]:
    for at, image in images(file):
        tag = _TAG.search(image)
        if "$" not in image and "@" not in image and (tag is None or tag.group(1) == "latest"):
            yield Hit(at, image)


def _undigested(file: Dockerfile) -> Iterator[Hit]:
    for at, image in images(file):
        tag = _TAG.search(image)
        if tag and "$" not in image and tag.group(1) != "latest" and not _DIGEST.search(image):
            yield Hit(at, image)


def _open_image(file: Dockerfile) -> Iterator[Hit]:
    for at, image in images(file):
        if "$" in image:
            yield Hit(at, image)


def _root(file: Dockerfile) -> Iterator[Hit]:
    user = inherited(file, "USER")
    if user is None:
        yield Hit(file.stages[-1].start, "no USER")
    elif user.rest.partition(":")[0].strip("\"'") in _ROOT:
        yield Hit(user, user.rest)


def _no_healthcheck(file: Dockerfile) -> Iterator[Hit]:
    if inherited(file, "HEALTHCHECK") is None:
        yield Hit(file.stages[-1].start)


def _ssh(file: Dockerfile) -> Iterator[Hit]:
    for one in file.instructions:
        if one.name == "EXPOSE" and _SSH.intersection(one.words):
            yield Hit(one, "port 22")


def _socket(file: Dockerfile) -> Iterator[Hit]:
    for one in file.instructions:
        if one.name == "VOLUME" and any(word.endswith("docker.sock") for word in one.words):
            yield Hit(one, "docker.sock")


def _shell_form(file: Dockerfile) -> Iterator[Hit]:
    for one in file.instructions:
        if one.name == "ENTRYPOINT" and one.rest and not one.rest.startswith("["):
            yield Hit(one)


def _several(file: Dockerfile) -> Iterator[Hit]:
    for stage in file.stages:
        for name in ("CMD", "ENTRYPOINT", "HEALTHCHECK"):
            found = [one for one in stage.instructions if one.name == name and not one.onbuild]
            for one in found[:-1]:
                yield Hit(one, name)


def _relative(file: Dockerfile) -> Iterator[Hit]:
    for one in file.instructions:
        path = one.rest.strip("\"'")
        if one.name == "WORKDIR" and not re.match(r"/|\$|[A-Za-z]:", path):
            yield Hit(one, path)


def _maintainer(file: Dockerfile) -> Iterator[Hit]:
    for one in file.instructions:
        if one.name == "MAINTAINER":
            yield Hit(one)


IMAGE_RULES: Final[tuple[DockerRule, ...]] = (
    DockerRule(
        id="floating-image",
        title="The base image is whatever its owner calls the latest",
        remedy="Name a version and its digest: image:1.2.3@sha256:…",
        severity=Severity.MEDIUM,
        weakness="CWE-494",
        find=_floating,
        bad="FROM debian:latest\nUSER app\n",
        good="FROM debian:12.5\nUSER app\n",
    ),
    DockerRule(
        id="image-without-digest",
        title="The base image is named by a tag, which can be moved",
        remedy="Add the digest behind the tag, and let a bot renew both: image:1.2.3@sha256:…",
        severity=Severity.LOW,
        weakness="CWE-494",
        find=_undigested,
        bad="FROM debian:12.5\n",
        good=f"FROM debian:12.5@sha256:{'0' * 64}\n",
    ),
    DockerRule(
        id="open-image",
        title="Whoever builds decides about the base image",
        remedy="Give the argument a default with a digest, or write the image itself.",
        severity=Severity.LOW,
        find=_open_image,
        bad="ARG BASE\nFROM $BASE\n",
        good="ARG BASE=debian:12.5\nFROM $BASE\n",
    ),
    DockerRule(
        id="runs-as-root",
        title="The container runs as root",
        remedy="Make a user, and end the last stage with USER and its number, as in USER 10001.",
        severity=Severity.MEDIUM,
        weakness="CWE-250",
        find=_root,
        bad='FROM debian:12.5\nUSER root\nCMD ["app"]\n',
        good='FROM debian:12.5 AS base\nUSER 10001\nFROM base\nCMD ["app"]\n',
    ),
    DockerRule(
        id="no-healthcheck",
        title="Nothing tells whether the container still works",
        remedy="Add a HEALTHCHECK, or HEALTHCHECK NONE where the platform probes it.",
        severity=Severity.INFO,
        find=_no_healthcheck,
        bad="FROM debian:12.5\n",
        good="FROM debian:12.5\nHEALTHCHECK NONE\n",
    ),
    DockerRule(
        id="exposes-ssh",
        title="The container lets people log in by SSH",
        remedy="Take sshd and EXPOSE 22 out; enter a container with the tools of the platform.",
        severity=Severity.MEDIUM,
        weakness="CWE-284",
        find=_ssh,
        bad="FROM debian:12.5\nEXPOSE 80 22/tcp\n",
        good="FROM debian:12.5\nEXPOSE 2200\n",
    ),
    DockerRule(
        id="docker-socket",
        title="The container is meant to rule over all containers of its machine",
        remedy="Do without docker.sock; build with a tool that needs no daemon.",
        severity=Severity.HIGH,
        weakness="CWE-250",
        find=_socket,
        bad="FROM debian:12.5\nVOLUME /var/run/docker.sock\n",
        good='FROM debian:12.5\nVOLUME ["/data"]\n',
    ),
    DockerRule(
        id="entrypoint-in-shell",
        title="A shell stands between the container and its program",
        remedy='Write it as a list, ENTRYPOINT ["program", "argument"], so that signals reach it.',
        severity=Severity.INFO,
        find=_shell_form,
        bad="FROM debian:12.5\nENTRYPOINT app --serve\n",
        good='FROM debian:12.5\nENTRYPOINT ["app", "--serve"]\n',
    ),
    DockerRule(
        id="overridden-instruction",
        title="An instruction has no effect, since a later one takes its place",
        remedy="Keep the last one; what the reader sees first is not what runs.",
        severity=Severity.LOW,
        find=_several,
        bad='FROM debian:12.5\nCMD ["a"]\nCMD ["b"]\n',
        good='FROM debian:12.5 AS a\nCMD ["a"]\nFROM a\nCMD ["b"]\n',
    ),
    DockerRule(
        id="relative-workdir",
        title="The working folder depends on the base image",
        remedy="Write the whole path.",
        severity=Severity.LOW,
        find=_relative,
        bad="FROM debian:12.5\nWORKDIR app\n",
        good="FROM debian:12.5\nWORKDIR /app\n",
    ),
    DockerRule(
        id="maintainer",
        title="MAINTAINER is out of use",
        remedy='Write LABEL org.opencontainers.image.authors="…" instead.',
        severity=Severity.INFO,
        find=_maintainer,
        bad="FROM debian:12.5\nMAINTAINER somebody\n",
        good='FROM debian:12.5\nLABEL org.opencontainers.image.authors="somebody"\n',
    ),
)
