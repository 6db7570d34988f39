"""Reports in SARIF 2.1.0 (OASIS), of any tool.

* Each place of a result is a claim. A result that passed, does not apply, or is gone since the
  baseline is none; one that the tool left open is something that was not checked.
* The severity is the rule's `security-severity` (a CVSS score), else the level of the result, of
  the run's configuration, of the rule, or `warning`, in this order (3.27.10).
* A suppressed result stays a claim, and says so (3.27.23): who may accept something is our policy.
* A run that did not succeed, errors of the tool, and results that are in another file or nowhere
  are not checked.
"""

import re
from collections.abc import Iterator
from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.notchecked import NotChecked
from assay.core.printable import printable
from assay.findings.finding import Kind, Severity
from assay.scan.imports.claim import (
    Claim,
    Told,
    gap,
    object_of,
    severity_of,
    severity_of_score,
    texts_of,
    weaknesses_in,
)
from assay.scan.imports.sarifadvisories import advised
from assay.scan.imports.sarifplaces import SarifPlaces
from assay.scan.imports.sarifrules import SarifRule, SarifRules

_VERSION: Final = "2.1.0"
_NO_FINDING: Final = frozenset({"pass", "notApplicable", "informational", "open"})
_SECRETS: Final = re.compile(
    r"gitleaks|betterleaks|trufflehog|nosey ?parker|kingfisher|ggshield|detect-secrets|whispers",
    re.IGNORECASE,
)
_SETTINGS: Final = re.compile(
    r"hadolint|checkov|kics|tfsec|terrascan|dockle|zizmor|kube-?linter|kubesec|kubescape|actionlint"
    r"|cfn|polaris|datree|regula|scorecard|trivy config|template-analyzer|psrule|infer-?map",
    re.IGNORECASE,
)
_ARGUMENT: Final = re.compile(r"\{([0-9]{1,2})\}")


def read_sarif(document: JsonValue) -> tuple[Told, ...]:
    """Return what each run of the log tells.

    Raises:
        MalformedError: Not SARIF 2.1.0.
    """
    version = document.field("version").text()
    if version != _VERSION:
        raise MalformedError(f"SARIF {version!r}, where {_VERSION} is read", where="version")
    runs = document.field("runs").items()
    if not runs:
        return (Told(tool="unknown", not_checked=(_nothing("the log has no run"),)),)
    return tuple(_run(run) for run in runs)


def _run(run: JsonValue) -> Told:
    driver = run.field("tool").field("driver")
    rules, places = SarifRules(run), SarifPlaces(run)
    tool = driver.field("name").text()
    results = run.optional_items("results")
    ended = [
        item.optional_text("endTimeUtc") or item.optional_text("startTimeUtc")
        for item in run.optional_items("invocations")
    ]
    return Told(
        tool=tool,
        version=driver.optional_text("version") or driver.optional_text("semanticVersion"),
        results=len(results),
        claims=tuple(claim for result in results for claim in _claims(result, tool, rules, places)),
        suppressed=sum(bool(_suppression(result)) for result in results),
        not_checked=(*_gaps(run), *_left_open(results, rules)),
        observed_at=max(ended, default=""),
    )


def _claims(
    result: JsonValue, tool: str, rules: SarifRules, places: SarifPlaces
) -> Iterator[Claim]:
    if (
        result.optional_text("kind") in _NO_FINDING
        or result.optional_text("baselineState") == "absent"
    ):
        return
    rule = rules.of(result)
    severity, rated = _severity(result, rule, rules)
    properties = object_of(result, "properties")
    named = (*texts_of(properties.optional("cwe")), *texts_of(properties.optional("tags")))
    message = _message(result, rule)
    vulnerability = advised(rule, message)
    kind = _kind(tool, rule, advisory=vulnerability is not None)
    related = places.related(result)
    for spot in places.spots(result):
        where = "".join(spot.paths[:1])
        yield Claim(
            kind=kind,
            rule=rule.id,
            title=rule.title or message,
            message=message + (f" Related: {', '.join(related)}." if related else ""),
            severity=severity,
            rated=rated,
            weaknesses=weaknesses_in((*_taxa(result), *named)) or rule.weaknesses,
            remedy=_remedy(result, rule),
            references=tuple(
                filter(None, (rule.url, *texts_of(properties.optional("references"))))
            ),
            note=_note(result),
            spot=spot,
            traits=vulnerability.traits(where, message) if vulnerability else _fingerprints(result),
        )


