"""Tests of CVSS scores: their shape, their numbers, and the products that they are for."""

from collections.abc import Iterator
from typing import Final

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.vuln.csaf.cvssrules import (
    find_cvss_fault,
    find_disagreements,
    find_wrong_scores,
    whole_vector,
)
from assay.vuln.csaf.cvssscores import scores_of
from assay.vuln.csaf.rule import Breach, Said, Test, breach
from assay.vuln.csaf.view import View, scored, status_lists

_AGAIN: Final = "compute it from the vector"


def scores_of_one_version(view: View) -> Said:
    """Test 6.1.7."""
    for one in view.vulnerabilities:
        seen: set[tuple[str, str]] = set()
        for score, metrics in scored(one):
            version = metrics.optional_text("version") if _is_sound(metrics) else ""
            for item in score.field("products").items():
                if version and (item.text(), version) in seen:
                    what = f"{item.text()!r} has several scores of CVSS {version}"
                    yield breach(item, what, "leave one of them")
                seen.add((item.text(), version))


def shapes_of_cvss(view: View) -> Said:
    """Test 6.1.8."""
    for metrics in _all_metrics(view):
        fault = find_cvss_fault(metrics, member=metrics.where.rpartition(".")[2])
        if fault is not None:
            where = f"{metrics.where}.{fault.where()}".rstrip(".")
            yield Breach(where=where, what=fault.what, remedy="write it as FIRST's schema says")


def computed_scores(view: View) -> Said:
    """Test 6.1.9."""
    for metrics in filter(_is_sound, _all_metrics(view)):
        try:
            for value, said, right in find_wrong_scores(metrics):
                yield breach(value, f"{said}, where the vector gives {right}", _AGAIN)
        except MalformedError as error:
            yield Breach(where=error.where, what=error.what, remedy="name all base metrics")


def agreeing_metrics(view: View) -> Said:
    """Test 6.1.10."""
    for metrics in filter(_is_sound, _all_metrics(view)):
        for value, right in find_disagreements(metrics):
            yield breach(value, f"{value.text()}, where the vector says {right}", "make them agree")


def affected_without_score(view: View) -> Said:
    """Test 6.2.3."""
    for one in view.vulnerabilities:
        have = {item.text() for score, _ in scored(one) for item in score.field("products").items()}
        for _, item in status_lists(one, "first_affected", "known_affected", "last_affected"):
            if item.text() not in have:
                what = f"{item.text()!r} is affected and has no score"
                yield breach(item, what, "add a CVSS score")


def scores_of_fixed(view: View) -> Said:
    """Test 6.2.19: a score that stands for a fixed product too must say that nothing is left."""
    for one in view.vulnerabilities:
        fixed = {item.text() for _, item in status_lists(one, "first_fixed", "fixed")}
        for score, metrics in scored(one):
            if not _is_sound(metrics) or _environmental(metrics) == 0:
                continue
            for item in score.field("products").items():
                if item.text() in fixed:
                    what = f"{item.text()!r} is fixed, and its environmental score is not 0"
                    yield breach(item, what, "leave it out of the score, or add such metrics")


def only_cvss_2(view: View) -> Said:
    """Test 6.3.1."""
    for one in view.vulnerabilities:
        scores = [metrics for _, metrics in scored(one)]
        if scores and all(metrics.where.endswith("cvss_v2") for metrics in scores):
            yield breach(scores[0], "CVSS 2.0 is the only scoring system", "add a score of 3.1")


def cvss_3_0(view: View) -> Said:
    """Test 6.3.2."""
    for metrics in filter(_is_sound, _all_metrics(view)):
        if metrics.field("version").text() == "3.0":
            yield breach(metrics.field("version"), "CVSS 3.0", "use 3.1")


def _all_metrics(view: View) -> Iterator[JsonValue]:
    for one in view.vulnerabilities:
        yield from (metrics for _, metrics in scored(one))


def _is_sound(metrics: JsonValue) -> bool:
    """Tell whether test 6.1.8 found nothing; the others ask for no more than that."""
    return find_cvss_fault(metrics, member=metrics.where.rpartition(".")[2]) is None


def _environmental(metrics: JsonValue) -> float:
    """Return the environmental score as it stands there, else as it is computed."""
    said = metrics.optional("environmentalScore")
    if said is not None and isinstance(said.value, (int, float)):
        return said.value
    try:
        return scores_of(whole_vector(metrics)).environmental
    except MalformedError:
        return -1  # no score: test 6.1.9 says so


MANDATORY: Final = (
    Test(number="6.1.7", title="Several scores of one version", run=scores_of_one_version),
    Test(number="6.1.8", title="Invalid CVSS", run=shapes_of_cvss),
    Test(number="6.1.9", title="Wrong CVSS computation", run=computed_scores),
    Test(number="6.1.10", title="CVSS against its vector", run=agreeing_metrics),
)
OPTIONAL: Final = (
    Test(number="6.2.3", title="Affected product without a score", run=affected_without_score),
    Test(number="6.2.19", title="Score of a fixed product", run=scores_of_fixed),
)
INFORMATIVE: Final = (
    Test(number="6.3.1", title="CVSS 2.0 alone", run=only_cvss_2),
    Test(number="6.3.2", title="CVSS 3.0", run=cvss_3_0),
)
