"""Readers of versions, ranges, and what feeds say about vulnerabilities."""

import gzip
from typing import Final

from assay.operations.notifysettings import parse_targets
from assay.vuln.nativeranges import parse_native_range
from fuzz.target import Target, raw, text

_KEV: Final = (
    b'{"dateReleased":"2026-03-01T10:00:00Z","count":1,"vulnerabilities":'
    b'[{"cveID":"CVE-2026-1","dateAdded":"2026-02-01","knownRansomwareCampaignUse":"Known"}]}'
)
_EPSS: Final = (
    b"#model_version:v2025.03.14,score_date:2026-03-01T12:55:00Z\n"
    b"cve,epss,percentile\nCVE-2021-44228,0.94358,0.99958\nCVE-1999-0001,1e-05,0.0\n"
)
_SCHEMES: Final = ("npm", "pypi", "gem", "nuget")


def _native_ranges(data: bytes) -> object:
    """Read the rest as a range of the scheme that the first byte chooses."""
    scheme = _SCHEMES[data[0] % len(_SCHEMES)] if data else "npm"
    return parse_native_range(scheme, data[1:].decode("utf-8", "surrogateescape"))


_NOTIFY: Final = (
    b'[[notify]]\nname = "a"\nkind = "webhook"\nurl = "https://a.example"\nsecret = "env:A"\n'
    b'minimum = "Attend"\ndeployed = true\nstates = ["affected"]\ngroup = "push"\n'
    b'[[notify]]\nname = "b"\nkind = "file"\npath = "/b"\nproducts = ["shop*"]\n'
)

TARGETS: Final = (
    raw("assay.vuln.portfolio.graph:parse_graph", lambda: (b"\1\0\0\0\0\0\0\0",)),
    Target(
        name="assay.operations.notifysettings:parse_targets",
        read=lambda data: parse_targets(data, where="notify.toml"),
        seeds=lambda: (_NOTIFY,),
    ),
    text("assay.vuln.vers:parse_vers", lambda: (b"vers:npm/>=1.0.0|!=1.2.0|<2.0.0",)),
    raw("assay.vuln.signals.kev:parse_kev", lambda: (_KEV,)),
    raw("assay.vuln.signals.epss:parse_epss", lambda: (_EPSS, gzip.compress(_EPSS))),
    Target(
        name="assay.vuln.nativeranges:parse_native_range",
        read=_native_ranges,
        seeds=lambda: (b"\0^1.2.3 || ~2.0 || 3.x - 4", b"\2~> 2.2, >= 2.2.1", b"\3[1.0,2.0),(3,)"),
    ),
)
