"""From the files of a commit and the advisories to the plan, with edits that were read again.

Nothing is run and nothing is asked here: releases come from a `Catalogue`. An edit counts only
where the inventory's own reader finds in it exactly what was planned, and matching no longer finds
what it mends.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from assay.core.errors import MalformedError
from assay.core.verdict import Verdict
from assay.vuln.ranges import Answer
from assay.vuln.remedy.candidates import Candidates, Choices, is_malicious
from assay.vuln.remedy.changes import Change, Draft
from assay.vuln.remedy.checking import check_edit
from assay.vuln.remedy.commands import upgrade_command, without_command
from assay.vuln.remedy.editing import edit_lock
from assay.vuln.remedy.leading import Lead, find_leads
from assay.vuln.remedy.locks import said_beside
from assay.vuln.remedy.model import Lock, Pin
from assay.vuln.remedy.notes import release_notes
from assay.vuln.remedy.overrides import override_hint
from assay.vuln.remedy.plan import Mended, Unfixed, Upgrade
from assay.vuln.remedy.ranking import Ranking, total_rank
from assay.vuln.remedy.solving import Solver
from assay.vuln.remedy.steps import Step, step_between
from assay.vuln.remedy.work import Edited, Work
from assay.vuln.versions import BEGINNING, version_key

ONLINE: Final = "look releases up with --online, or in a copy with --index"
REMOVE: Final = "take it out, and treat what it ran on as broken into: it is made to do harm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What shall be mended: `only` are ids of vulnerabilities and names of packages; none: all."""

    only: frozenset[str]
    max_step: Step

    def matching(self, pin: Pin, has: tuple[Mended, ...]) -> frozenset[str]:
        """Return which of `only` the package is, or anything that it has."""
        ids = (name for one in has for name in (one.vulnerability, *one.aliases))
        names = {name.lower() for name in (pin.name, pin.key, *ids)}
        return frozenset(one for one in self.only if one.lower() in names)


