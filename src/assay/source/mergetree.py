"""What Git itself makes of a merge: to tell a merge that adds something of its own.

`git merge-tree` runs in an empty repository of ours that borrows the objects: it reads none of the
repository's settings, so no merge driver of it is run, and what it writes goes away with it.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from assay.source.git import git_environment
from assay.source.repository import Repository
from assay.system.process import run_process
from assay.system.scratch import scratch_folder

CONFLICT: Final = ""  # in the place of a tree
_SECONDS: Final = 600.0
_CLEAN: Final = "1"


def compute_merges(
    repository: Repository, pairs: Sequence[tuple[str, str]]
) -> Mapping[tuple[str, str], str]:
    """Return the tree of the merge of each pair of commits, `CONFLICT` where people are needed.

    A pair is absent where Git cannot tell: it is too old (before 2.39), or objects are not here.

    Raises:
        UnavailableError: Git took too long.
    """
    wanted = tuple(dict.fromkeys(pairs))
    if not wanted:
        return MappingProxyType({})
    with scratch_folder() as folder:
        environment = git_environment(repository) | {"GIT_DIR": str(folder / "git")}
        environment.pop("GIT_WORK_TREE", None)
        environment["GIT_ALTERNATE_OBJECT_DIRECTORIES"] = _objects(repository)
        command = (repository.program, "--no-replace-objects")
        made = run_process(
            (*command, "init", "-q", "--bare", f"--object-format={repository.object_format}"),
            cwd=folder,
            seconds=_SECONDS,
            environment=environment,
        )
        done = run_process(
            (*command, "merge-tree", "--stdin", "--no-messages"),
            cwd=folder,
            seconds=_SECONDS,
            stdin="".join(f"{ours} {theirs}\n" for ours, theirs in wanted).encode(),
            environment=environment,
        )
    if made.status or done.status:
        return MappingProxyType({})
    trees = _parse_trees(done.output.decode(errors="replace"))
    if len(trees) != len(wanted):
        return MappingProxyType({})
    return MappingProxyType(dict(zip(wanted, trees, strict=True)))


def _objects(repository: Repository) -> str:
    """Return the folder of objects, quoted: a `:` in its path would cut it in two.

    Git follows the folder's own alternates.
    """
    path = str(repository.common_dir / "objects")
    return '"' + path.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _parse_trees(output: str) -> list[str]:
    """Read `status NUL tree NUL` and, where there are conflicts, their files; then an empty one."""
    found: list[str] = []
    words = iter(output.split("\0"))
    for status in words:
        tree = next(words, "")
        if not tree:
            break
        found.append(tree if status == _CLEAN else CONFLICT)
        for word in words:
            if not word:
                break
    return found
