"""Reports about secrets in the tools' own formats: gitleaks, trufflehog, Nosey Parker.

The value of a secret leaves these functions in `Claim.secret` only. Messages are ours: those of the
tools may quote the secret.
"""

import base64
from collections.abc import Iterator
from typing import Final

from assay.core.jsonvalue import JsonValue
from assay.findings.finding import Kind, Severity
from assay.scan.imports.claim import Claim, Spot, Told, line_of, object_of, texts_of

_REMEDY: Final = (
    "Revoke it where it was issued, then take it out. "
    "Taking it out of the files is not enough: it stays in the history."
)


def read_gitleaks(document: JsonValue) -> tuple[Told, ...]:
    """Read what `gitleaks --report-format json` writes, of version 8 and of those before."""
    items = document.items()
    claims = tuple(_gitleaks8(i) if i.optional("RuleID") else _gitleaks(i) for i in items)
    return (Told(tool="gitleaks", results=len(items), claims=claims),)


def _gitleaks8(item: JsonValue) -> Claim:
    return _leak(
        rule=item.field("RuleID").text(),
        title=item.optional_text("Description"),
        secret=item.optional_text("Secret") or item.optional_text("Match"),
        spot=Spot(
            paths=(item.field("File").text(),),
            line=line_of(item.optional("StartLine")),
            column=line_of(item.optional("StartColumn")),
            end_line=line_of(item.optional("EndLine")),
            commit=item.optional_text("Commit"),
        ),
    )


def _gitleaks(item: JsonValue) -> Claim:
    return _leak(
        rule=item.field("rule").text(),
        title=item.field("rule").text(),
        secret=item.optional_text("offender") or item.optional_text("line"),
        spot=Spot(
            paths=(item.field("file").text(),),
            line=line_of(item.optional("lineNumber")),
            commit=item.optional_text("commit"),
        ),
    )


def read_trufflehog(document: JsonValue) -> tuple[Told, ...]:
    """Read the lines that `trufflehog --json` writes, of version 3 and of version 2."""
    items = document.items()
    results = [item for item in items if item.optional("DetectorName") or item.optional("reason")]
    claims = tuple(
        claim
        for item in results
        for claim in (_trufflehog2(item) if item.optional("reason") else (_trufflehog3(item),))
    )
    return (Told(tool="trufflehog", results=len(claims), claims=claims),)


def _trufflehog2(item: JsonValue) -> Iterator[Claim]:
    for text in texts_of(item.optional("stringsFound")):
        yield _leak(
            rule=item.field("reason").text(),
            title=item.field("reason").text(),
            secret=text,
            spot=Spot(paths=(item.field("path").text(),), commit=item.optional_text("commitHash")),
        )


def _trufflehog3(item: JsonValue) -> Claim:
    data = object_of(object_of(item, "SourceMetadata"), "Data")
    places = [value for _, value in data.members()]
    place = places[0] if places else JsonValue({})
    verified = item.optional("Verified")
    live = verified is not None and verified.boolean()
    raw = item.optional_text("RawV2") or item.optional_text("Raw")
    return _leak(
        rule=item.field("DetectorName").text(),
        title=f"{item.field('DetectorName').text()} credential",
        secret=raw,
        severity=Severity.CRITICAL if live else Severity.HIGH,
        note="verified: it works" if live else "",
        spot=Spot(
            paths=(place.optional_text("file") or place.optional_text("link"),),
            line=line_of(place.optional("line")),
            commit=place.optional_text("commit"),
        ),
    )


def read_detect_secrets(document: JsonValue) -> tuple[Told, ...]:
    """Read a `.secrets.baseline` of detect-secrets, which tells the hash of each value alone."""
    found = [
        (path, item)
        for path, items in document.field("results").members()
        for item in items.items()
    ]
    return (
        Told(
            tool="detect-secrets",
            version=document.optional_text("version"),
            results=len(found),
            claims=tuple(_detected(path, item) for path, item in found),
            suppressed=sum(_is_audited(item) for _, item in found),
            observed_at=document.optional_text("generated_at"),
        ),
    )


def _detected(path: str, item: JsonValue) -> Claim:
    return _leak(
        rule=item.field("type").text(),
        title=item.field("type").text(),
        secret=f"sha1:{item.field('hashed_secret').text()}",
        note="suppressed: audited as no secret" if _is_audited(item) else "",
        spot=Spot(paths=(path,), line=line_of(item.optional("line_number"))),
    )


def _is_audited(item: JsonValue) -> bool:
    judged = item.optional("is_secret")
    return judged is not None and not judged.boolean()


def read_noseyparker(document: JsonValue) -> tuple[Told, ...]:
    """Read what `noseyparker report` writes, as JSON or as its lines."""
    items = document.items()
    claims = tuple(
        claim
        for item in items
        for match in item.field("matches").items()
        for claim in _noseyparker(item, match)
    )
    return (Told(tool="noseyparker", results=len(items), claims=claims),)


def _noseyparker(item: JsonValue, match: JsonValue) -> Iterator[Claim]:
    start = object_of(object_of(match.field("location"), "source_span"), "start")
    groups = tuple(_decoded(text) for text in texts_of(match.optional("groups")))
    secret = "\0".join(groups) or item.optional_text("match_content")
    for path, commit in dict.fromkeys(_provenance(match)):
        yield _leak(
            rule=item.optional_text("rule_text_id") or item.field("rule_name").text(),
            title=item.field("rule_name").text(),
            secret=secret,
            spot=Spot(
                paths=(path,),
                line=line_of(start.optional("line")),
                column=line_of(start.optional("column")),
                commit=commit,
            ),
        )


def _provenance(match: JsonValue) -> Iterator[tuple[str, str]]:
    for source in match.optional_items("provenance"):
        first = object_of(source, "first_commit")
        first = first if first.members() else object_of(source, "commit_provenance")
        path = source.optional_text("path") or first.optional_text("blob_path")
        commit = object_of(first, "commit_metadata").optional_text("commit_id")
        yield path.removeprefix("./"), commit


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode("utf-8", "surrogateescape")
    except ValueError:  # no base64, or no ASCII to begin with
        return text


def _leak(
    *,
    rule: str,
    title: str,
    secret: str,
    spot: Spot,
    severity: Severity = Severity.HIGH,
    note: str = "",
) -> Claim:
    since = f"since commit {spot.commit[:12]}" if spot.commit else ""
    return Claim(
        kind=Kind.SECRET,
        rule=rule,
        title=title or rule,
        message="A secret is in the repository, for whoever can read it.",
        severity=severity,
        weaknesses=("CWE-798",),
        remedy=_REMEDY,
        note="; ".join(filter(None, (note, since))),
        secret=secret.encode("utf-8", "surrogateescape"),
        spot=spot,
    )
