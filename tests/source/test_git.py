from datetime import UTC, datetime
from pathlib import Path

import pytest

from assay.core.errors import RejectedError, UnavailableError
from assay.source.facts import collect_facts
from assay.source.git import git_environment, git_refusal, run_git, try_git
from assay.source.judging import NOBODY
from assay.source.repository import open_repository
from assay.source.tree import extract_tree, list_tree
from assay.source.worktree import list_uncommitted
from assay.system.process import Completed
from tests.fakes.gitrepo import GitRepo, make_ssh_key

AT = datetime(2026, 6, 1, tzinfo=UTC)


def plant(folder: Path, marker: Path) -> str:
    """Write a program that leaves `marker` behind, and return its path."""
    program = folder / "planted"
    program.write_text(f"#!/bin/sh\necho \"$0 $*\" >> '{marker}'\nexit 1\n")
    program.chmod(0o755)
    return str(program)


def hostile_settings(program: str) -> str:
    return f"""
[core]
    fsmonitor = {program}
    hooksPath = {Path(program).parent}/hooks
    pager = {program}
    editor = {program}
    askPass = {program}
    sshCommand = {program}
    gitProxy = {program}
    alternateRefsCommand = {program}
[pager]
    status = {program}
    log = {program}
[diff]
    external = {program}
[diff "planted"]
    textconv = {program}
    command = {program}
[filter "planted"]
    clean = {program} clean
    smudge = {program} smudge
    process = {program} process
    required = true
[filter "pl=an.ted"]
    clean = {program} clean
    required = true
[gpg]
    program = {program}
    format = ssh
[gpg "ssh"]
    program = {program}
    defaultKeyCommand = {program}
[gpg "x509"]
    program = {program}
[log]
    showSignature = true
[credential]
    helper = {program}
[sequence]
    editor = {program}
[uploadpack]
    packObjectsHook = {program}
[remote "origin"]
    url = ext::{program}
    promisor = true
    uploadpack = {program}
    vcs = planted
[extensions]
    partialClone = origin
[status]
    submoduleSummary = true
"""


def read_everything(top: Path, into: Path) -> None:
    repository = open_repository(top)
    entries = list_tree(repository, repository.head)
    uncommitted = list_uncommitted(repository)
    list(uncommitted.load_files())
    extract_tree(repository, entries, into)
    collect_facts(repository, entries, uncommitted, at=AT, trust=NOBODY, sealed=None)


def test_nothing_that_the_repository_configures_is_run(tmp_path: Path) -> None:
    """Programs named in the configuration, attributes, hooks and submodules stay unused."""
    marker = tmp_path / "ran"
    program = plant(tmp_path, marker)
    repo = GitRepo(tmp_path / "repo")
    inner = GitRepo(repo.top / "inner")
    inner.commit("Inner", files={"a": "1"})
    repo.commit(
        "Begin",
        files={
            "a.txt": "text\n",
            ".gitattributes": "*.txt filter=planted diff=planted\n*.md filter=pl=an.ted\n",
            "b.md": "text\n",
        },
        sign=make_ssh_key(tmp_path / "keys"),
    )
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for hook in ("post-index-change", "post-checkout", "reference-transaction", "pre-auto-gc"):
        for folder in (hooks, repo.git_dir / "hooks"):
            folder.mkdir(exist_ok=True)
            (folder / hook).symlink_to(program)
    for made in (repo, inner):
        with (made.git_dir / "config").open("a") as config:
            config.write(hostile_settings(program))
    repo.write("a.txt", "changed, same length or not\n")
    repo.write("b.md", "TEXT\n")  # the same size: only the content tells
    inner.write("a", "2")
    repo.write("new.txt", "new\n")
    (tmp_path / "into").mkdir()
    read_everything(repo.top, tmp_path / "into")
    repository = open_repository(repo.top)
    assert try_git(repository, "cat-file", "blob", "12" * 20).status
    assert not marker.exists(), marker.read_text()


def test_the_plant_works(tmp_path: Path) -> None:
    """Without the guards the same configuration does run programs: the test above can fail."""
    marker = tmp_path / "ran"
    program = plant(tmp_path, marker)
    repo = GitRepo(tmp_path / "repo")
    repo.commit("Begin", files={"a.txt": "text\n"})
    with (repo.git_dir / "config").open("a") as config:
        config.write(f"[core]\nfsmonitor = {program}\n")
    repo.git("status")
    assert marker.exists()


def test_environment_variables_of_git_do_not_reach_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = GitRepo(tmp_path / "other")
    other.commit("Other")
    repo = GitRepo(tmp_path / "repo")
    repo.commit("Begin")
    monkeypatch.setenv("GIT_DIR", str(other.git_dir))
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", "/elsewhere")
    monkeypatch.setenv("GIT_CONFIG_PARAMETERS", "'core.bare=true'")
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", "false")
    assert open_repository(repo.top).head == repo.head


