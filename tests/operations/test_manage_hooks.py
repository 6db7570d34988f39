"""Installing hooks beside what is there, and taking them away again."""

import sys
from pathlib import Path

import pytest

from assay.core.errors import AssayError, UsageError
from assay.operations.hookscript import HOOKS, KEPT, PUSH, hook_script
from assay.operations.identitykey import identity_key_file
from assay.operations.manage_hooks import HookStates, install_hooks, show_hooks, uninstall_hooks
from tests.fakes.gitrepo import GitRepo
from tests.operations.hookkit import hook_home, hooked

__all__ = ["hook_home", "hooked"]

OTHER = "#!/bin/sh\nexit 0\n"


def states(found: HookStates) -> dict[str, str]:
    return {one.hook: one.state + ("+" if one.kept else "") for one in found.hooks}


def hooks(repo: GitRepo) -> Path:
    return repo.git_dir / "hooks"


def other(path: Path, script: str = OTHER) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(script)
    path.chmod(0o755)
    return path


def test_there_and_gone(hooked: GitRepo) -> None:
    before = sorted(hooks(hooked).iterdir())
    assert states(show_hooks(hooked.top)) == dict.fromkeys((*HOOKS, PUSH), "none")
    assert not show_hooks(hooked.top).guarded
    found = install_hooks(hooked.top, push=False)
    assert states(found) == {"pre-commit": "ours", "pre-merge-commit": "ours", PUSH: "none"}
    assert found.guarded
    script = (hooks(hooked) / "pre-commit").read_text()
    assert script == hook_script("pre-commit", python=sys.executable)
    assert install_hooks(hooked.top, push=False) == found
    assert states(install_hooks(hooked.top, push=True))[PUSH] == "ours"
    uninstall_hooks(hooked.top)
    assert sorted(hooks(hooked).iterdir()) == before
    uninstall_hooks(hooked.top)


def test_a_folder_in_the_repository_will_do(hooked: GitRepo) -> None:
    (hooked.top / "deep").mkdir()
    assert install_hooks(hooked.top / "deep", push=False).guarded


def test_what_was_there_is_kept_and_put_back(hooked: GitRepo) -> None:
    path = other(hooks(hooked) / "pre-commit")
    link = hooks(hooked) / "pre-merge-commit"
    link.symlink_to("../../hook.sh")
    assert states(show_hooks(hooked.top))["pre-commit"] == "other"
    found = install_hooks(hooked.top, push=False)
    assert states(found)["pre-commit"] == "ours+"
    assert path.with_name(path.name + KEPT).read_text() == OTHER
    assert not link.is_symlink()  # ours is not written through it
    assert install_hooks(hooked.top, push=False) == found
    uninstall_hooks(hooked.top)
    assert (path.read_text(), path.stat().st_mode & 0o777) == (OTHER, 0o755)
    assert link.is_symlink()
    assert not path.with_name(path.name + KEPT).exists()


def test_a_link_to_another_hook_would_run_ours(hooked: GitRepo) -> None:
    other(hooks(hooked) / "pre-commit")
    link = hooks(hooked) / "pre-merge-commit"
    link.symlink_to("pre-commit")
    with pytest.raises(UsageError) as caught:
        install_hooks(hooked.top, push=False)
    assert str(caught.value) == (
        f"[usage] a link to another hook: 'pre-commit', at {link} (make it a file of its own, or "
        "remove it)"
    )
    assert states(show_hooks(hooked.top))["pre-commit"] == "other"  # nothing was changed


def test_a_hook_that_is_no_text_is_kept_too(hooked: GitRepo) -> None:
    path = hooks(hooked) / "pre-commit"
    path.parent.mkdir(exist_ok=True)
    path.symlink_to("gone")
    assert states(install_hooks(hooked.top, push=False))["pre-commit"] == "ours+"
    uninstall_hooks(hooked.top)
    assert path.is_symlink()