@dataclass(slots=True, kw_only=True)
class Maker:
    """A plan in the making. `texts` are the edited files by path.

    `left_out` are files of the commit that were not read: what they say of a lock file near them is
    not known, so that this is not edited.
    """

    files: Mapping[str, bytes]
    left_out: frozenset[str] = frozenset()
    candidates: Candidates
    ranking: Ranking
    wanted: Wanted
    upgrades: list[Upgrade] = field(default_factory=list)
    unfixed: list[Unfixed] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    matched: set[str] = field(default_factory=set)  # of what was asked for
    led: dict[str, list[tuple[Lead, Pin, tuple[Mended, ...]]]] = field(default_factory=dict)

    def takes(self, pin: Pin, has: tuple[Mended, ...]) -> bool:
        """Tell whether the package, or anything that it has, was asked for."""
        found = self.wanted.matching(pin, has)
        self.matched |= found
        return bool(found) or not self.wanted.only

    def take(self, lock: Lock) -> None:
        """Plan for one lock file, and edit it."""
        if beside := said_beside(lock, self.left_out):
            lock = replace(lock, why_not=f"{beside} was not read, and may ask for something else")
        solver = Solver(lock=lock, candidates=self.candidates, max_step=self.wanted.max_step)
        affected = self._affected(lock)
        self._ask_ahead(solver, [pin for pin, _ in affected])
        for pin, has in affected:
            if pin.key not in solver.draft.changes:
                self._solve(solver, pin, has)
        if solver.draft.changes:
            edited = self._edit(lock, solver.draft)
            for change in solver.draft.changes.values():
                self.upgrades.append(self._upgrade(lock, change, edited, solver.draft))
        self.upgrades += [self._led(lock, led) for led in self.led.values()]
        self.led.clear()

    def _ask_ahead(self, solver: Solver, affected: list[Pin]) -> None:
        """Ask for all at once that will be asked for one after the other."""
        lock, catalogue = solver.lock, self.candidates.catalogue
        if not affected or not catalogue.covers(lock.ecosystem):
            return
        keys = solver.asking.near({pin.key for pin in affected})
        catalogue.prepare(
            lock.ecosystem, [(p, p.version) for p in lock.pins.values() if p.key in keys and p.purl]
        )
        first = [(pin, solver.choices(pin).safe[:1]) for pin in affected]
        catalogue.prepare(lock.ecosystem, [(pin, safe[0]) for pin, safe in first if safe])

    def _affected(self, lock: Lock) -> list[tuple[Pin, tuple[Mended, ...]]]:
        """Return what has anything that is to be mended, the most urgent first."""
        found = []
        for pin in lock.pins.values():
            answer = self.candidates.answer(pin) if pin.purl else None
            if answer is not None and answer.answer is Answer.AFFECTED:
                has = self.ranking.of(answer)
                if self.takes(pin, has):
                    found.append((pin, has))
        return sorted(found, key=lambda pair: (total_rank(pair[1]), pair[0].key))

    def _solve(self, solver: Solver, pin: Pin, has: tuple[Mended, ...]) -> None:
        lock = solver.lock
        if is_malicious(self.candidates.answer(pin)):
            self._leave(lock, pin, has, "it is reported as malicious", REMOVE)
            return
        choices = solver.choices(pin)
        why = solver.raise_pin(pin, choices.safe) if choices.safe else _why_none(choices)
        if why and choices.better and not solver.raise_pin(pin, choices.better):
            return
        leads = find_leads(solver, pin, choices.safe) if why and choices.known else ()
        for lead in leads:
            self.led.setdefault(lead.pin.key, []).append((lead, pin, has))
        if why and not leads:
            near = [one for one in choices.safe if self._is_near(lock, pin, one)]
            hint = override_hint(lock, pin, near) if choices.known or choices.safe else ONLINE
            if solver.asking.has_twin(pin) and near:
                hint = upgrade_command(lock, pin, near[0]) or hint
            self._leave(lock, pin, has, why, hint)

    def _is_near(self, lock: Lock, pin: Pin, version: str) -> bool:
        step = step_between(lock.ecosystem, pin.version, version)
        return step.size <= self.wanted.max_step.size

    def _led(self, lock: Lock, led: list[tuple[Lead, Pin, tuple[Mended, ...]]]) -> Upgrade:
        """Return the upgrade of a direct dependency that others come up with."""
        lead = max(
            (lead for lead, _, _ in led),
            key=lambda one: version_key(lock.ecosystem, one.to) or BEGINNING,
        )
        mends = dict.fromkeys(one for _, _, has in led for one in has)
        return Upgrade(
            path=lock.path,
            place=lead.pin.key,
            ecosystem=lock.ecosystem,
            package=lead.pin.name,
            old=lead.pin.version,
            new=lead.to,
            step=step_between(lock.ecosystem, lead.pin.version, lead.to),
            direct=lead.pin.direct,
            mends=tuple(mends),
            because=", ".join(sorted({pin.name for _, pin, _ in led})),
            why_not="what comes with it is for your own tool to work out",
            command=upgrade_command(lock, lead.pin, lead.to),
        )

    def _leave(self, lock: Lock, pin: Pin, has: tuple[Mended, ...], why: str, hint: str) -> None:
        self.unfixed.append(
            Unfixed(
                path=lock.path,
                place=pin.key,
                ecosystem=lock.ecosystem,
                package=pin.name,
                version=pin.version,
                has=has,
                why=why,
                hint=hint,
            )
        )

    def _edit(self, lock: Lock, draft: Draft) -> Edited:
        """Edit the files, and keep the edits only where they read as they should."""
        work = Work(
            lock=lock,
            changes=draft.changes,
            rewrites=tuple(draft.rewrites.values()),
            catalogue=self.candidates.catalogue,
            load=self._text,
        )
        try:
            edited = edit_lock(work)
            made = [draft.changes[key] for key in edited.made]
            if made:
                check_edit(lock, made, self._data(lock.path), edited.texts)
        except (MalformedError, UnicodeDecodeError) as error:
            why = error.what if isinstance(error, MalformedError) else "it is not UTF-8"
            return Edited(refused=dict.fromkeys(draft.changes, why))
        self.texts |= edited.texts
        return edited

    def _data(self, path: str) -> bytes:
        if path not in self.files:
            raise MalformedError(f"{path} is not among the files that were read")
        return self.texts[path].encode() if path in self.texts else self.files[path]

    def _text(self, path: str) -> str:
        return self._data(path).decode()

    def _upgrade(self, lock: Lock, change: Change, edited: Edited, draft: Draft) -> Upgrade:
        pin = change.pin
        has = self.ranking.of(self.candidates.answer(pin))
        after = self.candidates.answer(pin, change.to)
        left = {match.vulnerability for match in after.matches}
        made = pin.key in edited.made
        because = draft.changes.get(change.because)
        command = "" if made else upgrade_command(lock, pin, change.to)
        by_hand = "" if made or command else without_command(lock, pin)
        return Upgrade(
            path=lock.path,
            place=pin.key,
            ecosystem=lock.ecosystem,
            package=pin.name,
            old=pin.version,
            new=change.to,
            step=step_between(lock.ecosystem, pin.version, change.to),
            direct=pin.direct,
            mends=tuple(one for one in has if one.vulnerability not in left),
            because="" if because is None else because.pin.name,
            left=tuple(sorted(left)),
            notes=(
                *release_notes(self.candidates.catalogue, lock, change),
                *((by_hand,) if by_hand else ()),
            ),
            verdict=Verdict.PASSED if made else Verdict.UNKNOWN,
            why_not="" if made else edited.refused.get(pin.key, "it is not edited here"),
            command=command,
        )


def _why_none(choices: Choices) -> str:
    if choices.unknown:
        return f"of {choices.unknown} newer versions nobody can tell whether they have it"
    if choices.known:
        return "every newer version has a known vulnerability, or there is none"
    return "no advisory names a version that fixes it"
