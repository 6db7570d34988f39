"""Readers of predicates, verdicts, policies, catalogues and configuration."""

import os
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from tempfile import gettempdir
from typing import Final

from tests.assurance.material import (
    ACCEPTED,
    GAP,
    INVENTORY,
    document,
    finding,
    report,
    source_facts,
    verdict,
)
from tests.fakes.trust import ALICE, COMMIT, GATE, NOW, ROOT

from assay.assurance.record import read_record
from assay.core.clock import format_time
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json, render_canonical_json
from assay.evidence.dsse import sign_dsse
from assay.evidence.envelope import VerifiedStatement, parse_envelope
from assay.evidence.statement import PAYLOAD_TYPE, Subject, render_statement
from assay.gates.facts import build_facts
from assay.gates.parameters import Parameters
from assay.gates.reading import (
    LOG_CHECK_TYPE,
    SBOM_TYPE,
    SCAN_TYPE,
    SOURCE_TYPE,
    SUPERSESSION_TYPE,
    VULNS_TYPE,
    read_evidence,
    read_replacements,
)
from assay.gates.vsa import parse_vsa, render_vsa
from assay.operations.savedverdict import SavedVerdict, load_verdict, save_verdict
from assay.policy.bundle import PolicyBundle, load_bundle, load_default_pack
from assay.policy.engine import evaluate
from assay.policy.language import parse_module
from assay.policy.metadata import parse_metadata
from assay.sbom.cyclonedx import render_cyclonedx
from assay.source.documents import Role
from assay.vuln.predicate import render_vulns
from fuzz.target import MAX_BYTES, Target, raw, value

_TREE: Final = Path(__file__).resolve().parent.parent.parent.parent
_VERDICT_TYPE: Final = "https://slsa.dev/verification_summary/v1"
_SCANNED: Final = report("secrets", finding(), finding("tool/other", line=9), gaps=(GAP, ACCEPTED))
_MATCHED: Final = report("vulnerabilities", finding("GHSA-aaaa-bbbb-cccc"))
_FACTS: Final = source_facts(document(Role.LICENCE, "LICENSE"), gaps=(GAP,))
_LOG_CHECK: Final = {"size": 9, "root": "ab" * 32, "verified": True, "observedAt": format_time(NOW)}
_SUPERSEDED: Final = {"supersedes": [{"statement": "sha256:" + "ab" * 32, "reason": "why"}]}
_VSA: Final = render_vsa(verdict())
_SBOM: Final = render_cyclonedx(INVENTORY, subject_name="shop", subject_version="1", at=NOW)
_PREDICATES: Final[Mapping[str, object]] = {
    SCAN_TYPE: _SCANNED.as_json(),
    VULNS_TYPE: render_vulns(_MATCHED),
    SBOM_TYPE: _SBOM,
    SOURCE_TYPE: _FACTS.as_json(),
}


def _seed(document_: object) -> Callable[[], Sequence[bytes]]:
    return lambda: (render_canonical_json(document_),)


def _verified(predicate_type: str, predicate: bytes) -> VerifiedStatement:
    """Return a verified statement with whatever is in `predicate`."""
    payload = (
        b'{"_type":"https://in-toto.io/Statement/v1","predicate":%b,"predicateType":"%b",'
        b'"subject":[{"digest":{"gitCommit":"%b"},"name":"shop"}]}'
    ) % (predicate, predicate_type.encode(), COMMIT.hex.encode())
    is_verdict = predicate_type == _VERDICT_TYPE
    signer, role = (GATE, "gate") if is_verdict else (ALICE, "collector")
    envelope = sign_dsse(payload, payload_type=PAYLOAD_TYPE, signers=(signer,))
    return parse_envelope(envelope).verify(
        trusted=ROOT, role=role, threshold=1, subject=COMMIT, predicate_type=predicate_type, at=NOW
    )


def _evidence(predicate_type: str, data: bytes) -> object:
    return read_evidence(_verified(predicate_type, data))


@cache
def _default_bundle() -> PolicyBundle:
    return load_bundle(load_default_pack())


def _decided(predicate_type: str, data: bytes) -> object:
    """Decide from the statement, as a gate does: whatever was read goes to the policy engine."""
    document = build_facts(
        subject=COMMIT,
        evidence=(_verified(predicate_type, data),),
        parameters=Parameters(),
        at=NOW,
    )
    return evaluate(_default_bundle(), document)