def test_the_users_configuration_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text("[alias]\n  mine = rev-parse HEAD\n[user]\n  name = Me\n")
    monkeypatch.setenv("HOME", str(home))
    repo = GitRepo(tmp_path / "repo")
    repo.commit("Begin")
    repository = open_repository(repo.top)
    assert try_git(repository, "config", "user.name").status == 1


def test_replace_refs_grafts_and_the_commit_graph_bend_nothing(tmp_path: Path) -> None:
    repo = GitRepo(tmp_path / "repo")
    first = repo.commit("First", files={"a": "1"})
    second = repo.commit("Second", files={"a": "2"})
    third = repo.commit("Third", files={"a": "3"})
    orphan = repo.text("commit-tree", f"{third}^{{tree}}", "-m", "Orphan")
    repo.git("replace", third, orphan)
    (repo.git_dir / "info").mkdir(exist_ok=True)
    (repo.git_dir / "info" / "grafts").write_text(f"{second}\n")
    repository = open_repository(repo.top)
    listed = run_git(repository, "rev-list", "HEAD").decode().split()
    assert listed == [third, second, first]


def test_a_forged_commit_graph_is_not_believed(tmp_path: Path) -> None:
    """Git takes the parents from that file, unverified; here it would hide all but the last."""
    repo = GitRepo(tmp_path / "repo")
    for message in ("First", "Second", "Third"):
        repo.commit(message)
    repo.git("commit-graph", "write", "--reachable")
    graph = repo.git_dir / "objects" / "info" / "commit-graph"
    graph.chmod(0o644)
    data = bytearray(graph.read_bytes())
    row = data.index(b"CDAT", 8) + 4  # in the table of chunks: a name, then an offset
    first = int.from_bytes(data[row : row + 8], "big")
    no_parent = (0x70000000).to_bytes(4, "big")
    for entry in range(3):
        at = first + entry * 36 + 20  # behind the id of the tree
        data[at : at + 4] = no_parent
    graph.write_bytes(data)
    assert len(repo.git("rev-list", "HEAD").split()) == 1
    repository = open_repository(repo.top)
    assert len(run_git(repository, "rev-list", "HEAD").split()) == 3


def test_nothing_is_fetched_into_a_partial_clone(tmp_path: Path) -> None:
    repo = GitRepo(tmp_path / "repo")
    repo.commit("Begin", files={"a.txt": "text\n"})
    repo.git("config", "uploadpack.allowFilter", "true")
    repo.git("config", "uploadpack.allowAnySHA1InWant", "true")
    clone = repo.clone(tmp_path / "clone", "--filter=blob:none", "--no-checkout")
    repository = open_repository(clone.top)
    (entry,) = list_tree(repository, repository.head)
    assert entry.size is None
    assert try_git(repository, "cat-file", "blob", entry.oid).status
    # With the guards off, the same clone does fetch:
    assert clone.git("cat-file", "blob", entry.oid) == b"text\n"


def test_a_damaged_repository_and_other_failures_are_told_apart(tmp_path: Path) -> None:
    repo = GitRepo(tmp_path / "repo")
    repo.commit("Begin")
    repository = open_repository(repo.top)
    with pytest.raises(UnavailableError) as caught:
        run_git(repository, "rev-list", "--no-such-option", "HEAD")
    assert caught.value.where == "git rev-list"
    repo.write(".git/index", b"DIRC and then nothing that is an index")
    with pytest.raises(RejectedError) as damaged:
        run_git(repository, "ls-files")
    assert damaged.value.what.startswith("the repository is damaged: ")


def test_what_git_says_cannot_write_to_the_terminal() -> None:
    done = Completed(status=1, output=b"", errors=b"fatal: \x1b[2Jodd\n")
    assert str(git_refusal(done, doing="git x")) == (
        r"[unavailable] Git failed: 'fatal: \\x1b[2Jodd', at git x"
    )


def test_time_and_output_are_limited(tmp_path: Path) -> None:
    repo = GitRepo(tmp_path / "repo")
    repo.commit("Begin", files={"a": "x" * 10_000})
    repository = open_repository(repo.top)
    with pytest.raises(UnavailableError) as caught:
        run_git(repository, "cat-file", "blob", "HEAD:a", max_output_bytes=5_000)
    assert str(caught.value) == "[unavailable] git wrote over 5000 bytes"


def test_a_path_is_never_a_pattern(tmp_path: Path) -> None:
    repo = GitRepo(tmp_path / "repo")
    repo.commit("Begin", files={"a": "1", "*": "2"})
    repository = open_repository(repo.top)
    assert run_git(repository, "ls-files", "-z", "--", "*") == b"*\0"


def test_a_filters_name_cannot_cut_its_override_short(tmp_path: Path) -> None:
    repo = GitRepo(tmp_path / "repo")
    repo.commit("Begin")
    repo.git("config", "filter.a=b.c.clean", "planted")
    repository = open_repository(repo.top)
    environment = git_environment(repository)
    assert "filter.a=b.c.clean" in environment.values()
    assert run_git(repository, "config", "filter.a=b.c.clean") == b"\n"
