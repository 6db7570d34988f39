"""Whether what somebody asks for lets a version in, in the notation of an ecosystem."""

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from assay.core.verdict import Verdict
from assay.vuln.nativeranges import MAX_RANGE
from assay.vuln.remedy.model import PYPI
from assay.vuln.remedy.npmrange import npm_allows
from assay.vuln.versions import version_key


def allows(ecosystem: str, range_: str, version: str) -> Verdict:
    """Tell whether `range_` lets `version` in; UNKNOWN where nobody can tell."""
    return _pypi_allows(range_, version) if ecosystem == PYPI else npm_allows(range_, version)


def _pypi_allows(range_: str, version: str) -> Verdict:
    if len(range_) > MAX_RANGE or version_key(PYPI, version) is None:
        return Verdict.UNKNOWN
    try:
        fits = SpecifierSet(range_).contains(version, prereleases=True)
    except InvalidSpecifier:
        return Verdict.UNKNOWN
    return Verdict.PASSED if fits else Verdict.FAILED
