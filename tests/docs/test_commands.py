"""Every command in the documentation is run, from the top of its page to the end."""

import shutil
from pathlib import Path
from typing import Final

import pytest

from tests.docs.pages import PAGES, SHELL, blocks_of, name_of, setup_of
from tests.docs.transcript import complaints, run_steps, steps_of

# How many commands of each page are run, so that none is lost without a word.
RUN: Final = {
    "README.md": 3,
    "docs/howto/a-wrong-clock.md": 2,
    "docs/howto/accept-a-finding.md": 11,
    "docs/howto/add-a-scanner.md": 2,
    "docs/howto/air-gap-advisories.md": 4,
    "docs/howto/match-vulnerabilities.md": 7,
    "docs/howto/answer-a-leaked-secret.md": 8,
    "docs/howto/audit.md": 11,
    "docs/howto/backup.md": 11,
    "docs/howto/be-told-of-advisories.md": 14,
    "docs/howto/check-in-ci.md": 7,
    "docs/howto/csaf.md": 10,
    "docs/howto/exclude-paths.md": 16,
    "docs/howto/find-affected.md": 10,
    "docs/howto/fix-dependencies.md": 11,
    "docs/howto/fix-workflows.md": 8,
    "docs/howto/have-vex-count.md": 15,
    "docs/howto/hooks.md": 10,
    "docs/howto/import-scan-results.md": 2,
    "docs/howto/keys-in-hsm-or-kms.md": 11,
    "docs/howto/list-components.md": 12,
    "docs/howto/manage-trust.md": 23,
    "docs/howto/protect-branches.md": 7,
    "docs/howto/publish-the-log.md": 10,
    "docs/howto/reachability.md": 10,
    "docs/howto/restore-and-tampering.md": 13,
    "docs/howto/rotate-the-log-key.md": 6,
    "docs/howto/run-a-witness.md": 9,
    "docs/howto/scan-for-secrets.md": 2,
    "docs/howto/review-a-change.md": 17,
    "docs/howto/sign-commits.md": 11,
    "docs/howto/sboms.md": 17,
    "docs/howto/verify-a-sigstore-bundle.md": 8,
    "docs/howto/verify-a-verdict.md": 11,
    "docs/howto/verify-with-cosign.md": 6,
    "docs/howto/vex.md": 17,
    "docs/howto/write-a-rule.md": 12,
    "docs/quickstart.md": 18,
}
NEEDS: Final = {
    "docs/howto/keys-in-hsm-or-kms.md": "softhsm2-util",
    "docs/howto/review-a-change.md": "ssh-keygen",
    "docs/howto/sign-commits.md": "ssh-keygen",
}
REPOSITORY: Final = "repository"
EXECUTED: Final = {
    name_of(page): page
    for page in PAGES
    if any(block.runs or block.file for block in blocks_of(page))
}


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home where `repository` has been: 30 pages start there, and it takes 2 s."""
    home = tmp_path_factory.mktemp("shop")
    run_steps((), setup=(REPOSITORY,), home=home)
    return home


def test_every_page_with_commands_is_listed() -> None:
    assert sorted(EXECUTED) == sorted(RUN)


@pytest.mark.parametrize("name", EXECUTED)
def test_what_a_page_tells_to_do_works(name: str, shop: Path, tmp_path: Path) -> None:
    program = NEEDS.get(name, "git")
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    steps = tuple(steps_of(name, blocks_of(EXECUTED[name])))
    assert len(steps) == RUN[name]
    setup = setup_of(EXECUTED[name])
    if setup[:1] == (REPOSITORY,):
        shutil.copytree(shop, tmp_path, symlinks=True, dirs_exist_ok=True)
        setup = ("copied", *setup[1:])
    done = run_steps(steps, setup=setup, home=tmp_path)
    if found := "\n".join(complaints(steps, done)):
        pytest.fail(found, pytrace=False)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_command_that_is_not_run_says_why(page: Path) -> None:
    """And nothing that looks like a shell hides under another word."""
    for block in blocks_of(page):
        assert block.language, f"line {block.line}: a block without a language"
        assert block.language not in {"bash", "shell", "zsh", "shell-session"}, block.line
        if block.not_run:
            assert block.language in SHELL, block.line


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_file_to_save_is_named_in_the_prose(page: Path) -> None:
    for block in blocks_of(page):
        assert not block.file or f"`{block.file}`" in page.read_text()