def _kind(tool: str, rule: SarifRule, *, advisory: bool) -> Kind:
    if _SECRETS.search(tool) or "secret" in rule.tags:
        return Kind.SECRET
    if advisory:
        return Kind.VULNERABILITY
    return Kind.MISCONFIGURATION if _SETTINGS.search(tool) else Kind.WEAKNESS


def _severity(result: JsonValue, rule: SarifRule, rules: SarifRules) -> tuple[Severity, str]:
    level = result.optional_text("level") or rules.level(rule) or "warning"
    rank = result.optional("rank")
    rated = level + (f", rank {rank.value}" if rank else "")
    if rule.score is None:
        return severity_of(level), rated
    return severity_of_score(rule.score), f"{rated}, score {rule.score}"


def _message(result: JsonValue, rule: SarifRule) -> str:
    """Return the text of a result, its arguments put in (3.11.7)."""
    message = object_of(result, "message")
    text = message.optional_text("text") or message.optional_text("markdown")
    text = text or dict(rule.messages).get(message.optional_text("id"), "")
    given = texts_of(message.optional("arguments"))
    filled = _ARGUMENT.sub(lambda m: dict(enumerate(given)).get(int(m[1]), m[0]), text)
    return filled or rule.title or rule.id


def _remedy(result: JsonValue, rule: SarifRule) -> str:
    for fix in result.optional_items("fixes"):
        if text := object_of(fix, "description").optional_text("text"):
            return text
    return rule.help or (f"Read {rule.url}" if rule.url else "")


def _taxa(result: JsonValue) -> tuple[str, ...]:
    return tuple(
        f"CWE-{item.optional_text('id').upper().removeprefix('CWE-')}"
        for item in result.optional_items("taxa")
        if object_of(item, "toolComponent").optional_text("name").upper() == "CWE"
    )


def _fingerprints(result: JsonValue) -> tuple[tuple[str, str], ...]:
    """Return what the tool knows the result by, kept so that it can be found again."""
    named = {
        f"{name}.{key}": value.value
        for name in ("fingerprints", "partialFingerprints")
        if (known := result.optional(name)) is not None
        for key, value in known.members()
        if isinstance(value.value, str)
    }
    return tuple(sorted((printable(k), printable(v)) for k, v in named.items()))[:8]


def _note(result: JsonValue) -> str:
    state = result.optional_text("baselineState")
    review = "to be reviewed" if result.optional_text("kind") == "review" else ""
    return "; ".join(
        filter(
            None, (_suppression(result), review, f"since the baseline: {state}" if state else "")
        )
    )


def _suppression(result: JsonValue) -> str:
    """Say how the tool's users suppressed a result; what was rejected is none (3.35.3)."""
    for item in result.optional_items("suppressions"):
        if item.optional_text("status") not in {"rejected", "underReview"}:
            why = item.optional_text("justification")
            return f"suppressed {item.optional_text('kind')}" + (f": {why}" if why else "")
    return ""


def _left_open(results: tuple[JsonValue, ...], rules: SarifRules) -> Iterator[NotChecked]:
    for result in results:
        if result.optional_text("kind") == "open":
            rule = rules.of(result)
            yield gap(
                "rule",
                printable(rule.id),
                f"the tool could not tell: {printable(_message(result, rule))}",
                "give the tool what it needs, and run it again",
            )


def _gaps(run: JsonValue) -> Iterator[NotChecked]:
    if run.optional("results") is None:
        yield _nothing("the run has no list of results")
    if object_of(run, "externalPropertyFileReferences").optional("results") is not None:
        yield _nothing("its results are in another file")
    for invocation in run.optional_items("invocations"):
        done = invocation.optional("executionSuccessful")
        if done is not None and not done.boolean():
            why = invocation.optional_text("exitCodeDescription")
            yield _nothing(f"the run did not succeed{f': {printable(why)}' if why else ''}")
        for name in ("toolExecutionNotifications", "toolConfigurationNotifications"):
            for item in invocation.optional_items(name):
                if item.optional_text("level") == "error":
                    yield _nothing(printable(object_of(item, "message").optional_text("text")))


def _nothing(why: str) -> NotChecked:
    return gap("scan", "the imported report", why, "run the tool again, and look at its messages")
