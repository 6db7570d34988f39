"""`assay.toml`: what the owner of a product tells Assay about it.

* It is read from the commit under test, never from the working tree: the verdict is about the
  commit.
* An unknown key is refused, with the nearest known one named: a misspelt setting must not silently
  mean its default.
* Whatever loosens a check names a reason and an end date, and shows up in the verdict.
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time

from assay.core.errors import MalformedError, UsageError, inside
from assay.core.jsonvalue import JsonValue
from assay.core.pathpattern import check_pattern, is_match
from assay.core.stricttoml import parse_toml
from assay.core.wording import near_hint
from assay.findings.finding import Severity
from assay.gates.parameters import MAX_VEX_AGE_HOURS, Parameters, Relaxation
from assay.scan.registry import OPTIONAL, ScanSettings
from assay.source.cleanpath import path_fault
from assay.vuln.context import CONTEXT_KEYS, ProductContext, parse_context

FILE_NAME = "assay.toml"
MAX_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """Paths that are not looked at, why, and the first moment at which they are again."""

    patterns: tuple[str, ...]
    reason: str
    until: datetime

    def covers(self, path: str, *, at: datetime) -> bool:
        """Tell whether `path` is left out at the time `at`."""
        return at < self.until and any(is_match(pattern, path) for pattern in self.patterns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """Everything that `assay.toml` can say; every part has a default."""

    name: str = ""
    uri: str = ""
    source: Parameters = field(default_factory=Parameters)
    exclusions: tuple[Exclusion, ...] = ()
    policy_folder: str = ""
    scan: ScanSettings = field(default_factory=ScanSettings)
    context: ProductContext = field(default_factory=ProductContext)


def parse_configuration(data: bytes) -> Configuration:
    """Read `assay.toml`.

    Raises:
        UsageError: Not TOML, an unknown key, a value of the wrong type or outside its set.
    """
    try:
        document = parse_toml(data, max_bytes=MAX_BYTES)
        _refuse_unknown(document, ("product", "gate", "exclude", "policy", "scan"))
        product = _table(document, "product", ("name", "uri", *CONTEXT_KEYS))
        policy = _table(document, "policy", ("folder",))
        scan = _scan(_table(document, "scan", ("also", "sandbox", "semgrep")))
        gate = _source_gate(_table(document, "gate", ("source",)))
        return Configuration(
            name=product.optional_text("name"),
            uri=product.optional_text("uri"),
            source=replace(gate, scanners=scan.also),
            exclusions=tuple(_exclusion(item) for item in document.optional_items("exclude")),
            policy_folder=policy.optional_text("folder"),
            scan=scan,
            context=parse_context(product),
        )
    except MalformedError as error:
        where = f"{FILE_NAME}: {error.where}" if error.where else FILE_NAME
        raise UsageError(error.what, where=where, hint=error.hint) from error


def _source_gate(gate: JsonValue) -> Parameters:
    table = _table(
        gate,
        "source",
        (
            "secrets",
            "vulnerabilities",
            "workflows",
            "code",
            "configuration",
            "advisory-max-age-hours",
            "evidence-max-age-hours",
            "vex-max-age-hours",
            "require",
            "relax",
        ),
    )
    default = Parameters()
    return Parameters(
        secrets=_severity(table, "secrets", default.secrets),
        vulnerabilities=_severity(table, "vulnerabilities", default.vulnerabilities),
        workflows=_severity(table, "workflows", default.workflows),
        code=_severity(table, "code", default.code),
        configuration=_severity(table, "configuration", default.configuration),
        advisory_max_age_hours=_hours(
            table, "advisory-max-age-hours", default.advisory_max_age_hours
        ),
        evidence_max_age_hours=_hours(
            table, "evidence-max-age-hours", default.evidence_max_age_hours
        ),
        vex_max_age_hours=_vex_hours(table, default.vex_max_age_hours),
        require=tuple(item.text() for item in table.optional_items("require")),
        relax=tuple(_relaxation(item) for item in table.optional_items("relax")),
    )


def _vex_hours(table: JsonValue, default: int) -> int:
    """Return for how long VEX counts: a commit may shorten that, and not prolong it."""
    hours = _hours(table, "vex-max-age-hours", default)
    if hours > MAX_VEX_AGE_HOURS:
        where = table.field("vex-max-age-hours").where
        raise MalformedError(f"{hours} hours", where=where, hint=f"at most {MAX_VEX_AGE_HOURS}")
    return hours


def _scan(table: JsonValue) -> ScanSettings:
    also = table.optional_items("also")
    for item in also:
        if item.text() not in OPTIONAL:
            raise MalformedError(
                f"no scanner {item.text()!r} that can be added",
                where=item.where,
                hint=f"one of {', '.join(OPTIONAL)}",
            )
    sandbox = table.optional("sandbox")
    if sandbox is not None and sandbox.text() not in {"required", "if-there"}:
        raise MalformedError(
            f"{sandbox.text()!r}", where=sandbox.where, hint="one of required, if-there"
        )
    rules = _table(table, "semgrep", ("rules",)).optional_text("rules").strip("/")
    names = tuple(item.text() for item in also)
    if "semgrep" in names and path_fault(rules):
        raise MalformedError(
            "semgrep has no rules", where="scan.semgrep.rules", hint="name their folder here"
        )
    return ScanSettings(
        also=names,
        semgrep_rules=rules,
        confined_only=sandbox is not None and sandbox.text() == "required",
    )


def _hours(table: JsonValue, name: str, default: int) -> int:
    member = table.optional(name)
    if member is None:
        return default
    if member.integer() < 1:
        raise MalformedError("an age of at least 1 hour is needed", where=member.where)
    return member.integer()


def _severity(table: JsonValue, name: str, default: Severity) -> Severity:
    member = table.optional(name)
    if member is None:
        return default
    known = [s.value for s in Severity if s is not Severity.UNKNOWN]
    if member.text() not in known:
        raise MalformedError(
            f"{member.text()!r} is no severity", where=member.where, hint=f"one of {known}"
        )
    return Severity(member.text())


def _exclusion(item: JsonValue) -> Exclusion:
    _refuse_unknown(item, ("paths", "reason", "until"))
    patterns = tuple(pattern.text() for pattern in item.field("paths").items())
    if not patterns:
        raise MalformedError("no paths", where=item.where)
    for pattern in patterns:
        with inside(f"{item.where}.paths"):
            check_pattern(pattern)
    return Exclusion(patterns=patterns, reason=_reason(item), until=_until(item))


def _relaxation(item: JsonValue) -> Relaxation:
    _refuse_unknown(item, ("rule", "reason", "until"))
    return Relaxation(rule=item.field("rule").text(), reason=_reason(item), until=_until(item))


def _reason(item: JsonValue) -> str:
    reason = item.field("reason")
    if not reason.text().strip():
        raise MalformedError("an empty reason", where=reason.where, hint="say why")
    return reason.text()


def _until(item: JsonValue) -> datetime:
    """Return the start (UTC) of the day named: the first day without the exception."""
    until = item.field("until")
    if not isinstance(until.value, date) or isinstance(until.value, datetime):
        raise MalformedError("not a date", where=until.where, hint="write it as 2027-01-31")
    return datetime.combine(until.value, time.min, tzinfo=UTC)


def _table(parent: JsonValue, name: str, known: tuple[str, ...]) -> JsonValue:
    table = parent.optional(name) or JsonValue({}, name)
    _refuse_unknown(table, known)
    return table


def _refuse_unknown(table: JsonValue, known: tuple[str, ...]) -> None:
    for name, value in table.members():
        if name not in known:
            hint = near_hint(name, known)
            raise MalformedError(f"unknown key {name!r}", where=value.where, hint=hint)
