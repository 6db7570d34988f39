"""How urgent a vulnerability is for one product: SSVC, from signals, vectors and the context.

* What a point was derived from is recorded beside it, with the digests of the feeds: the same
  inputs give the same decision, at any later time.
* A feed that is not here is not silence: "not listed in KEV" needs a KEV catalogue.
* EPSS is recorded and shown, and decides nothing: it can fall by itself, from one day to the next.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from assay.core.errors import MalformedError
from assay.vuln.advisory import AdvisorySet, Rating
from assay.vuln.context import ProductContext
from assay.vuln.cvss import base_score
from assay.vuln.signals.epss import PARTS
from assay.vuln.signals.store import EPSS, KEV, Signals
from assay.vuln.ssvc import (
    Automatable,
    Decided,
    Decision,
    Exploitation,
    Impact,
    Points,
    decide_ssvc,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Priority:
    """A decision, the points that it was made from, and the facts that those are from."""

    decided: Decided
    points: Points
    facts: Mapping[str, str]

    @property
    def urgency(self) -> int:
        """Return the rank of the decision, and of what it is at least: the higher the sooner."""
        order = tuple(Decision).index
        return order(self.decided.decision) * len(Decision) + order(self.decided.at_least)

    def as_json(self) -> dict[str, object]:
        """Return the JSON object that stands for this value."""
        points = self.points
        return {
            "decision": self.decided.decision.value,
            "atLeast": self.decided.at_least.value,
            "missing": list(self.decided.missing),
            "points": {
                "exploitation": [one.value for one in points.exploitation],
                "automatable": points.automatable and points.automatable.value,
                "technicalImpact": points.impact and points.impact.value,
                "missionImpact": points.mission and points.mission.value,
                "wellBeingImpact": points.well_being and points.well_being.value,
            },
            "facts": dict(self.facts),
        }


def decide_priority(
    cve: str, ratings: Iterable[Rating], signals: Signals, context: ProductContext
) -> Priority:
    """Decide how urgent `cve` is for a product with `context`.

    `ratings` are the vectors that its advisories give; the newest version of CVSS that can be
    read counts.
    """
    vector = _best_vector(ratings)
    metrics = dict(part.partition(":")[::2] for part in vector.split("/"))
    points = Points(
        exploitation=_exploitation(cve, signals, metrics),
        automatable=_automatable(metrics),
        impact=_impact(metrics),
        mission=context.mission,
        well_being=context.well_being,
    )
    return Priority(
        decided=decide_ssvc(points), points=points, facts=_facts(cve, vector, signals, context)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Priorities:
    """Priorities by name of a vulnerability, each decided once for all products of one context."""

    ratings: Mapping[str, Sequence[Rating]]
    signals: Signals
    _known: dict[tuple[str, ProductContext], Priority] = field(default_factory=dict)

    def of(self, name: str, context: ProductContext) -> Priority:
        """Return how urgent a vulnerability is for a product with `context`."""
        key = (name, context)
        if key not in self._known:
            given = self.ratings.get(name, ())
            self._known[key] = decide_priority(name, given, self.signals, context)
        return self._known[key]


def ratings_by_name(advisories: AdvisorySet) -> Mapping[str, Sequence[Rating]]:
    """Return the vectors that all records give to each name of a vulnerability."""
    ratings: dict[str, list[Rating]] = {}
    for record in (one for records in advisories.advisories.values() for one in records):
        given = (*record.ratings, *(r for item in record.affected for r in item.ratings))
        for name in (record.id, *record.aliases):
            ratings.setdefault(name, []).extend(given)
    return ratings


def _best_vector(ratings: Iterable[Rating]) -> str:
    known = sorted(ratings, key=lambda rating: (rating.type, rating.score), reverse=True)
    for rating in known:
        try:
            base_score(rating.score)
        except MalformedError:
            continue
        return rating.score
    return ""


def _exploitation(
    cve: str, signals: Signals, metrics: Mapping[str, str]
) -> tuple[Exploitation, ...]:
    if cve in signals.exploited or metrics.get("E") == "A":
        return (Exploitation.ACTIVE,)
    if metrics.get("E") in {"P", "POC", "F", "H"}:
        return (
            (Exploitation.POC,)
            if KEV in signals.feeds
            else (
                Exploitation.POC,
                Exploitation.ACTIVE,
            )
        )
    # Not in the catalogue: whether anything is public, no feed that is read here tells.
    if KEV in signals.feeds:
        return (Exploitation.NONE, Exploitation.POC)
    return tuple(Exploitation)


def _automatable(metrics: Mapping[str, str]) -> Automatable | None:
    """Take the supplier's word (AU of CVSS 4), else whether anybody can do it from anywhere."""
    said = {"Y": Automatable.YES, "N": Automatable.NO}.get(metrics.get("AU", ""))
    if said is not None or "AV" not in metrics:
        return said
    anybody = (
        metrics["AV"] == "N"
        and metrics.get("AC") == "L"
        and metrics.get("AT", "N") == "N"
        and metrics.get("PR", metrics.get("Au", "N")) == "N"
        and metrics.get("UI", "N") == "N"
    )
    return Automatable.YES if anybody else Automatable.NO


def _impact(metrics: Mapping[str, str]) -> Impact | None:
    """Call it total where secrecy and integrity are wholly lost."""
    found = [metrics.get(f"V{name}", metrics.get(name, "")) for name in "CI"]
    if not all(found):
        return None
    return Impact.TOTAL if set(found) <= {"H", "C"} else Impact.PARTIAL


def _facts(cve: str, vector: str, signals: Signals, context: ProductContext) -> Mapping[str, str]:
    facts = {"vulnerability": cve, "vector": vector, "exposure": context.exposure or ""}
    listed, likely = signals.exploited.get(cve), signals.likelihood.get(cve)
    if KEV in signals.feeds:
        facts["kev"] = listed.added.isoformat() if listed else "not listed"
        facts["kev/ransomware"] = "known" if listed and listed.ransomware else ""
    if EPSS in signals.feeds:
        facts["epss"] = f"{likely.probability}/{PARTS}" if likely else "no score"
        facts["epss/percentile"] = f"{likely.percentile}/{PARTS}" if likely else ""
    for name, feed in signals.feeds.items():
        facts[f"{name.lower()}/digest"] = str(feed.digest)
    return {name: fact for name, fact in sorted(facts.items()) if fact}
