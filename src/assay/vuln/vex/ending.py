"""Which words about one finding end which others, before their own ends are looked at.

* An author's newer word takes the place of the older one; of one moment the worse one counts. It is
  the same author only where all who signed the older word signed the newer one too.
* A later version of a document ends what the earlier one took away, and so does a withdrawal.
* "Affected" ends by its author's own word alone, and an entry that nobody could read by a later
  version of its document: neither by somebody else's withdrawal.

Words are held against what each voice said last, not against each other: documents may repeat one
a hundred thousand times.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from assay.core.clock import format_time
from assay.vuln.vex.account import BLOCKING, TAKING, UNREAD, VexWord
from assay.vuln.vex.source import VexSource, said_at

_NEVER: Final = datetime.min.replace(tzinfo=UTC)
_Voice = tuple[str, tuple[str, ...]]  # an author, and who signed


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidWord:
    """A word before it is compared with others, and the document that it is from."""

    word: VexWord
    source: VexSource

    @property
    def voice(self) -> _Voice:
        """Return whose word it is."""
        return self.word.author, self.word.signed_by


@dataclass(slots=True)
class _Last:
    """When one voice spoke last, said each status last, and said what takes nothing away."""

    at: datetime = _NEVER
    by_status: dict[str, datetime] = field(default_factory=dict)
    loud: set[datetime] = field(default_factory=set)

    def add(self, word: VexWord) -> None:
        self.at = max(self.at, word.said_at)
        self.by_status[word.status] = max(self.by_status.get(word.status, _NEVER), word.said_at)
        if word.status not in TAKING:
            self.loud.add(word.said_at)

    def ends(self, word: VexWord) -> bool:
        quiet = word.status in TAKING and word.said_at in self.loud
        return quiet or self.at > word.said_at

    def repeats(self, word: VexWord) -> bool:
        return self.by_status.get(word.status, _NEVER) > word.said_at


class LastWords:
    """All that is said about one finding, ready to tell which of it still holds."""

    def __init__(self, said: Sequence[SaidWord], *, replaced: frozenset[int]) -> None:
        self._replaced = replaced
        self._voices: dict[_Voice, _Last] = {}
        for one in said:
            # What cannot be read ends nothing; nor does what was taken back.
            if not one.source.withdrawn and one.word.status != UNREAD:
                self._voices.setdefault(one.voice, _Last()).add(one.word)

    def is_repeated(self, one: SaidWord) -> bool:
        """Tell whether its author said the same again: the older word has nothing to add."""
        return one.word.status != UNREAD and any(v.repeats(one.word) for v in self._same(one))

    def why_ended(self, one: SaidWord) -> str:
        """Say by what a word was ended; empty where it was not."""
        if one.source.withdrawn:
            return "withdrawn by its author"
        if one.source.ended and one.word.status not in BLOCKING:
            return "withdrawn"
        newer = [v.at for v in self._same(one) if v.ends(one.word)]
        if newer and one.word.status != UNREAD:
            return f"its author said otherwise on {format_time(max(newer))}"
        lasts = one.word.status in BLOCKING and one.word.status != UNREAD
        if not lasts and id(one.source) in self._replaced:
            return "a newer version of the document took its place"
        return ""

    def _same(self, one: SaidWord) -> Iterable[_Last]:
        """Return what the same author said last, by the same signers and perhaps more."""
        author, signers = one.voice
        return (
            last
            for (name, names), last in self._voices.items()
            if name == author and set(signers) <= set(names)
        )


def replaced_documents(sources: Iterable[VexSource]) -> frozenset[int]:
    """Return the `id()` of each document of which a later version is here, by the same signers."""
    kinds: dict[tuple[str, str], dict[frozenset[str], list[VexSource]]] = {}
    for source in sources:
        if source.document.id:
            named = kinds.setdefault((source.document.id, source.document.author), {})
            named.setdefault(source.signer_names, []).append(source)
    return frozenset(id(one) for named in kinds.values() for one in _replaced(named))


def _replaced(named: Mapping[frozenset[str], list[VexSource]]) -> Iterable[VexSource]:
    for names, sources in named.items():
        others = [other for who, found in named.items() if names <= who for other in found]
        newest = max(_stated(other) for other in others)
        highest = max(other.document.version for other in others)
        last = max((*_stated_age(other), other.place) for other in others)
        for one in sources:
            age = _stated_age(one)
            # Where number and time disagree on which is later, neither takes anything away.
            if age[0] < newest or age[1] < highest or (*age, one.place) < last:
                yield one


def _stated(source: VexSource) -> datetime:
    """Return when a document was made: at the latest when it was recorded, for all who know."""
    return min(said_at(source) or source.recorded_at, source.recorded_at)


def _stated_age(source: VexSource) -> tuple[datetime, int]:
    return _stated(source), source.document.version
