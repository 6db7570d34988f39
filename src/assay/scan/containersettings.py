"""Our rules about Docker Compose and GitLab CI: few, for what gives a container the machine.

Aliases and merges (`<<`) are followed, each once; nothing is interpolated or included. The line of
a finding is that of the value.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import yaml

from assay.core.errors import MalformedError
from assay.findings.finding import Severity
from assay.scan.dockerfile.shell import split_commands
from assay.scan.yamlnodes import compose_yaml

_SHELLS: Final = frozenset({"sh", "bash", "dash", "zsh", "python", "python3", "perl", "ruby"})
_SECRET: Final = re.compile(
    r"(?:\A|_)(?:PASS|PASSWD|PASSWORD|SECRET|TOKEN|APIKEY|API_KEY|ACCESS_KEY|PRIVATE_KEY)\Z",
    re.IGNORECASE,
)
_RESERVED: Final = frozenset(
    {"stages", "variables", "include", "workflow", "image", "services", "cache", "spec"}
)


@dataclass(frozen=True, slots=True)
class Spotted:
    """Where a rule hits: the line of the value, and what it is, as `service/key`."""

    line: int
    resource: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsRule:
    """One rule in our own words; `bad` and `good` are examples, which are tested."""

    id: str
    title: str
    remedy: str
    severity: Severity
    find: Callable[[yaml.Node], Iterator[Spotted]]
    bad: str
    good: str
    weakness: str = ""


def parse_settings(data: bytes) -> yaml.Node:
    """Return the root of the one YAML document in `data`.

    Raises:
        MalformedError: Too long, not one YAML document, too deep, or nothing at all.
    """
    root = compose_yaml(data)
    if not isinstance(root, yaml.MappingNode):
        raise MalformedError("no mapping")
    return root


def _members(node: yaml.Node | None, seen: frozenset[int] = frozenset()) -> dict[str, yaml.Node]:
    """Return the members of a mapping, those that are merged in included; its own come first."""
    if not isinstance(node, yaml.MappingNode) or id(node) in seen:
        return {}
    found: dict[str, yaml.Node] = {}
    merged: list[yaml.Node] = []
    for key, value in node.value:
        if key.value == "<<":
            merged += value.value if isinstance(value, yaml.SequenceNode) else [value]
        elif isinstance(key, yaml.ScalarNode):
            found[str(key.value)] = value
    for other in merged:
        found = _members(other, seen | {id(node)}) | found
    return found


def _texts(node: yaml.Node | None) -> Iterator[tuple[str, int]]:
    """Yield a text, or those of a list, with their lines."""
    for item in node.value if isinstance(node, yaml.SequenceNode) else [node]:
        if isinstance(item, yaml.ScalarNode):
            yield str(item.value), item.start_mark.line + 1


def _services(root: yaml.Node) -> Iterator[tuple[str, dict[str, yaml.Node]]]:
    for name, service in _members(_members(root).get("services")).items():
        yield name, _members(service)


def _has(key: str, *values: str) -> Callable[[yaml.Node], Iterator[Spotted]]:
    """Return what finds services whose `key` is, or lists, one of `values`."""

    def find(root: yaml.Node) -> Iterator[Spotted]:
        for name, service in _services(root):
            for text, line in _texts(service.get(key)):
                if text.lower() in values:
                    yield Spotted(line, f"{name}/{key}")

    return find


def _socket(root: yaml.Node) -> Iterator[Spotted]:
    for name, service in _services(root):
        volumes = service.get("volumes")
        long_form = volumes.value if isinstance(volumes, yaml.SequenceNode) else []
        sources = [_members(item).get("source") for item in long_form]
        found = [*_texts(volumes), *(pair for node in sources if node for pair in _texts(node))]
        for text, line in found:
            if text.partition(":")[0].endswith("docker.sock"):
                yield Spotted(line, f"{name}/volumes")


def _is_floating(image: str) -> bool:
    last = image.rpartition("/")[2]
    return "@" not in image and "$" not in image and (":" not in last or last.endswith(":latest"))


def _compose_images(root: yaml.Node) -> Iterator[Spotted]:
    for name, service in _services(root):
        for image, line in _texts(service.get("image")):
            if "build" not in service and _is_floating(image):
                yield Spotted(line, f"{name}/image")


def _secrets(root: yaml.Node) -> Iterator[Spotted]:
    for name, service in _services(root):
        environment = service.get("environment")
        pairs = [
            (key, pair) for key, node in _members(environment).items() for pair in _texts(node)
        ]
        if isinstance(environment, yaml.SequenceNode):
            pairs = [
                (text.partition("=")[0], (text.partition("=")[2], line))
                for text, line in _texts(environment)
            ]
        for key, (value, line) in pairs:
            if _SECRET.search(key) and value and "$" not in value:
                yield Spotted(line, f"{name}/environment/{key}")


def _jobs(root: yaml.Node) -> Iterator[tuple[str, dict[str, yaml.Node]]]:
    top = _members(root)
    yield "default", top
    for name, node in top.items():
        if name not in _RESERVED:
            yield name, _members(node)


def _gitlab_images(root: yaml.Node) -> Iterator[Spotted]:
    for name, job in _jobs(root):
        image = job.get("image")
        for text, line in _texts(_members(image).get("name") or image):
            if _is_floating(text):
                yield Spotted(line, f"{name}/image")


def _gitlab_include(root: yaml.Node) -> Iterator[Spotted]:
    include = _members(root).get("include")
    items = include.value if isinstance(include, yaml.SequenceNode) else [include]
    for item in items:
        members = _members(item)
        remote = members.get("remote") or (item if isinstance(item, yaml.ScalarNode) else None)
        for text, line in _texts(remote):
            if text.startswith(("http://", "https://")) and "integrity" not in members:
                yield Spotted(line, "include")


def _gitlab_piped(root: yaml.Node) -> Iterator[Spotted]:
    for name, job in _jobs(root):
        for key in ("before_script", "script", "after_script"):
            for text, line in _texts(job.get(key)):
                commands = split_commands(text)
                for command, after in pairwise(commands):
                    piped = command.name in {"curl", "wget"} and command.joined_by == "|"
                    if piped and after.name in _SHELLS:
                        yield Spotted(line, f"{name}/{key}")


def _compose(line: str) -> str:
    return f"services:\n  web:\n    image: web:1.2\n    {line}\n"


COMPOSE_RULES: Final[tuple[SettingsRule, ...]] = (
    SettingsRule(
        id="privileged",
        title="The container has the rights of the machine",
        remedy="Take `privileged` out; add the one capability or device that it needs.",
        severity=Severity.HIGH,
        weakness="CWE-250",
        find=_has("privileged", "true", "yes", "on"),
        bad=_compose("privileged: true"),
        good=_compose("privileged: false"),
    ),
    SettingsRule(
        id="host-namespace",
        title="The container shares the network of the machine",
        remedy="Publish the ports that it needs instead of `network_mode: host`.",
        severity=Severity.MEDIUM,
        weakness="CWE-653",
        find=_has("network_mode", "host"),
        bad=_compose("network_mode: host"),
        good=_compose('ports: ["8080:80"]'),
    ),
    SettingsRule(
        id="host-processes",
        title="The container sees the processes of the machine",
        remedy="Take `pid: host` out.",
        severity=Severity.MEDIUM,
        weakness="CWE-653",
        find=_has("pid", "host"),
        bad=_compose("pid: host"),
        good=_compose("init: true"),
    ),
    SettingsRule(
        id="all-capabilities",
        title="The container has capabilities by which it can leave its confines",
        remedy="Name the one capability that it needs; SYS_ADMIN is nearly all of them.",
        severity=Severity.HIGH,
        weakness="CWE-250",
        find=_has("cap_add", "all", "sys_admin", "cap_sys_admin"),
        bad=_compose("cap_add: [SYS_ADMIN]"),
        good=_compose("cap_add: [NET_BIND_SERVICE]"),
    ),
    SettingsRule(
        id="unconfined",
        title="What confines containers is switched off for this one",
        remedy="Take the `unconfined` profile out, or write one of your own.",
        severity=Severity.MEDIUM,
        weakness="CWE-693",
        find=_has(
            "security_opt",
            "seccomp:unconfined",
            "seccomp=unconfined",
            "apparmor:unconfined",
            "apparmor=unconfined",
            "label:disable",
        ),
        bad=_compose('security_opt: ["seccomp:unconfined"]'),
        good=_compose('security_opt: ["no-new-privileges:true"]'),
    ),
    SettingsRule(
        id="docker-socket",
        title="The container rules over all containers of its machine",
        remedy="Take docker.sock out, or put a proxy in front that allows what is needed.",
        severity=Severity.HIGH,
        weakness="CWE-250",
        find=_socket,
        bad=_compose('volumes: ["/var/run/docker.sock:/var/run/docker.sock:ro"]'),
        good=_compose('volumes: ["data:/data"]'),
    ),
    SettingsRule(
        id="floating-image",
        title="The image is whatever its owner calls the latest",
        remedy="Name a version and its digest: image:1.2.3@sha256:…",
        severity=Severity.MEDIUM,
        weakness="CWE-494",
        find=_compose_images,
        bad="services:\n  db:\n    image: postgres\n",
        good="services:\n  db:\n    image: registry.example:5000/postgres:16.2\n",
    ),
    SettingsRule(
        id="secret-in-environment",
        title="What looks like a secret stands in the file",
        remedy="Use `secrets`, or take the value from the environment: ${NAME}; revoke this one.",
        severity=Severity.HIGH,
        weakness="CWE-798",
        find=_secrets,
        bad=_compose("environment: [DB_PASSWORD=swordfish]"),
        good=_compose("environment: {DB_PASSWORD: '${DB_PASSWORD}', PASSWORD_FILE: /run/db}"),
    ),
)
GITLAB_RULES: Final[tuple[SettingsRule, ...]] = (
    SettingsRule(
        id="floating-image",
        title="A job runs in whatever image its owner calls the latest",
        remedy="Name a version and its digest: image:1.2.3@sha256:…",
        severity=Severity.MEDIUM,
        weakness="CWE-494",
        find=_gitlab_images,
        bad="build:\n  image: python:latest\n  script: [make]\n",
        good="build:\n  image: {name: 'python:3.12'}\n  script: [make]\n",
    ),
    SettingsRule(
        id="remote-include",
        title="Whoever owns a server decides what the pipeline does",
        remedy="Include from a project of your own at a commit, or add `integrity`.",
        severity=Severity.MEDIUM,
        weakness="CWE-829",
        find=_gitlab_include,
        bad="include:\n  - remote: https://example.com/ci.yml\n",
        good="include:\n  - local: /ci/build.yml\n",
    ),
    SettingsRule(
        id="download-to-shell",
        title="Whatever a server sends is run with the rights of the pipeline",
        remedy="Download to a file, compare its SHA-256 with one that is known, then run it.",
        severity=Severity.HIGH,
        weakness="CWE-494",
        find=_gitlab_piped,
        bad="test:\n  script:\n    - curl -s https://example.com/i | sh\n",
        good="test:\n  script:\n    - curl -so i https://example.com/i\n",
    ),
)
