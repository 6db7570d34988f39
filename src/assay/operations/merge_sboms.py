"""`assay sbom merge`: several SBOMs made one."""

from pathlib import Path

from assay.core.clock import format_time
from assay.core.errors import UsageError
from assay.operations.convert_sbom import Converted
from assay.operations.generate_sbom import document_time
from assay.operations.read_sbom import load_sboms
from assay.sbom.component import Component
from assay.sbom.formats.writer import check_format, render_sbom
from assay.sbom.joining import join_sboms
from assay.system.files import save_file


def merge_sboms(
    paths: tuple[Path, ...], *, name: str, version: str, to: str, output: Path | None
) -> Converted:
    """Join the SBOMs at `paths` into one in the format `to`, about `name` if that is not empty.

    Raises:
        MalformedError: One is no SBOM that is known, or is against its rules.
        UsageError: No such file or format, fewer than two, or about different things without a
            `name`.
        UnavailableError: `output` cannot be written.
    """
    if version and not name:
        raise UsageError("a version of nothing", hint="say --name too")
    check_format(to)
    documents = load_sboms(paths)
    subject = Component(purl="", name=name, version=version, found_in=(), kind="application")
    joined = join_sboms(
        documents, subject=subject if name else None, created_at=format_time(document_time())
    )
    document = render_sbom(joined, format_=to)
    if output is not None:
        save_file(output, document)
    left_out = {
        f"{path}: {member}": count
        for path, sbom in documents.items()
        for member, count in sbom.left_out.items()
    }
    return Converted(
        document=document,
        came_from=", ".join(sbom.format for sbom in documents.values()),
        format=to,
        components=len(joined.components),
        left_out=left_out,
        not_checked=joined.inventory.not_checked,
    )
