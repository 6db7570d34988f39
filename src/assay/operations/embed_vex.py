"""`assay vex convert --into`: what a VEX document says, written into a BOM."""

from pathlib import Path

from assay.core.errors import MalformedError, inside
from assay.core.printable import printable
from assay.operations.convert_vex import Missing, WrittenFile
from assay.operations.merge_vex import MergedVex
from assay.operations.read_vex import load_document, load_vex
from assay.system.files import save_file
from assay.vuln.vex.embedding import embed_vex
from assay.vuln.vexformats import is_vex_xml, parse_vex_tree


def write_into_bom(
    path: Path, *, into: Path, boms: tuple[Path, ...], missing: Missing, output: Path | None
) -> MergedVex:
    """Write the VEX document at `path` into the BOM at `into`, and both to the file `output`.

    Raises:
        MalformedError: Not a VEX document, no CycloneDX BOM in JSON, one that cannot be changed, or
            nothing in the document that is about what is in it.
        UsageError: No such file.
        UnavailableError: `output` cannot be written.
    """
    read = load_vex(path, boms=(*boms, into))
    data = load_document(into)
    with inside(printable(str(into))):
        if is_vex_xml(data):
            hint = "assay sbom convert --to cyclonedx-1.6"
            raise MalformedError("VEX is written into a BOM in JSON", hint=hint)
        done = embed_vex(missing.fill(read), data=data, bom=parse_vex_tree(data))
    if output is not None:
        save_file(output, done.bom)
    written = WrittenFile(
        document=done.bom,
        sources=(read,),
        format="cyclonedx",
        statements=done.entries,
        losses=done.losses,
        not_checked=read.not_checked,
    )
    return MergedVex(written=written, contradictions=done.contradictions)
