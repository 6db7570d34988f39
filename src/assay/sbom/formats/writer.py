"""The formats that SBOMs are written in, by name."""

from collections.abc import Callable
from functools import partial
from typing import Final

from assay.core.errors import UsageError
from assay.core.strictjson import render_canonical_json
from assay.sbom.component import Sbom
from assay.sbom.formats.cyclonedxwrite import write_cyclonedx
from assay.sbom.formats.cyclonedxxmlwrite import write_xml
from assay.sbom.formats.spdx2write import write_spdx2
from assay.sbom.formats.spdx3write import write_spdx3


def render_sbom(sbom: Sbom, *, format_: str) -> bytes:
    """Return the document in a format of `FORMATS`; the same SBOM gives the same bytes.

    Raises:
        UsageError: A format that is not known.
    """
    check_format(format_)
    return FORMATS[format_](sbom)


def check_format(format_: str) -> None:
    """Refuse a format that is not in `FORMATS`: before the work, and not after it.

    Raises:
        UsageError: It is not known.
    """
    if format_ not in FORMATS:
        raise UsageError(
            f"{format_!r} is no format that is written", hint=f"there are {', '.join(FORMATS)}"
        )


def _cyclonedx(version: str, sbom: Sbom) -> bytes:
    return _json(write_cyclonedx(sbom, version=version))


def _cyclonedx_xml(version: str, sbom: Sbom) -> bytes:
    return write_xml(write_cyclonedx(sbom, version=version))


def _spdx2(sbom: Sbom) -> bytes:
    return _json(write_spdx2(sbom))


def _spdx3(sbom: Sbom) -> bytes:
    return _json(write_spdx3(sbom))


def _json(document: dict[str, object]) -> bytes:
    return render_canonical_json(document) + b"\n"


FORMATS: Final[dict[str, Callable[[Sbom], bytes]]] = {
    "cyclonedx-1.5": partial(_cyclonedx, "1.5"),
    "cyclonedx-1.6": partial(_cyclonedx, "1.6"),
    "cyclonedx-1.7": partial(_cyclonedx, "1.7"),
    "cyclonedx-1.6-xml": partial(_cyclonedx_xml, "1.6"),
    "cyclonedx-1.7-xml": partial(_cyclonedx_xml, "1.7"),
    "spdx-2.3": _spdx2,
    "spdx-3.0": _spdx3,
}
