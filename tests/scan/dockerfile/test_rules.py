"""Every rule finds its bad example, once, and leaves the good one alone."""

import re

import pytest

from assay.scan.configuration import DOCKER_RULES, rules_digest
from assay.scan.containersettings import (
    COMPOSE_RULES,
    GITLAB_RULES,
    SettingsRule,
    parse_settings,
)
from assay.scan.dockerfile.parse import parse_dockerfile
from assay.scan.dockerfile.rule import DockerRule

MANY = 25


@pytest.mark.parametrize("rule", DOCKER_RULES, ids=lambda rule: rule.id)
def test_rule_about_dockerfiles(rule: DockerRule) -> None:
    assert len(list(rule.find(parse_dockerfile(rule.bad.encode())))) == 1
    assert list(rule.find(parse_dockerfile(rule.good.encode()))) == []


@pytest.mark.parametrize("rule", [*COMPOSE_RULES, *GITLAB_RULES], ids=lambda rule: rule.id)
def test_rule_about_settings(rule: SettingsRule) -> None:
    assert len(list(rule.find(parse_settings(rule.bad.encode())))) == 1
    assert list(rule.find(parse_settings(rule.good.encode()))) == []


def test_rules_are_many_and_have_names_of_their_own() -> None:
    assert len(DOCKER_RULES) >= MANY
    for rules in (DOCKER_RULES, COMPOSE_RULES, GITLAB_RULES):
        assert len({rule.id for rule in rules}) == len(rules)


@pytest.mark.parametrize("rule", [*DOCKER_RULES, *COMPOSE_RULES, *GITLAB_RULES])
def test_rule_says_what_and_what_to_do(rule: DockerRule | SettingsRule) -> None:
    assert rule.title
    assert not rule.title.endswith(".")
    assert rule.remedy.endswith(("…", "."))
    assert re.fullmatch(r"|CWE-[1-9][0-9]*", rule.weakness)


def test_digest_stands_for_the_rules() -> None:
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", rules_digest())


HITS = {
    "a pipe behind sudo": (
        "RUN curl -sSL https://x.example/i | sudo -E bash -",
        "download-to-shell",
    ),
    "a process substitution": ("RUN bash <(curl -s https://x.example/i)", "download-to-shell"),
    "a command substitution": ('RUN sh -c "$(wget -qO- https://x.example/i)"', "download-to-shell"),
    "in the exec form": (
        'RUN ["/bin/sh", "-c", "wget -qO- https://x.example/i | sh"]',
        "download-to-shell",
    ),
    "in a here-document": ("RUN <<E\ncurl https://x.example/i | python3\nE", "download-to-shell"),
    "for images built from this one": (
        "ONBUILD RUN curl https://x.example/i | sh",
        "download-to-shell",
    ),
    "insecure in the environment": ("ENV NODE_TLS_REJECT_UNAUTHORIZED=0", "tls-check-off"),
    "the old form of ENV": ("ENV API_TOKEN abcdef", "secret-in-image"),
    "a default of an argument": ("ARG DB_PASSWORD=swordfish", "secret-in-image"),
    "a quoted secret": ('ENV A=b SECRET_KEY="x y"', "secret-in-image"),
    "a repository without commit": ("ADD https://x.example/a.git#main /a", "add-from-url"),
    "copied from an image by its tag": ("COPY --from=nginx /a /a", "floating-image"),
    "mounted from an image by its tag": (
        "RUN --mount=type=bind,from=nginx:latest,target=/n true",
        "floating-image",
    ),
    "the mode in front": ("RUN chmod 0777 /a", "writable-by-all"),
    "an octal mode with a set-user-id bit": ("RUN chmod 4755 /a", "sets-user-id"),
}


@pytest.mark.parametrize(("line", "rule"), HITS.values(), ids=HITS)
def test_hit(line: str, rule: str) -> None:
    assert rule in said(line)


MISSES = {
    "a download that is only saved": (
        "RUN curl -o i https://x.example/i; sh j",
        "download-to-shell",
    ),
    "text about it": ("RUN echo 'curl x | sh' > README", "download-to-shell"),
    "a comment in a script": ("RUN <<E\n# curl x | sh\ntrue\nE", "download-to-shell"),
    "a public name": ("ENV TOKENIZERS_PARALLELISM=false", "secret-in-image"),
    "a path to a secret": ("ENV PASSWORD_FILE=/run/secrets/p", "secret-in-image"),
    "an archive": ("ADD app.tar.gz /app/", "add-instead-of-copy"),
    "a repository at a commit": (
        f"ADD https://x.example/a.git#{'a' * 40} /a",
        "add-from-url",
    ),
    "copied from a stage by its number": ("COPY --from=0 /a /a", "floating-image"),
    "a public key": ("COPY id_rsa.pub /a/", "copies-secret-file"),
    "a mode for the group": ("RUN chmod 775 /a", "writable-by-all"),
}


@pytest.mark.parametrize(("line", "rule"), MISSES.values(), ids=MISSES)
def test_miss(line: str, rule: str) -> None:
    assert rule not in said(line)


def said(line: str) -> set[str]:
    """Return the rules that hit a line behind a base image, in a second stage."""
    digest = "@sha256:" + "0" * 64
    file = parse_dockerfile(f"FROM a:1{digest}\nFROM b:1{digest}\n{line}\nUSER 1\n".encode())
    return {rule.id for rule in DOCKER_RULES if list(rule.find(file))}
