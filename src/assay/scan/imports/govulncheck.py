"""What `govulncheck -format json` writes: a stream of messages, of which findings hold traces.

A trace begins at what is vulnerable and ends in the product. How much of it there is says how near
the product comes: a module, a package of it, or a symbol, by way of calls. Of a program it is only
known that the symbol is in it. Protocol v1.0.0 of golang.org/x/vuln.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.printable import printable
from assay.core.purl import canonical_purl
from assay.findings.finding import Kind
from assay.findings.observation import traits_of
from assay.findings.reach import MAX_CHAIN, Level, Reach, Scope, Sight, make_reach
from assay.findings.severity import Severity
from assay.scan.imports.claim import Claim, Spot, Told, line_of, object_of, texts_of

_OWN_VERSIONS: Final = frozenset({"stdlib", "toolchain"})  # without the `v` of modules
_MANIFEST: Final = "go.mod"
_NAME: Final = "govulncheck"
_ONE_BUILD: Final = "govulncheck looked at one system and one set of build tags"


def read_govulncheck(document: JsonValue) -> tuple[Told, ...]:
    """Read the messages of one run; each module with a vulnerability is one claim.

    Raises:
        MalformedError: There is no head, or a message of another form.
    """
    messages = document.items()
    head = next((object_of(item, "config") for item in messages if item.optional("config")), None)
    if head is None:
        raise MalformedError("no config among the messages", hint="save all that it prints")
    aliases = {
        record.field("id").text(): texts_of(record.optional("aliases"))
        for record in _members(messages, "osv")
    }
    traces: dict[tuple[str, str, str], list[JsonValue]] = {}
    found = tuple(_members(messages, "finding"))
    for finding in found:
        first = finding.field("trace").items()
        if not first:
            raise MalformedError("a trace of nothing", where=finding.where)
        module, version = first[0].field("module").text(), first[0].optional_text("version")
        traces.setdefault((finding.field("osv").text(), module, version), []).append(finding)
    linked = head.optional_text("scan_mode") == "binary"
    hidden = _hidden(head.optional_text("scan_level"))
    return (
        Told(
            tool=head.optional_text("scanner_name") or _NAME,
            version=head.optional_text("scanner_version"),
            results=len(found),
            claims=tuple(
                _claim(key, findings, aliases, linked=linked, hidden=hidden)
                for key, findings in traces.items()
            ),
        ),
    )


def _members(messages: Iterable[JsonValue], name: str) -> Iterator[JsonValue]:
    for message in messages:
        member = message.optional(name)
        if member is not None:
            yield member


def _hidden(level: str) -> tuple[str, ...]:
    """Return what a run that did not look for symbols leaves open."""
    if level == "symbol":
        return ()
    return (f"govulncheck looked at {printable(level) or 'an unknown level'} only",)


def _claim(
    key: tuple[str, str, str],
    findings: list[JsonValue],
    aliases: Mapping[str, tuple[str, ...]],
    *,
    linked: bool,
    hidden: tuple[str, ...],
) -> Claim:
    advisory, module, version = key
    names = (advisory, *aliases.get(advisory, ()))
    cves = [name for name in names if name.startswith("CVE-")]
    named = f"{module}@{version}"
    sights = [_sight(finding, linked=linked) for finding in findings]
    reach = make_reach(Level.DECLARED, sights, (_ONE_BUILD,), hidden)
    fixed = next((text for one in findings if (text := one.optional_text("fixed_version"))), "")
    return Claim(
        kind=Kind.VULNERABILITY,
        rule=advisory,
        title=f"{advisory} in {named}",
        message=f"{named} has {advisory}.",
        severity=Severity.UNKNOWN,
        spot=_spot(reach),
        remedy=f"Upgrade {module} to {fixed}." if fixed else f"Replace {module}: no fix is known.",
        references=names,
        traits=traits_of(
            {
                "component": _purl(module, version) or named,
                "cluster": cves[0] if len(cves) == 1 else advisory,
            }
        ),
        reach=(reach,),
    )


def _purl(module: str, version: str) -> str:
    plain = version.removeprefix("v") if module in _OWN_VERSIONS else version
    try:
        return canonical_purl(f"pkg:golang/{module}@{plain}" if plain else f"pkg:golang/{module}")
    except MalformedError:
        return ""  # the claim is then about the name


def _spot(reach: Reach) -> Spot:
    """Return the place that shows the most, or else the manifest that asks for the module."""
    sight = reach.sights[0]
    if sight.path == _MANIFEST:
        return Spot(paths=(_MANIFEST,))
    return Spot(paths=(sight.path, _MANIFEST), line=sight.line)


def _sight(finding: JsonValue, *, linked: bool) -> Sight:
    frames = finding.field("trace").items()
    first, last = frames[0], frames[-1]
    symbol, package = _symbol(first), first.optional_text("package")
    position = object_of(last, "position")
    path = printable(position.optional_text("filename")) or _MANIFEST
    level, what = _meaning(symbol, package, linked=linked)
    return Sight(
        level=level,
        scope=Scope.RUN,
        path=path,
        line=line_of(position.optional("line")) if path != _MANIFEST else 0,
        what=what,
        chain=tuple(_symbol(frame) for frame in reversed(frames[1:]))[-MAX_CHAIN:],
    )


def _meaning(symbol: str, package: str, *, linked: bool) -> tuple[Level, str]:
    """Return the level of a trace: what it begins at says how far govulncheck came."""
    if not package:
        return (Level.INSTALLED if linked else Level.DECLARED), "govulncheck: the module is there"
    if symbol == printable(package):
        return Level.IMPORTED, f"govulncheck: {symbol} is imported"
    if linked:
        return Level.REFERENCED, f"govulncheck: {symbol} is linked in"
    return Level.CALLED, f"govulncheck: {symbol} is called"


def _symbol(frame: JsonValue) -> str:
    """Return what a frame is in, as `package.Type.Function`."""
    receiver = frame.optional_text("receiver").lstrip("*")
    parts = (
        frame.optional_text("package") or frame.field("module").text(),
        receiver,
        frame.optional_text("function"),
    )
    return printable(".".join(part for part in parts if part))
