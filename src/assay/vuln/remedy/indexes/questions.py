"""Questions to an index, each put once, several at a time where they are known ahead.

What comes ahead changes nothing but the time: an answer, or the error in its place, is kept until
somebody asks, and is told of only then.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from assay.core.errors import AssayError, UnavailableError
from assay.system.threads import run_threads

MAX_QUESTIONS: Final = 2000  # in one plan; a hostile lock file must not make us ask for ever
AT_ONCE: Final = 8

_Answer = TypeVar("_Answer")
Key = tuple[str, ...]


class TooManyError(UnavailableError):
    """More than `MAX_QUESTIONS` were asked."""


@dataclass(slots=True, kw_only=True)
class Questions(Generic[_Answer]):
    """The answers of an index, by what was asked."""

    asked: "Counter"
    _answers: dict[Key, _Answer | AssayError] = field(default_factory=dict)

    def ask_ahead(self, questions: Mapping[Key, Callable[[], _Answer]]) -> None:
        """Put the questions that were not put yet, as far as that is allowed."""
        new = [key for key in questions if key not in self._answers][: self.asked.left]
        self.asked.number += len(new)
        answers = run_threads(lambda key: _answered(questions[key]), new, workers=AT_ONCE)
        self._answers.update(zip(new, answers, strict=True))

    def has(self, key: Key) -> bool:
        """Tell whether it was asked."""
        return key in self._answers

    def known(self, key: Key) -> _Answer | None:
        """Return the answer where it is there already."""
        answer = self._answers.get(key)
        return None if isinstance(answer, AssayError) else answer

    def ask(self, key: Key, question: Callable[[], _Answer]) -> _Answer:
        """Return the answer.

        Raises:
            AssayError: There is none; `TooManyError` where it was not asked for.
        """
        if key not in self._answers:
            if not self.asked.left:
                raise TooManyError(f"over {MAX_QUESTIONS} questions")
            self.asked.number += 1
            self._answers[key] = _answered(question)
        answer = self._answers[key]
        if isinstance(answer, AssayError):
            raise answer
        return answer


@dataclass(slots=True, kw_only=True)
class Counter:
    """How many questions were put."""

    number: int = 0

    @property
    def left(self) -> int:
        """Return how many more may be put."""
        return max(0, MAX_QUESTIONS - self.number)


def _answered(question: Callable[[], _Answer]) -> _Answer | AssayError:
    try:
        return question()
    except AssayError as error:
        return error
