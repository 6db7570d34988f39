"""A tree of files without those that somebody asked to leave out, which are then a gap in it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from assay.core.errors import MalformedError, UsageError
from assay.core.pathpattern import check_pattern, is_match
from assay.system.filetree import FileTree, TreeFile, TreeGap


@dataclass(frozen=True, slots=True, kw_only=True)
class PartOfTree:
    """Some of the files of another tree."""

    whole: FileTree
    files: tuple[TreeFile, ...]
    gaps: tuple[TreeGap, ...]

    def load(self, path: str, *, max_bytes: int) -> bytes:
        """Return the content of a file."""
        return self.whole.load(path, max_bytes=max_bytes)

    def load_part(self, path: str, offset: int, count: int) -> bytes:
        """Return `count` bytes of a file from `offset` on."""
        return self.whole.load_part(path, offset, count)


def leave_out(tree: FileTree, patterns: Sequence[str]) -> FileTree:
    """Return `tree` without what fits one of `patterns`; a folder's name means all below it.

    Raises:
        UsageError: A pattern that is none.
    """
    if not patterns:
        return tree
    for pattern in patterns:
        try:
            check_pattern(pattern)
        except MalformedError as error:
            raise UsageError(error.what, where="--exclude") from error
    counts = Counter[str]()
    files = tuple(file for file in tree.files if not _is_counted(file.path, patterns, counts))
    gaps = tuple(gap for gap in tree.gaps if not _is_counted(gap.path, patterns, counts))
    left = (
        TreeGap(path=pattern, why=f"left out, as was asked: {counts[pattern]} files")
        for pattern in sorted(counts)
    )
    return PartOfTree(whole=tree, files=files, gaps=(*gaps, *left))


def _is_counted(path: str, patterns: Sequence[str], counts: Counter[str]) -> bool:
    """Tell whether a path fits one of the patterns, and count it for the first."""
    fitting = next((pattern for pattern in patterns if _fits(pattern, path)), None)
    if fitting is not None:
        counts[fitting] += 1
    return fitting is not None


def _fits(pattern: str, path: str) -> bool:
    return is_match(pattern, path) or is_match(f"{pattern.rstrip('/')}/**", path)
