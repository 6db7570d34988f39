"""Readers of versions, ranges, and what feeds say about vulnerabilities."""

import gzip
from typing import Final

from assay.operations.notifysettings import parse_settings
from assay.vuln.foreign.ghsa import ghsa_records
from assay.vuln.foreign.nvd import nvd_records
from assay.vuln.nativeranges import parse_native_range
from assay.vuln.table.reading import parse_directory
from fuzz.target import Target, raw, text, value

_KEV: Final = (
    b'{"dateReleased":"2026-03-01T10:00:00Z","count":1,"vulnerabilities":'
    b'[{"cveID":"CVE-2026-1","dateAdded":"2026-02-01","knownRansomwareCampaignUse":"Known"}]}'
)
_EPSS: Final = (
    b"#model_version:v2025.03.14,score_date:2026-03-01T12:55:00Z\n"
    b"cve,epss,percentile\nCVE-2021-44228,0.94358,0.99958\nCVE-1999-0001,1e-05,0.0\n"
)
_CPE: Final = b"cpe:2.3:a:shop:c\\+\\+:1.*:rc1:-:en:*:node.js:x64:*"
_TREE: Final = (
    b'{"operator":"AND","nodes":[{"operator":"OR","negate":false,"cpeMatch":[{"vulnerable":true,'
    b'"criteria":"cpe:2.3:a:shop:shop:*:*:*:*:*:*:*:*","versionEndExcluding":"2.0"}]}]}'
)
_NVD_CVE: Final = (
    b'{"cve":{"id":"CVE-2023-1000","lastModified":"2023-05-01T10:15:09.143","vulnStatus":"Analyzed"'
    b',"descriptions":[{"lang":"en","value":"it breaks"}],"metrics":{"cvssMetricV31":[{"type":'
    b'"Primary","cvssData":{"vectorString":"CVSS:3.1/AV:N"}}]},"configurations":[' + _TREE + b"]}}"
)
_NVD_PAGE: Final = (
    b'{"startIndex":0,"totalResults":1,"format":"NVD_CVE","version":"2.0","vulnerabilities":['
    + _NVD_CVE
    + b"]}"
)
_CVE: Final = (
    b'{"dataType":"CVE_RECORD","dataVersion":"5.1","cveMetadata":{"cveId":"CVE-2023-1000","state":'
    b'"PUBLISHED","dateUpdated":"2023-05-01T10:15:09Z"},"containers":{"cna":{"title":"it breaks",'
    b'"affected":[{"collectionURL":"https://pypi.org","packageName":"shop","defaultStatus":'
    b'"unaffected","versions":[{"version":"1.0","lessThan":"4","status":"affected","changes":[{"at"'
    b':"2.0","status":"unaffected"}]},{"version":">= 5, < 6","status":"unknown"}]}],'
    b'"cpeApplicability":[' + _TREE + b"]}}}"
)
_GHSA: Final = (
    b'[{"ghsa_id":"GHSA-aaaa-bbbb-cccc","cve_id":"CVE-2023-1000","updated_at":'
    b'"2023-05-01T10:15:09Z","vulnerabilities":[{"package":{"ecosystem":"pip","name":"shop"},'
    b'"vulnerable_version_range":"> 1.0, <= 1.9","first_patched_version":"2.0"}]}]'
)
_RECORD: Final = (
    b'{"id":"CVE-2023-1000","modified":"2023-05-01T10:15:09Z","affected":[{"package":{"ecosystem":'
    b'"PyPI","name":"shop"}}],"assay":{"configurations":[' + _TREE + b'],"said":[{"otherwise":'
    b'"unaffected","unaffected":[{"type":"ECOSYSTEM","events":[{"assay:above":"1"}]}]}]}}'
)
_LISTED: Final = (
    b'{"ecosystem":"NVD","digest":"sha256:' + b"0" * 64 + b'","advisories":1,"unreadable":0,'
    b'"importedAt":"2026-03-01T10:00:00Z","newestModified":null,"source":"s","etag":"",'
    b'"releases":[]}'
)
_SCHEMES: Final = ("npm", "pypi", "gem", "nuget")


def _native_ranges(data: bytes) -> object:
    """Read the rest as a range of the scheme that the first byte chooses."""
    scheme = _SCHEMES[data[0] % len(_SCHEMES)] if data else "npm"
    return parse_native_range(scheme, data[1:].decode("utf-8", "surrogateescape"))


_DIRECTORY: Final = b"assay-table/1\tNVD\n70000\t%b\ta:CVE-2023-1000\n" % (b"0" * 64)
_NOTIFY: Final = (
    b'[[notify]]\nname = "a"\nkind = "webhook"\nurl = "https://a.example"\nsecret = "env:A"\n'
    b'minimum = "Attend"\ndeployed = true\nstates = ["affected"]\ngroup = "push"\n'
    b'[[notify]]\nname = "b"\nkind = "file"\npath = "/b"\nproducts = ["shop*"]\n'
)

TARGETS: Final = (
    text("assay.vuln.cpe.name:parse_cpe", lambda: (_CPE, b"cpe:/a:v:c%2b:1:-:~e~p~w~x~o:en")),
    value("assay.vuln.cpe.configuration:parse_configuration", lambda: (_TREE,)),
    raw("assay.vuln.foreign.cve:parse_cve", lambda: (_CVE,)),
    raw("assay.vuln.foreign.nvd:parse_nvd_cve", lambda: (_NVD_CVE,)),
    raw("assay.vuln.foreign.record:parse_record", lambda: (_RECORD,), source="NVD"),
    Target(
        name="assay.vuln.table.reading:parse_directory",
        read=lambda data: parse_directory(data, name="NVD"),
        seeds=lambda: (_DIRECTORY,),
    ),
    value("assay.vuln.feedlist:parse_listed", lambda: (_LISTED,)),
    Target(
        name="assay.vuln.foreign.nvd:nvd_records",
        read=lambda data: tuple(nvd_records("page", data)),
        seeds=lambda: (_NVD_PAGE,),
    ),
    Target(
        name="assay.vuln.foreign.ghsa:ghsa_records",
        read=lambda data: tuple(ghsa_records("page", data)),
        seeds=lambda: (_GHSA,),
    ),
    raw("assay.vuln.portfolio.graph:parse_graph", lambda: (b"\1\0\0\0\0\0\0\0",)),
    Target(
        name="assay.operations.notifysettings:parse_settings",
        read=lambda data: parse_settings(data, where="notify.toml"),
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