def test_another_tool_that_took_our_place(hooked: GitRepo) -> None:
    other(hooks(hooked) / "pre-commit")
    install_hooks(hooked.top, push=False)
    path = other(hooks(hooked) / "pre-commit", "#!/bin/sh\nexit 1\n")
    with pytest.raises(UsageError) as caught:
        install_hooks(hooked.top, push=False)
    assert str(caught.value) == (
        "[usage] another hook took the place of ours, and what ran before it is still there, at "
        f"{path}{KEPT} (look at both, and remove one of them: pre-commit or pre-commit{KEPT})"
    )
    uninstall_hooks(hooked.top)  # it is not ours
    assert path.read_text() == "#!/bin/sh\nexit 1\n"


def test_ours_that_was_changed_is_left_alone(hooked: GitRepo) -> None:
    install_hooks(hooked.top, push=False)
    path = hooks(hooked) / "pre-commit"
    path.write_text(path.read_text() + "echo mine\n")
    assert states(show_hooks(hooked.top))["pre-commit"] == "changed"
    for action in (uninstall_hooks, lambda top: install_hooks(top, push=False)):
        with pytest.raises(UsageError) as caught:
            action(hooked.top)
        assert str(caught.value) == (
            f"[usage] our hook was changed by hand, at {path} (take what you need out of it, "
            "remove it, and install again)"
        )


def test_an_interpreter_that_has_gone(hooked: GitRepo) -> None:
    other(hooks(hooked) / "pre-commit", hook_script("pre-commit", python="/gone/python"))
    assert states(show_hooks(hooked.top))["pre-commit"] == "stale"
    assert states(install_hooks(hooked.top, push=False))["pre-commit"] == "ours"


def test_a_hook_that_git_would_not_run_guards_nothing(hooked: GitRepo) -> None:
    install_hooks(hooked.top, push=False)
    (hooks(hooked) / "pre-commit").chmod(0o644)
    assert not show_hooks(hooked.top).guarded


def test_hooks_elsewhere(hooked: GitRepo) -> None:
    hooked.git("config", "core.hooksPath", "tools/hooks")
    [first, *_] = install_hooks(hooked.top, push=False).hooks
    assert first.path == hooked.top / "tools" / "hooks" / "pre-commit"
    assert first.path.exists()


def test_hooks_of_all_repositories_are_left_alone(hooked: GitRepo, tmp_path: Path) -> None:
    (tmp_path / "user" / ".gitconfig").write_text("[core]\n\thooksPath = /shared/hooks\n")
    with pytest.raises(UsageError) as caught:
        install_hooks(hooked.top, push=False)
    assert str(caught.value) == (
        "[usage] core.hooksPath is set for all repositories, at /shared/hooks (set it for this one:"
        " git config core.hooksPath .git/hooks)"
    )
    hooked.git("config", "core.hooksPath", ".git/hooks")
    assert install_hooks(hooked.top, push=False).guarded


def test_a_linked_work_tree_has_the_hooks_of_its_repository(
    hooked: GitRepo, tmp_path: Path
) -> None:
    hooked.commit()
    linked = tmp_path / "linked"
    hooked.git("worktree", "add", "-q", linked)
    install_hooks(linked, push=False)
    assert show_hooks(hooked.top).guarded


def test_a_key_is_made_so_that_compiled_rules_can_be_kept(
    hooked: GitRepo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSAY_HOME", str(tmp_path / "new"))
    install_hooks(hooked.top, push=False)
    key = identity_key_file(tmp_path / "new").read_bytes()
    install_hooks(hooked.top, push=True)
    assert identity_key_file(tmp_path / "new").read_bytes() == key


def test_a_repository_in_which_nobody_commits(hooked: GitRepo, tmp_path: Path) -> None:
    bare = GitRepo(tmp_path / "bare", bare=True)
    with pytest.raises(UsageError) as caught:
        install_hooks(bare.top, push=False)
    assert str(caught.value) == (
        f"[usage] a bare repository, in which nobody commits, at {bare.top}"
    )


def test_a_folder_that_cannot_be_written(hooked: GitRepo) -> None:
    hooked.git("config", "core.hooksPath", "README")
    hooked.write("README", "a file\n")
    with pytest.raises(AssayError) as caught:
        install_hooks(hooked.top, push=False)
    assert str(caught.value).startswith("[unavailable] cannot write: ")
