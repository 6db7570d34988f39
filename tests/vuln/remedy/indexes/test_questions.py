"""Questions that are put ahead change the time that a plan takes, and nothing else."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import pytest

from assay.core.errors import UnavailableError
from assay.core.notchecked import NotChecked
from assay.vuln.remedy.indexes.questions import MAX_QUESTIONS, Counter, Questions, TooManyError
from assay.vuln.remedy.model import Catalogue, Pin, Release, Requirement
from tests.vuln.remedy.shelf import Shelf, advisory, plan


def answering(*answers: str) -> tuple[list[str], Mapping[tuple[str, ...], Callable[[], str]]]:
    asked: list[str] = []

    def ask(text: str) -> str:
        asked.append(text)
        if text.startswith("no"):
            raise UnavailableError(text)
        return text.upper()

    return asked, {(text,): partial(ask, text) for text in answers}


def test_each_is_asked_once_and_an_error_is_told_when_it_is_asked_for() -> None:
    asked, questions = answering("a", "no b")
    known: Questions[str] = Questions(asked=Counter())
    known.ask_ahead(questions)
    known.ask_ahead(questions)
    assert sorted(asked) == ["a", "no b"]
    assert known.ask(("a",), questions["a",]) == "A"
    assert (known.known(("a",)), known.known(("no b",)), known.known(("c",))) == ("A", None, None)
    for _ in range(2):
        with pytest.raises(UnavailableError) as caught:
            known.ask(("no b",), questions["no b",])
        assert str(caught.value) == "[unavailable] no b"
    assert len(asked) == 2


def test_what_is_over_the_bound_is_not_asked() -> None:
    asked, questions = answering("a", "b", "c")
    known: Questions[str] = Questions(asked=Counter(number=MAX_QUESTIONS - 2))
    known.ask_ahead(questions)
    assert sorted(asked) == ["a", "b"]
    with pytest.raises(TooManyError) as caught:
        known.ask(("c",), questions["c",])
    assert caught.value.what == "over 2000 questions"
    assert known.ask(("a",), questions["a",]) == "A"


class OneByOne:
    """A catalogue that puts nothing ahead."""

    def __init__(self, inner: Catalogue) -> None:
        self.inner = inner

    def prepare(self, ecosystem: str, wanted: Sequence[tuple[Pin, str]]) -> None:
        del ecosystem, wanted

    def releases(self, ecosystem: str, pin: Pin) -> Mapping[str, Release] | None:
        return self.inner.releases(ecosystem, pin)

    def requirements(
        self, ecosystem: str, pin: Pin, version: str
    ) -> tuple[Requirement, ...] | None:
        return self.inner.requirements(ecosystem, pin, version)

    def covers(self, ecosystem: str) -> bool:
        return self.inner.covers(ecosystem)

    @property
    def gaps(self) -> tuple[NotChecked, ...]:
        return self.inner.gaps


def test_a_plan_is_the_same_one_by_one(tmp_path: Path) -> None:
    """Errors included: a page of a package that nobody needs in the end may be missing."""
    shelf = Shelf(tmp_path)
    shelf.pypi("shop", {"1.0": (), "1.5": ("till>=2",)})
    shelf.pypi("till", {"1.0": (), "2.1": ()})
    shelf.pypi("counter", {"1.0": ("shop<1.5",), "1.2": ("shop",)})
    lines = "".join(f"{name}==1.0\n" for name in ("shop", "till", "counter", "gone", "away"))
    made = [
        plan({"requirements.txt": lines}, advisory("PyPI", "shop", "1.5"), catalogue=one)
        for one in (shelf.catalogue(), OneByOne(shelf.catalogue()))
    ]
    assert made[0].as_json() == made[1].as_json()
    assert made[0].texts["requirements.txt"].startswith("shop==1.5\ntill==2.1\ncounter==1.2\n")
    assert [gap.where for gap in made[0].not_checked] == ["away", "gone"]
