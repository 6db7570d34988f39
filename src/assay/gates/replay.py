"""A verdict made again from what it names: the same bytes, or the part that differs by name.

Pure: whoever calls brings the recorded statement, and the evidence, policy and trust root that it
names. Time and parameters are the recorded ones, and no clock or configuration is read.
"""

from collections.abc import Iterator

from assay.core.digest import Digest
from assay.core.errors import RejectedError
from assay.core.strictjson import parse_json
from assay.evidence.envelope import VerifiedStatement
from assay.evidence.statement import MAX_STATEMENT_BYTES, render_statement
from assay.gates.request import GateRequest, decide_verdict
from assay.gates.verdict import GateVerdict
from assay.gates.vsa import parse_verdict, render_vsa
from assay.policy.bundle import PolicyBundle


def recompute_verdict(
    payload: bytes,
    *,
    evidence: tuple[VerifiedStatement, ...],
    bundle: PolicyBundle,
    trust_root: Digest,
) -> bytes:
    """Return the statement that this version of Assay makes of what the verdict `payload` names.

    Equal bytes mean that the verdict is replayed; otherwise `name_differences` says where.

    Raises:
        MalformedError: `payload` is no verdict.
        RejectedError: What was brought is not what the verdict was made from.
    """
    recorded = parse_verdict(payload)
    _check_inputs(recorded, evidence=evidence, policy=bundle.digest, trust_root=trust_root)
    request = GateRequest(
        stage=recorded.decision.stage,
        subject=recorded.subject,
        resource_uri=recorded.resource_uri,
        evidence=evidence,
        bundle=bundle,
        parameters=recorded.parameters,
        trust_root=trust_root,
        at=recorded.at,
        withdraws=recorded.withdraws,
        voided=recorded.voided,
    )
    return render_statement(render_vsa(decide_verdict(request)))


def _check_inputs(
    recorded: GateVerdict,
    *,
    evidence: tuple[VerifiedStatement, ...],
    policy: Digest,
    trust_root: Digest,
) -> None:
    brought = {verified.digest for verified in evidence}
    missing = sorted(set(recorded.evidence) - brought)
    surplus = sorted(brought - set(recorded.evidence))
    if missing:
        raise RejectedError(f"evidence that is not there: {missing[0]}", where="inputAttestations")
    if surplus:
        raise RejectedError(
            f"evidence that the verdict does not name: {surplus[0]}", where="inputAttestations"
        )
    if policy != recorded.policy:
        raise RejectedError(f"the policy {policy}, made with {recorded.policy}", where="policy")
    if trust_root != recorded.trust_root:
        raise RejectedError(
            f"the trust root {trust_root}, made with {recorded.trust_root}",
            where="assay_verdict.trustRoot",
        )


def name_differences(recorded: bytes, recomputed: bytes) -> tuple[str, ...]:
    """Return a line for each place where two statements differ; none where they are equal.

    Raises:
        MalformedError: One of them is not strict JSON.
    """
    if recorded == recomputed:
        return ()
    before = parse_json(recorded, max_bytes=MAX_STATEMENT_BYTES)
    after = parse_json(recomputed, max_bytes=MAX_STATEMENT_BYTES)
    return tuple(_differences("", before, after)) or ("the bytes: the same JSON, not canonical",)


def _differences(where: str, before: object, after: object) -> Iterator[str]:
    if isinstance(before, dict) and isinstance(after, dict):
        for name in sorted({*before, *after}):
            place = f"{where}.{name}" if where else name
            yield from _differences(place, before.get(name), after.get(name))
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from _differences(f"{where}[{index}]", one, other)
    elif before != after or type(before) is not type(after):
        yield f"{where}: recorded {_short(before)}, now {_short(after)}"


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 100 else f"{text[:99]}…"
