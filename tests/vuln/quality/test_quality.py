"""Frozen SBOMs, frozen advisories and labels made by hand: how good matching is may not fall."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import parse_json
from assay.sbom.component import Component
from assay.sbom.formats.reader import parse_sbom
from assay.vuln.match import match_components
from assay.vuln.mirror import import_advisories, load_advisories

HERE = Path(__file__).parent
AT = datetime(2024, 1, 1, tzinfo=UTC)
Pair = tuple[str, str, str]  # SBOM, component, vulnerability


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What was found and what should have been."""

    found: frozenset[Pair]
    expected: frozenset[Pair]
    answers: Mapping[tuple[str, str], str]
    labels: Mapping[tuple[str, str], str]

    @property
    def precision(self) -> float:
        return len(self.found & self.expected) / len(self.found)

    @property
    def recall(self) -> float:
        return len(self.found & self.expected) / len(self.expected)

    @property
    def f1(self) -> float:
        return 2 * self.precision * self.recall / (self.precision + self.recall)


def load(name: str) -> JsonValue:
    return JsonValue(parse_json((HERE / name).read_bytes(), max_bytes=2**20))


def name_of(component: Component) -> str:
    return component.purl or f"{component.name}@{component.version}"


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    mirror = tmp_path_factory.mktemp("mirror")
    import_advisories(HERE / "advisories", mirror, at=AT)
    found: set[Pair] = set()
    answers: dict[tuple[str, str], str] = {}
    for path in sorted((HERE / "sboms").glob("*.json")):
        for component in parse_sbom(path.read_bytes()).components:
            # One by one, so that one component's platform is not another's.
            result = match_components([component], load_advisories(mirror, [component]), at=AT)
            name = name_of(component)
            ((_, answer),) = result.answers.items()
            answers[path.stem, name] = answer.value
            for finding in result.findings:
                found.add((path.stem, name, finding.rule.removeprefix("osv/")))
    labels = load("labels.json").items()
    keys = [(one.field("sbom").text(), one.field("component").text()) for one in labels]
    return Outcome(
        found=frozenset(found),
        expected=frozenset(
            (*key, name.text())
            for key, one in zip(keys, labels, strict=True)
            for name in one.field("vulnerabilities").items()
        ),
        answers=answers,
        labels={k: one.field("answer").text() for k, one in zip(keys, labels, strict=True)},
    )


def floor(name: str) -> float:
    value = load("floor.json").field(name).value
    assert isinstance(value, int | float)
    return value


def test_every_component_has_one_label(outcome: Outcome) -> None:
    assert set(outcome.answers) == set(outcome.labels)
    assert len(outcome.labels) == len(load("labels.json").items()) >= floor("components")
    assert len(outcome.expected) >= floor("pairs")


def test_no_vulnerability_is_missed_that_was_found_before(outcome: Outcome) -> None:
    missed = sorted(outcome.expected - outcome.found)
    assert len(missed) <= floor("falseNegatives"), missed
    assert outcome.recall >= floor("recall")


def test_no_more_false_alarms_than_before(outcome: Outcome) -> None:
    assert outcome.precision >= floor("precision"), sorted(outcome.found - outcome.expected)
    assert outcome.f1 >= floor("f1")


def test_unknown_is_not_taken_for_clear(outcome: Outcome) -> None:
    wrong = {
        key: (answer, outcome.labels[key])
        for key, answer in outcome.answers.items()
        if answer != outcome.labels[key]
    }
    assert len(wrong) <= floor("wrongAnswers"), wrong
