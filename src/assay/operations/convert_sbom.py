"""`assay sbom convert`: the same list of components in another format."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from assay.core.clock import format_time
from assay.core.notchecked import NotChecked
from assay.operations.generate_sbom import document_time
from assay.operations.read_sbom import load_sbom
from assay.sbom.component import Sbom
from assay.sbom.formats.writer import check_format, render_sbom
from assay.system.files import save_file


@dataclass(frozen=True, slots=True, kw_only=True)
class Converted:
    """The document in its new format, and what of the old one is not in it."""

    document: bytes
    came_from: str
    format: str
    components: int
    left_out: Mapping[str, int]
    not_checked: tuple[NotChecked, ...]

    def as_json(self) -> dict[str, object]:
        """Return what `--json` prints."""
        return {
            "from": self.came_from,
            "to": self.format,
            "components": self.components,
            "leftOut": dict(self.left_out),
            "notChecked": [note.as_json() for note in self.not_checked],
        }


def convert_sbom(path: Path, *, to: str, output: Path | None) -> Converted:
    """Write the SBOM at `path` in the format `to`, to the file `output` if there is one.

    A document that does not say when it was made is given the time of this conversion: most formats
    need one.

    Raises:
        MalformedError: Not an SBOM that is known, or against its rules.
        UsageError: No such file, or no such format.
        UnavailableError: `output` cannot be written.
    """
    check_format(to)
    sbom = with_time(load_sbom(path))
    document = render_sbom(sbom, format_=to)
    if output is not None:
        save_file(output, document)
    return Converted(
        document=document,
        came_from=sbom.format,
        format=to,
        components=len(sbom.components),
        left_out=sbom.left_out,
        not_checked=sbom.inventory.not_checked,
    )


def with_time(sbom: Sbom) -> Sbom:
    """Return `sbom` with the time of now, or that of the environment, if it has none."""
    return sbom if sbom.created_at else replace(sbom, created_at=format_time(document_time()))
