"""Readers of what other programs and people wrote: lock files, reports, advisories, rules."""

import base64
import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json
from assay.sbom.collect import read_inventory
from assay.sbom.lockfiles.nestedlock import read_nested_lock
from assay.sbom.lockfiles.pypisource import parse_hashes
from assay.sbom.lockfiles.reading import Draft
from assay.sbom.requirementset import read_requirements
from assay.scan import bandit, zizmor
from assay.scan.scanner import Sources, parse_output
from assay.scan.secrets.foreign import FILES as FOREIGN_FILES
from assay.scan.secrets.foreign import read_foreign
from assay.system.process import Completed
from assay.vuln import feedfile
from assay.vuln.osv import parse_advisory
from fuzz.target import MAX_BYTES, Target, consumed, named, raw, text, value
from fuzz.targets import lockseeds as seeds

ROOT: Final = Path(__file__).resolve().parent.parent.parent.parent
_WORKFLOW: Final = ".github/workflows/ci.yml"
_LOCKS: Final = "assay.sbom.lockfiles"


def advisories() -> Sequence[bytes]:
    """Return real advisories, small ones first."""
    found = [file.read_bytes() for file in (ROOT / "examples" / "advisories").glob("*.json")]
    return sorted(found, key=len)


def _feed_seeds() -> Sequence[bytes]:
    lines = [
        feedfile.render_package_line("shop", parse_advisory(data), parse_advisory(data).affected)
        for data in advisories()
    ]
    return (feedfile.render_feed("PyPI", lines),)


def _feed(data: bytes) -> object:
    feedfile.check_feed(data, ecosystem="PyPI")
    return (
        feedfile.find_advisories(data, "shop"),
        feedfile.find_unreadable(data, ecosystem="PyPI"),
        feedfile.list_packages(data),
    )


def _bandit_seeds() -> Sequence[bytes]:
    found = {
        "test_id": "B605", "test_name": "a_name", "filename": "./a.py", "issue_text": "text",
        "issue_severity": "HIGH", "issue_confidence": "LOW", "issue_cwe": {"id": 78, "link": "x"},
        "line_number": 2, "line_range": [1, 2], "col_offset": 0, "more_info": "https://x.example/",
    }  # fmt: skip
    report = {"errors": [{"filename": "./b.py", "reason": "odd"}], "results": [found]}
    return (json.dumps({**report, "metrics": {"./a.py": {"loc": 2}, "_totals": {}}}).encode(),)


def _bandit(data: bytes) -> object:
    shown = Sources(paths=frozenset({"a.py", "b.py"}), content=lambda _: b"one\ntwo\n")
    return bandit.read_report(Completed(status=1, output=data, errors=b""), shown)


def _zizmor_seeds() -> Sequence[bytes]:
    place = {
        "symbolic": {
            "key": {"Local": {"verbatim_path": f"./{_WORKFLOW}"}}, "annotation": "here",
            "route": {"route": []}, "kind": "Primary",
        },
        "concrete": {
            "location": {
                "start_point": {"row": 0, "column": 0}, "offset_span": {"start": 0, "end": 8},
            },
            "feature": "name: ci", "comments": [],
        },
    }  # fmt: skip
    found = {
        "ident": "unpinned-uses",
        "url": "https://docs.example/audits/#unpinned-uses",
        "determinations": {"confidence": "High", "severity": "High"},
        "locations": [place],
    }
    return (json.dumps([found]).encode(),)


def _zizmor(data: bytes) -> object:
    log = f" INFO audit: zizmor: completed ./{_WORKFLOW}\n".encode()
    shown = Sources(paths=frozenset({_WORKFLOW}), content=lambda _: b"name: ci\non: push\n")
    return zizmor.read_report(Completed(status=14, output=data, errors=log), shown)


def _zizmor_log(data: bytes) -> object:
    shown = Sources(paths=frozenset({_WORKFLOW}), content=lambda _: data)
    return zizmor.read_report(Completed(status=14, output=b"[]", errors=data), shown)


def _nested(data: bytes) -> object:
    document = JsonValue(parse_json(data, max_bytes=MAX_BYTES))
    return read_nested_lock(document, Draft(path="package-lock.json"))


def _lock(file: str, function: str, path: str, *found: bytes) -> Target:
    return raw(f"{_LOCKS}.{file}:{function}", lambda: found, path=path)


def _inventory(path: str, data: bytes) -> object:
    return read_inventory({path: data})


def _encoded(name: str, data: bytes) -> object:
    """Look around places that lie everywhere, as triggers could."""
    return consumed(named(f"{_ENCODED}:{name}")(data, tuple(range(0, len(data) + 1, 5))))