def _record(predicate_type: str, data: bytes) -> object:
    """Read a record: nothing in a statement may stop all others from being read."""
    return read_record([_verified(predicate_type, data)], subject=COMMIT, at=NOW)


def _vsa(data: bytes) -> object:
    predicate = JsonValue(parse_json(data, max_bytes=MAX_BYTES))
    return parse_vsa(subject=Subject(name="shop", digest=COMMIT), predicate=predicate)


def _saved_seeds() -> Sequence[bytes]:
    path = _scratch()
    save_verdict(path, SavedVerdict(envelope=b'{"payload":""}', proof=b"c2sp.org/tlog-proof@v1\n"))
    return (path.read_bytes(),)


def _saved(data: bytes) -> object:
    path = _scratch()
    path.write_bytes(data)
    return load_verdict(path)


def _scratch() -> Path:

    return Path(gettempdir()) / f"fuzz-{os.getpid()}.json"


def _rules() -> Sequence[bytes]:
    """Return the rules of the default policy, each with its metadata."""
    return tuple(d for d in load_default_pack().values() if d.startswith(b"# METADATA"))


def _bundle(data: bytes) -> object:
    others = {p: d for p, d in load_default_pack().items() if d != _rules()[0]}
    return load_bundle({**others, "default/source/fuzzed.rego": data})


def _rule(data: bytes) -> object:
    return parse_module("source/one.rego", data.decode("utf-8", "replace"))


_RECORDED: Final[Mapping[str, object]] = {
    **_PREDICATES,
    LOG_CHECK_TYPE: _LOG_CHECK,
    SUPERSESSION_TYPE: _SUPERSEDED,
    _VERDICT_TYPE: _VSA.predicate,
}
TARGETS: Final[tuple[Target, ...]] = (
    *(
        Target(
            name="assay.gates.reading:read_evidence",
            read=partial(_evidence, kind),
            seeds=_seed(predicate),
        )
        for kind, predicate in _PREDICATES.items()
    ),
    *(
        Target(
            name="assay.gates.facts:build_facts",
            read=partial(_decided, kind),
            seeds=_seed(predicate),
        )
        for kind, predicate in _RECORDED.items()
        if kind != _VERDICT_TYPE
    ),
    *(
        Target(
            name="assay.assurance.record:read_record",
            read=partial(_record, kind),
            seeds=_seed(predicate),
        )
        for kind, predicate in _RECORDED.items()
    ),
    Target(
        name="assay.gates.reading:read_replacements",
        read=lambda data: read_replacements(_verified(SUPERSESSION_TYPE, data)),
        seeds=_seed(_SUPERSEDED),
    ),
    Target(name="assay.gates.vsa:parse_vsa", read=_vsa, seeds=_seed(_VSA.predicate)),
    raw("assay.gates.vsa:parse_verdict", lambda: (render_statement(_VSA),)),
    value("assay.gates.parameters:parse_parameters", _seed(verdict().parameters.as_json())),
    value("assay.findings.scanreport:parse_scan_report", _seed(_SCANNED.as_json())),
    value("assay.findings.finding:parse_finding", _seed(finding().as_json())),
    value("assay.vuln.predicate:parse_vulns", _seed(render_vulns(_MATCHED))),
    value("assay.sbom.cyclonedx:parse_inventory", _seed(_SBOM)),
    value("assay.source.predicate:parse_source_facts", _seed(_FACTS.as_json())),
    Target(name="assay.operations.savedverdict:load_verdict", read=_saved, seeds=_saved_seeds),
    Target(name="assay.policy.language:parse_module", read=_rule, seeds=_rules),
    Target(name="assay.policy.bundle:load_bundle", read=_bundle, seeds=lambda: _rules()[:1]),
    Target(
        name="assay.policy.metadata:parse_metadata",
        read=lambda data: parse_metadata(data.decode("utf-8", "replace")),
        seeds=_rules,
    ),
    raw(
        "assay.operations.configuration:parse_configuration",
        lambda: (
            (_TREE / "assay.toml").read_bytes(),
            (_TREE / "examples/shop/assay.toml").read_bytes(),
        ),
    ),
    raw(
        "assay.assurance.catalogue:parse_catalogue",
        lambda: ((_TREE / "src/assay/assurance/catalogues/ssdf-1.1.toml").read_bytes(),),
    ),
)
