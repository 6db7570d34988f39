"""What a run of SARIF says about its rules: found by index, id, name or component.

SARIF 2.1.0, sections 3.49 (reportingDescriptor), 3.52 (references to one) and 3.50 (their
configuration). A result names its rule by `rule`, by `ruleIndex` or by `ruleId`, of the driver or
of an extension; an id may have parts behind a slash that the rule's own id has not (3.27.5).
"""

from dataclasses import dataclass

from assay.core.jsonvalue import JsonValue
from assay.scan.imports.claim import number_of, object_of, texts_of, weaknesses_in


@dataclass(frozen=True, slots=True, kw_only=True)
class SarifRule:
    """One rule, as far as the run describes it."""

    id: str
    title: str = ""
    about: str = ""
    help: str = ""
    url: str = ""
    level: str = ""
    score: float | None = None
    precision: str = ""
    tags: tuple[str, ...] = ()
    weaknesses: tuple[str, ...] = ()
    messages: tuple[tuple[str, str], ...] = ()


class SarifRules:
    """The rules of one run."""

    def __init__(self, run: JsonValue) -> None:
        tool = run.field("tool")
        components = [tool.field("driver"), *tool.optional_items("extensions")]
        self._tables = [
            tuple(_rule(item) for item in part.optional_items("rules")) for part in components
        ]
        self._names = [part.optional_text("name") for part in components]
        self._by_id = {rule.id: rule for table in self._tables[::-1] for rule in table[::-1]}
        self._levels = dict(_overrides(run, self))

    def of(self, result: JsonValue) -> SarifRule:
        """Return the rule of `result`, an empty one under its id where it is not described."""
        named = object_of(result, "rule")
        name = named.optional_text("id") or result.optional_text("ruleId")
        index = named.optional("index") or result.optional("ruleIndex")
        found = self.at(index, object_of(named, "toolComponent")) or self._named(name)
        return found or SarifRule(id=name)

    def level(self, rule: SarifRule) -> str:
        """Return the level that the run configured for `rule`, else its default."""
        return self._levels.get(rule.id, rule.level)

    def at(self, index: JsonValue | None, component: JsonValue) -> SarifRule | None:
        """Return the rule at `index` of a component, of the driver where none is named."""
        number = -1 if index is None else index.integer()
        table = self._tables[self._component(component)]
        return table[number] if 0 <= number < len(table) else None

    def _component(self, component: JsonValue) -> int:
        index, name = component.optional("index"), component.optional_text("name")
        if index is not None and -1 <= index.integer() < len(self._tables) - 1:
            return index.integer() + 1
        return self._names.index(name) if name in self._names else 0

    def _named(self, name: str) -> SarifRule | None:
        while name:
            if name in self._by_id:
                return self._by_id[name]
            name = name.rpartition("/")[0]
        return None


def _overrides(run: JsonValue, rules: SarifRules) -> list[tuple[str, str]]:
    """Return the levels that a run was configured with, in place of the defaults (3.20.5)."""
    found = []
    for invocation in run.optional_items("invocations"):
        for override in invocation.optional_items("ruleConfigurationOverrides"):
            named = object_of(override, "descriptor")
            rule = rules.at(named.optional("index"), object_of(named, "toolComponent"))
            level = object_of(override, "configuration").optional_text("level")
            if level:
                found.append((rule.id if rule else named.optional_text("id"), level))
    return found


def _rule(item: JsonValue) -> SarifRule:
    properties = object_of(item, "properties")
    tags = texts_of(properties.optional("tags"))
    short = object_of(item, "shortDescription").optional_text("text")
    long = object_of(item, "fullDescription").optional_text("text")
    return SarifRule(
        id=item.optional_text("id"),
        title=short or item.optional_text("name") or long,
        about=long,
        help=object_of(item, "help").optional_text("text"),
        url=item.optional_text("helpUri"),
        level=object_of(item, "defaultConfiguration").optional_text("level"),
        score=number_of(properties.optional("security-severity")),
        precision="".join(texts_of(properties.optional("precision"))[:1]),
        tags=tags,
        weaknesses=weaknesses_in(
            (*tags, *_related(item), *texts_of(properties.optional("cwe")), short, long)
        ),
        messages=tuple(
            (name, value.optional_text("text"))
            for name, value in object_of(item, "messageStrings").members()
        ),
    )


def _related(item: JsonValue) -> tuple[str, ...]:
    """Return the CWEs that a rule is related to, by the name of their taxonomy (3.53)."""
    return tuple(
        f"CWE-{target.optional_text('id').upper().removeprefix('CWE-')}"
        for relation in item.optional_items("relationships")
        for target in (object_of(relation, "target"),)
        if object_of(target, "toolComponent").optional_text("name").upper() == "CWE"
    )