_ENCODED: Final = "assay.scan.secrets.encoded"
_ENCODED_SEEDS: Final = {
    "decode_base64": b"x = '" + base64.b64encode(b"some text that tells something" * 3) + b"'",
    "decode_hex": b"x = " + (b"some text that tells something" * 3).hex().encode(),
}
_INVENTORIES: Final[dict[str, bytes]] = {
    "setup.py": seeds.SETUP,
    "node_modules/a/package.json": seeds.PACKAGE_JSON,
    "requirements.in": seeds.REQUIREMENTS,
    "go.mod": seeds.GO_MOD,
}
_MANIFEST: Final = "assay.sbom.manifest"
TARGETS: Final[tuple[Target, ...]] = (
    _lock("poetrylock", "parse_poetry_lock", "poetry.lock", seeds.POETRY),
    _lock("uvlock", "parse_uv_lock", "uv.lock", seeds.UV),
    _lock("pdmlock", "parse_pdm_lock", "pdm.lock", seeds.PDM),
    _lock("pylock", "parse_pylock", "pylock.toml", seeds.PYLOCK),
    _lock("cargolock", "parse_cargo_lock", "Cargo.lock", seeds.CARGO),
    _lock("requirements", "parse_requirements", "requirements.txt", seeds.REQUIREMENTS),
    _lock("yarnclassic", "parse_yarn_classic", "yarn.lock", seeds.YARN_CLASSIC),
    _lock("yarnlock", "parse_yarn_lock", "yarn.lock", seeds.YARN, seeds.YARN_CLASSIC),
    _lock("pnpmlock", "parse_pnpm_lock", "pnpm-lock.yaml", seeds.PNPM_5, seeds.PNPM_9),
    _lock("pipfilelock", "parse_pipfile_lock", "Pipfile.lock", seeds.PIPFILE_LOCK),
    _lock("packagelock", "parse_package_lock", "package-lock.json", seeds.NPM_3, seeds.NPM_1),
    _lock("gomod", "parse_go_sum", "go.sum", seeds.GO_SUM),
    raw(f"{_LOCKS}.gomod:parse_go_mod", lambda: (seeds.GO_MOD,), path="go.mod", sums={}),
    Target(
        name=f"{_LOCKS}.nestedlock:read_nested_lock", read=_nested, seeds=lambda: (seeds.NPM_1,)
    ),
    Target(
        name=f"{_LOCKS}.pypisource:parse_hashes",
        read=lambda data: parse_hashes(JsonValue(parse_json(data, max_bytes=MAX_BYTES)).items()),
        seeds=lambda: (f'["sha256:{"ab" * 32}"]'.encode(),),
    ),
    value(
        "assay.sbom.hashes:parse_hash",
        lambda: (b'{"alg":"SHA-256","content":"%b"}' % (b"ab" * 32),),
    ),
    raw(f"{_MANIFEST}:parse_package_json", lambda: (seeds.PACKAGE_JSON,)),
    raw(f"{_MANIFEST}:parse_pyproject", lambda: (seeds.PYPROJECT,)),
    raw(f"{_MANIFEST}:parse_pipfile", lambda: (seeds.PIPFILE,)),
    raw(f"{_MANIFEST}:parse_cargo_toml", lambda: (seeds.CARGO_TOML,)),
    raw(f"{_MANIFEST}:parse_deno_json", lambda: (b'{"imports": {"a": "npm:a@1"}}',)),
    raw(f"{_MANIFEST}:parse_setup", lambda: (seeds.SETUP,)),
    raw(f"{_MANIFEST}:parse_requirements_in", lambda: (b"a>=1\n-r other.txt\n",)),
    Target(
        name="assay.sbom.requirementset:read_requirements",
        read=lambda data: read_requirements({"requirements.txt": data, "other.txt": data}),
        seeds=lambda: (seeds.REQUIREMENTS,),
    ),
    *(
        Target(
            name="assay.sbom.collect:read_inventory",
            read=partial(_inventory, path),
            seeds=partial(tuple[bytes, ...], (data,)),
        )
        for path, data in _INVENTORIES.items()
    ),
    Target(name="assay.scan.bandit:read_report", read=_bandit, seeds=_bandit_seeds),
    Target(name="assay.scan.zizmor:read_report", read=_zizmor, seeds=_zizmor_seeds),
    Target(
        name="assay.scan.zizmor:read_report",
        read=_zizmor_log,
        seeds=lambda: (f" INFO audit: zizmor: completed ./{_WORKFLOW}\n".encode(),),
    ),
    Target(
        name="assay.scan.scanner:parse_output",
        read=lambda data: parse_output(Completed(status=0, output=data, errors=b"")),
        seeds=lambda: (b"[]",),
    ),
    Target(
        name="assay.scan.secrets.foreign:read_foreign",
        read=lambda data: read_foreign(dict.fromkeys(FOREIGN_FILES, data)),
        seeds=lambda: (
            b"[[rules]]\nid = 'own'\nregex = 'own_[a-z]{8}'\n[allowlist]\npaths = ['docs']\n",
            b"0123456789012345678901234567890123456789:a.py:own:3\n",
            b'{"results": {"a.py": [{"type": "own", "line_number": 3}]}}',
        ),
    ),
    raw(
        "assay.scan.secrets.rule:parse_rules",
        lambda: tuple(
            file.read_bytes() for file in (ROOT / "src/assay/scan/secrets/rules").glob("[ks]*.toml")
        ),
    ),
    *(
        Target(
            name=f"{_ENCODED}:{name}", read=partial(_encoded, name), seeds=partial(tuple, (seed,))
        )
        for name, seed in _ENCODED_SEEDS.items()
    ),
    raw("assay.vuln.osv:parse_advisory", advisories),
    Target(name="assay.vuln.feedfile:find_advisories", read=_feed, seeds=_feed_seeds),
    text("assay.vuln.package:parse_package", lambda: (b"pkg:pypi/flask@3.0", b"pkg:npm/%40s/a@1")),
    text(
        "assay.vuln.cvss:base_score",
        lambda: (b"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", b"AV:N/AC:L/Au:N/C:P/I:P/A:P"),
    ),
)
