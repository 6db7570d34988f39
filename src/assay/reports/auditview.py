"""What the page about a kit shows: values, in its order; the template only loops over them."""

from dataclasses import dataclass
from typing import Final

from assay import __version__
from assay.core.clock import format_time
from assay.core.verdict import Verdict
from assay.operations.kitstatements import AuditedStatement
from assay.operations.kitverdicts import AuditedVerdict
from assay.operations.material import POLICY_TYPE
from assay.operations.statementtitles import title_of
from assay.operations.verify_kit import KitVerified
from assay.reports.audittext import SUMMARY, answer
from assay.reports.wording import counted, effect_word

_WORST_FIRST: Final = (Verdict.FAILED, Verdict.UNKNOWN, Verdict.PASSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryView:
    """One entry of the log in the timeline."""

    index: int
    at: str
    title: str
    kind: str
    signed_by: str
    role: str
    digest: str
    mine: bool  # about the subject itself
    state: str  # counts, fell, never counted
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerView:
    """One principal in one role: how much it signed, from when until when."""

    name: str
    kind: str
    role: str
    statements: int
    first: str
    last: str


def audit_view(found: KitVerified) -> dict[str, object]:
    """Return everything that the page shows about a kit."""
    return _answer(found) | _shown(found) | _log(found)


def _answer(found: KitVerified) -> dict[str, object]:
    audit, checkpoint = found.audit, found.proven.checkpoint
    return {
        "result": found.result.value,
        "sentence": f"{SUMMARY[found.result].capitalize()}.",
        "answer": answer(found),
        "newest": audit.newest.said.decision.verdict.value
        if audit.newest and audit.newest.said
        else Verdict.UNKNOWN.value,
        "subject": str(found.proven.subject),
        "problems": audit.problems,
        "untold": found.untold,
        "not_checked": found.not_checked,
        "complete": (
            f"These {counted(len(audit.mine), 'statement')} are all that the first "
            f"{checkpoint.size:,} entries of {checkpoint.origin} hold about this subject: no other "
            "one, no later failure, and no later change of who is trusted, is left out. The signed "
            "index of the log proves it; it proves nothing about what was never recorded."
        ),
        "judged": _judged(found),
        "tiles": _tiles(found),
    }


def _judged(found: KitVerified) -> str:
    """Say how the judgement of the statements and verdicts came out."""
    if found.audit.problems or found.untold:
        return "Where the answer was no, or could not be given, it stands at the top."
    if found.audit.fallen:
        fell = counted(len(found.audit.fallen), "statement")
        return f"{fell} counted once, and not any more; no verdict that stands rests on them."
    return "The answer was yes for all of them."


def _tiles(found: KitVerified) -> list[tuple[int, str]]:
    audit = found.audit
    again = sum(verdict.replayed for verdict in audit.verdicts)
    return [
        _tile(len(audit.mine), "statement", " about the subject"),
        _tile(len(audit.verdicts), "verdict", ", good and bad"),
        (again, "decided again, byte for byte the same"),
        _tile(len(audit.fallen), "statement", " not counting any more"),
        _tile(len(found.chain.versions), "version", " of the trust root"),
        _tile(len(found.cosigned), "cosignature", f", {found.chain.current.quorum} needed"),
    ]


def _tile(number: int, noun: str, rest: str) -> tuple[int, str]:
    return number, f"{noun}{'' if number == 1 else 's'}{rest}"


def _shown(found: KitVerified) -> dict[str, object]:
    mine = {one.entry.index for one in found.audit.mine}
    entries = [_entry(one, mine) for one in found.audit.statements]
    return {
        "verdicts": [_verdict(v) for v in reversed(found.audit.verdicts)],
        "signers": _signers(found),
        "policies": _policies(found),
        "entries": entries,
    }


def _log(found: KitVerified) -> dict[str, object]:
    root = found.chain.current
    return {
        "origin": found.proven.checkpoint.origin,
        "pinned": found.pinned,
        "versions": [
            {
                "version": version.root.version,
                "digest": str(version.digest),
                "entry": version.index,
                "at": "" if version.at is None else format_time(version.at),
                "signed_by": ", ".join(sorted(version.signed.signed_by)) if version.signed else "",
                "owners": version.root.owner_threshold,
                "principals": len(version.root.principals),
                "expires": format_time(version.root.expires) if version.root.expires else "",
            }
            for version in found.chain.versions
        ],
        "checkpoints": [
            {
                "size": item.checkpoint.size,
                "root": item.checkpoint.root.hex(),
                "index": item.checkpoint.index_root.hex() if item.checkpoint.index_root else "",
                "at": format_time(item.at),
            }
            for item in found.proven.checkpoints
        ],
        "witnesses": [{"name": item.name, "at": format_time(item.at)} for item in found.cosigned],
        "quorum": root.quorum,
        "known_witnesses": len(root.witnesses),
        "note": found.proven.note.decode().splitlines(),
        "version": __version__,
    }


def _entry(one: AuditedStatement, mine: set[int]) -> EntryView:
    state = "never counted" if one.problem else "fell" if one.fallen else "counts"
    return EntryView(
        index=one.entry.index,
        at=format_time(one.entry.at),
        title=title_of(one.kind),
        kind=one.kind,
        signed_by=", ".join(one.signed_by),
        role=one.role,
        digest=str(one.digest),
        mine=one.entry.index in mine,
        state=state,
        why=one.problem or one.fallen,
    )


def _verdict(verdict: AuditedVerdict) -> dict[str, object]:
    """Return a verdict with its rules, those that stand in the way first."""
    said = verdict.said
    rules = said.decision.rules if said else ()
    ordered = sorted(rules, key=lambda rule: _WORST_FIRST.index(rule.result.verdict))
    return {
        "index": verdict.index,
        "word": said.decision.verdict.value if said else Verdict.UNKNOWN.value,
        "read": said is not None,
        "stage": said.decision.stage if said else "",
        "decided_at": format_time(said.at) if said else "",
        "recorded_at": format_time(verdict.at),
        "signed_by": ", ".join(verdict.signed_by),
        "policy": str(said.policy) if said else "",
        "evidence": len(said.evidence) if said else 0,
        "voided": len(said.voided) if said else 0,
        "gaps": said.decision.not_checked if said else (),
        "stands": verdict.stands,
        "replayed": verdict.replayed,
        "fallen": verdict.fallen,
        "withdrawn_by": verdict.withdrawn_by,
        "problems": (*verdict.problems, *verdict.untold),
        "digest": str(verdict.digest),
        "rules": [
            {
                "id": rule.result.rule.id,
                "title": rule.result.rule.title,
                "verdict": rule.result.verdict.value,
                "effect": effect_word(rule),
                "reasons": rule.result.reasons,
            }
            for rule in ordered
        ],
    }


def _signers(found: KitVerified) -> list[SignerView]:
    """Return who signed in which role, and over which time; owners by the changes they made."""
    kinds = {p.name: p.kind.value for p in found.chain.current.principals}
    signed: dict[tuple[str, str], list[AuditedStatement]] = {}
    for one in found.audit.statements:
        for name in one.signed_by:
            signed.setdefault((name, one.role), []).append(one)
    return [
        SignerView(
            name=name,
            kind=kinds.get(name, ""),
            role=role,
            statements=len(all_of),
            first=format_time(min(one.entry.at for one in all_of)),
            last=format_time(max(one.entry.at for one in all_of)),
        )
        for (name, role), all_of in sorted(signed.items())
    ]


def _policies(found: KitVerified) -> list[dict[str, object]]:
    """Return each policy that a verdict names, and which verdicts do."""
    used: dict[str, list[int]] = {}
    for verdict in found.audit.verdicts:
        if verdict.said is not None:
            used.setdefault(str(verdict.said.policy), []).append(verdict.index)
    held = {
        str(subject): one
        for one in found.audit.statements
        if one.kind == POLICY_TYPE
        for subject in one.entry.claims.subjects
    }
    return [
        {
            "digest": digest,
            "entry": held[digest].entry.index if digest in held else None,
            "at": format_time(held[digest].entry.at) if digest in held else "",
            "signed_by": ", ".join(held[digest].signed_by) if digest in held else "",
            "verdicts": indexes,
        }
        for digest, indexes in sorted(used.items())
    ]
