"""Where the symbolic links of a commit lead, worked out without a file system."""

from collections.abc import Mapping
from typing import Final

MAX_HOPS: Final = 40  # as Linux follows; a chain that is longer leads nowhere


def leaves_tree(path: str, targets: Mapping[str, str]) -> bool:
    """Tell whether the link at `path` leads out of the commit's files, or into a `.git`.

    `targets` has the target of every link of the commit, by path. A link on the way is followed,
    as the system would: `a/link/..` is not `a` where the link leads elsewhere. A link that ends
    at nothing, or in a circle, stays inside.
    """
    folder = path.split("/")[:-1]
    ahead = _steps(targets[path])
    for _ in range(MAX_HOPS):
        outcome = _walk(folder, ahead, targets)
        if outcome is not None:
            return outcome
    return False


def _walk(folder: list[str], ahead: list[str], targets: Mapping[str, str]) -> bool | None:
    """Go to the end or to the next link; tell whether that leaves the tree, None for a link."""
    while ahead:
        step = ahead.pop()
        if step == "/" or step.casefold() == ".git" or (step == ".." and not folder):
            return True
        if step == "..":
            folder.pop()
            continue
        target = targets.get("/".join((*folder, step)))
        if target is not None:
            ahead.extend(_steps(target))
            return None
        folder.append(step)
    return False


def _steps(target: str) -> list[str]:
    """Return the steps of a target, the first one last; "/" stands for the root."""
    root = ["/"] if target.startswith("/") else []
    return [*reversed([step for step in target.split("/") if step not in {"", "."}]), *root]
