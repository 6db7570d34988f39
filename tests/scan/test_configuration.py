from pathlib import Path

import pytest

from assay.scan.configuration import SCANNER, is_configuration_file
from tests.scan.folder import not_checked, said, scan

BAD = "FROM debian:12.5\nRUN curl https://x.example/i | sh\nUSER 1\nHEALTHCHECK NONE\n"
TAKEN = (
    "Dockerfile",
    "a/Dockerfile.web",
    "a/dockerfile",
    "Dockerfile-dev",
    "web.Dockerfile",
    "Containerfile",
    "compose.yml",
    "docker-compose.prod.yaml",
    ".gitlab-ci.yml",
    "ci/x.gitlab-ci.yml",
)


@pytest.mark.parametrize("path", TAKEN)
def test_taken(path: str) -> None:
    assert is_configuration_file(path)


@pytest.mark.parametrize(
    "path", ["Dockerfile/a", "MyDockerfiles", "composer.json", "gitlab-ci.yml.md", "a.yml"]
)
def test_left_alone(path: str) -> None:
    assert not is_configuration_file(path)


def test_report_says_what_was_looked_at(tmp_path: Path) -> None:
    files = {
        "Dockerfile": BAD,
        "compose.yaml": "services: {a: {image: a:1, privileged: true}}\n",
        ".gitlab-ci.yml": "t: {image: a:1, script: [make]}\n",
        "other.yml": "a: 1\n",
    }
    report = scan(SCANNER, tmp_path, files)
    assert (report.scanner, report.tool) == ("configuration", "assay")
    assert dict(report.examined) == {"dockerfiles": 1, "compose_files": 1, "gitlab_pipelines": 1}
    assert said(report) == {
        "dockerfile/download-to-shell": [2],
        "dockerfile/image-without-digest": [1],
        "compose/privileged": [1],
    }
    assert report.not_checked == ()


UNREAD = {
    "Dockerfile": ("FROM a\nRAN x\n", "it cannot be read: no instruction: 'RAN x' at line 2"),
    "compose.yaml": ("a: [\n", "it cannot be read: not YAML"),
    "b/compose.yaml": ("- a\n", "it cannot be read: no mapping"),
    ".gitlab-ci.yml": ("", "it cannot be read: no mapping"),
    "c/compose.yaml": (f"a: {'[' * 50_000}", "it cannot be read: more than 100 levels"),
}


@pytest.mark.parametrize(("path", "case"), UNREAD.items(), ids=UNREAD)
def test_file_that_cannot_be_read_is_not_checked(
    path: str, case: tuple[str, str], tmp_path: Path
) -> None:
    text, why = case
    report = scan(SCANNER, tmp_path, {path: text, "ok/Dockerfile": BAD})
    assert not_checked(report) == {path: why}
    assert "dockerfile/download-to-shell" in said(report)


def test_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").symlink_to("/etc/hostname")
    report = SCANNER.run(
        tmp_path, ("Dockerfile",), at=scan(SCANNER, tmp_path / "x", {}).observed_at
    )
    assert list(not_checked(report)) == ["Dockerfile"]


def test_identity_outlives_lines_that_move(tmp_path: Path) -> None:
    first = scan(SCANNER, tmp_path / "1", {"Dockerfile": BAD})
    moved = scan(SCANNER, tmp_path / "2", {"Dockerfile": "# a line more\n" + BAD})
    assert {f.identity for f in first.findings} == {f.identity for f in moved.findings}
    assert said(first) != said(moved)


def test_several_rules_at_one_line_are_several_findings(tmp_path: Path) -> None:
    text = BAD.replace("curl https", "sudo curl -k http")
    found = said(scan(SCANNER, tmp_path, {"Dockerfile": text}))
    assert {rule for rule, lines in found.items() if lines == [2]} == {
        "dockerfile/download-to-shell",
        "dockerfile/download-in-clear",
        "dockerfile/tls-check-off",
        "dockerfile/sudo",
    }


def test_secret_is_not_told(tmp_path: Path) -> None:
    secret = "sword" + "fish"
    files = {
        "Dockerfile": f"FROM a:1\nENV DB_PASSWORD={secret}\n",
        "compose.yaml": f"services: {{a: {{environment: {{API_TOKEN: {secret}}}}}}}\n",
    }
    report = scan(SCANNER, tmp_path, files)
    assert {"dockerfile/secret-in-image", "compose/secret-in-environment"} <= said(report).keys()
    assert secret not in str(report.as_json())
