"""`assay vex merge`: several VEX documents made one."""

from dataclasses import dataclass, replace
from pathlib import Path

from assay.core.errors import UsageError
from assay.core.printable import printable
from assay.core.verdict import Verdict
from assay.operations.convert_vex import WrittenFile, write_vex
from assay.operations.read_vex import load_vex
from assay.vuln.vex.joining import join_vex
from assay.vuln.vexformats import check_format


@dataclass(frozen=True, slots=True, kw_only=True)
class MergedVex:
    """The document as it was written, and statements in it that contradict each other."""

    written: WrittenFile
    contradictions: tuple[str, ...]

    @property
    def verdict(self) -> Verdict:
        """Return UNKNOWN where something was lost, or nobody can tell which statement is right."""
        return Verdict.UNKNOWN if self.contradictions else self.written.verdict

    def as_json(self) -> dict[str, object]:
        """Return what `--json` prints."""
        members = self.written.as_json() | {"contradictions": list(self.contradictions)}
        return members | {"verdict": self.verdict.value}


def merge_vex(
    paths: tuple[Path, ...], *, author: str, id_: str, to: str, output: Path | None
) -> MergedVex:
    """Join the VEX documents at `paths` into one in the format `to`.

    Raises:
        MalformedError: One is no VEX document, or has a statement without a time.
        UsageError: No such file or format, one named twice, fewer than two, or several authors.
        UnavailableError: `output` cannot be written.
    """
    check_format(to)
    names = [printable(str(path)) for path in paths]
    if len(names) != len(set(names)) or len(names) < 2:
        raise UsageError("merging takes two documents or more, each named once")
    documents = {name: load_vex(path) for name, path in zip(names, paths, strict=True)}
    joined = join_vex(documents, author=author, id_=id_)
    written = write_vex(joined.document, sources=tuple(documents.values()), to=to, output=output)
    losses = (*joined.losses, *written.losses)
    return MergedVex(written=replace(written, losses=losses), contradictions=joined.contradictions)
