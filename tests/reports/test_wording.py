"""The words that all reports share."""

from dataclasses import replace
from datetime import timedelta

import pytest

from assay.core.verdict import Verdict
from assay.findings.finding import Location, Severity
from assay.operations.checkreport import CheckReport
from assay.policy.metadata import Effect
from assay.reports.wording import (
    advice,
    advice_title,
    counted,
    describe_age,
    effect_word,
    examined,
    not_checked_words,
    ordered_rules,
    place,
    refusals,
    replay_command,
    sentence,
    severity_words,
)
from tests.reports import factory
from tests.reports.factory import finding, gap, reason, report, rule

WHY = reason()
GOOD = rule("good", Verdict.PASSED)
ALSO_GOOD = rule("also-good", Verdict.PASSED)
BAD = rule("bad", Verdict.FAILED, WHY)
WORSE = rule("worse", Verdict.FAILED, WHY, severity=Severity.CRITICAL)
DARK = rule("dark", Verdict.UNKNOWN, WHY)
ADVISES = rule("advises", Verdict.FAILED, WHY, effect=Effect.ADVISE)
WAIVED = rule("waived", Verdict.FAILED, WHY, waived=True)
ACCEPTED = gap(accepted="for now")

SENTENCES = {
    "All 2 enforced rules hold for this commit.": report(GOOD, ALSO_GOOD, ADVISES),
    "The one enforced rule holds for this commit.": report(GOOD),
    "The one enforced rule holds for this commit, with 1 accepted exception.": report(
        GOOD, not_checked=(ACCEPTED,)
    ),
    "The one enforced rule holds for this commit, with 2 accepted exceptions.": report(
        GOOD, not_checked=(ACCEPTED, gap("c", accepted="for now"))
    ),
    "1 of 2 enforced rules refuses this commit.": report(GOOD, BAD),
    "2 of 2 enforced rules refuse this commit.": report(BAD, WORSE),
    "1 of 2 enforced rules refuses this commit, and 1 could not tell.": report(BAD, DARK),
    "1 of 2 enforced rules could not tell; unknown is never yes.": report(GOOD, DARK),
    "The gate could not read all of its evidence; unknown is never yes.": report(GOOD, blind=True),
    "No rule is enforced at this gate; unknown is never yes.": report(ADVISES),
}


@pytest.mark.parametrize(("words", "of"), SENTENCES.items(), ids=SENTENCES)
def test_the_sentence(words: str, of: CheckReport) -> None:
    assert sentence(of) == words


def test_rules_are_shown_the_worst_first_and_those_that_advise_last() -> None:
    of = report(GOOD, ADVISES, DARK, BAD, WAIVED, WORSE)
    names = [judged.result.rule.id for judged in ordered_rules(of)]
    assert names == [
        f"source.{name}" for name in ("worse", "bad", "dark", "good", "advises", "waived")
    ]
    assert refusals(of) == (WORSE, BAD, DARK)
    assert advice(of) == (ADVISES, WAIVED)


def test_a_rule_counts_advises_or_is_waived() -> None:
    assert [effect_word(judged) for judged in (BAD, ADVISES, WAIVED)] == [
        "enforced",
        "advises",
        "waived",
    ]
    required = replace(ADVISES, effect=Effect.ENFORCE)
    assert effect_word(required) == "enforced"
    assert advice_title(report(ADVISES)) == "Advice"
    assert advice_title(report(WAIVED)) == "Advice, and rules that are waived"


def test_what_was_accepted_is_counted_apart() -> None:
    assert not_checked_words(report(not_checked=(ACCEPTED, gap("c"), gap("d")))) == (
        "2 open, 1 accepted"
    )


def test_counts() -> None:
    assert [counted(n, "rule") for n in (0, 1, 1200)] == ["0 rules", "1 rule", "1,200 rules"]
    found = (finding("a", Severity.LOW), finding("b", Severity.LOW), finding("c", Severity.UNKNOWN))
    assert severity_words(found) == "2 low, 1 unknown"
    assert severity_words(()) == "none"


PLACES = {
    "a.py": Location(path="a.py"),
    "a.py:3": Location(path="a.py", line=3),
    "a.py:3 (history only)": Location(path="a.py", line=3, note="history only"),
}


@pytest.mark.parametrize(("words", "location"), PLACES.items(), ids=PLACES)
def test_the_place_of_a_finding(words: str, location: Location) -> None:
    assert place(replace(finding(), locations=(location,))) == words
    two_more = (location, Location(path="b"), Location(path="c"))
    assert place(replace(finding(), locations=two_more)) == f"{words} and 2 more"


def test_what_was_looked_at_is_named_by_number() -> None:
    assert dict(examined(report())) == {
        "objects searched for secrets": 0,
        "commits": 0,
        "component": 1,
        "advisories about them": 0,
        "workflow files": 0,
        "Python files": 12,
    }


def test_files_of_containers_and_pipelines_are_looked_at_too() -> None:
    counts = {"dockerfiles": 1, "compose_files": 2, "gitlab_pipelines": 1}
    scan = replace(factory.scan(), scanner="configuration", examined=counts)
    told = dict(examined(replace(report(), reports=(scan,))))
    assert (told["Dockerfile"], told["Compose files"], told["GitLab pipeline file"]) == (1, 2, 1)


COMMANDS = {
    "/src/shop": "/src/shop",
    "/src/my shop": "'/src/my shop'",
    "/src/$(id)`id`;&|": "'/src/$(id)`id`;&|'",
    "/src/it's": """'/src/it'"'"'s'""",
    "/src/\x1b[2J": ".",
    "/src/\u202egpj": ".",
    "/src/caf\udce9": ".",
    "/src/a\nb": ".",
}


@pytest.mark.parametrize(("path", "shown"), COMMANDS.items(), ids=range(len(COMMANDS)))
def test_the_replay_command_can_be_pasted(path: str, shown: str) -> None:
    assert replay_command(report(path=path)) == f"assay replay 7 --repository {shown}"


AGES = {
    "0 s": timedelta(),
    "119 s": timedelta(seconds=119),
    "2 min": timedelta(seconds=120),
    "119 min": timedelta(minutes=119, seconds=59),
    "2 h": timedelta(hours=2),
    "47 h": timedelta(hours=47, minutes=59),
    "2 days": timedelta(days=2),
    "400 days": timedelta(days=400),
}


@pytest.mark.parametrize(("words", "age"), AGES.items())
def test_ages(words: str, age: timedelta) -> None:
    assert describe_age(age) == words


def test_every_sample_has_a_sentence() -> None:
    for sample in (factory.refused(), factory.passed(), factory.unknown(), factory.blind()):
        assert sentence(sample).endswith(".")
