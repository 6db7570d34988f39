"""Reviews for people: what was recorded, and how far a branch was reviewed."""

from collections.abc import Iterator
from typing import Final

import typer

from assay.assurance.status import WORDS
from assay.core.printable import printable
from assay.core.verdict import Verdict
from assay.operations.attest_source import SourceAttested, level_name
from assay.operations.review_change import ReviewRecorded
from assay.operations.show_owners import OwnersShown
from assay.operations.show_reviews import ReviewStatus
from assay.operations.show_tags import TagsShown
from assay.reports.wording import counted
from assay.source.coverage import Coverage
from assay.source.sourcelevel import FIRST_LEVEL

_SHOWN: Final = 20  # open changes; --json has all of them
_SHORT: Final = 12
_FEW: Final = 3  # paths that are named for one missing owner
_SAID: Final = {"approve": "Approved", "reject": "Rejected", "withdraw": "Took back"}


def print_review(recorded: ReviewRecorded) -> None:
    """Print what was recorded."""
    review = recorded.review
    commits = counted(len(review.commits), "commit")
    files = counted(review.files, "file")
    base = review.base[:_SHORT] or "the empty history"
    lines = (
        f"{_SAID[review.decision.value]} by {review.reviewer}: {commits}, {files}, on {base}",
        f"  head {review.head[:_SHORT]}, to go into {review.branch}",
        f"  the tree that comes of it: {review.merged_tree}",
        f"  entry {recorded.index} of the log",
    )
    for line in lines:
        typer.echo(printable(line))
    if review.tip in review.commits:
        typer.echo("  The branch has it already: this does not make it a change that was reviewed.")
    for gap in review.not_checked:
        typer.echo(printable(f"  not checked: {gap}"))


def print_status(status: ReviewStatus) -> None:
    """Print how far a range was reviewed."""
    for line in _lines(status.coverage):
        typer.echo(printable(line, limit=1000))


def print_owners(shown: OwnersShown) -> None:
    """Print for each change whose approval its paths lack."""
    for line in _owners_lines(shown):
        typer.echo(printable(line, limit=1000))


def _owners_lines(shown: OwnersShown) -> Iterator[str]:
    number = counted(len(shown.changes), "change")
    yield f"{shown.verdict.value}  owners of {number} on {shown.branch}"
    for change in shown.changes[:_SHOWN]:
        by = (
            f"approved by {', '.join(change.by)}" if change.by else "approved by nobody that counts"
        )
        yield f"  {change.commit[:_SHORT]} {change.verdict.value}: {change.title} ({by})"
        for owners, paths in change.missing.items():
            some = ", ".join(one.path for one in paths[:_FEW])
            more = f" and {len(paths) - _FEW} more" if len(paths) > _FEW else ""
            asked = f"missing: {', '.join(owners)}" if owners else paths[0].why
            yield f"    {asked}, for {some}{more}"
    if len(shown.changes) > _SHOWN:
        yield f"  and {len(shown.changes) - _SHOWN} more; --json names all of them"
    yield from (f"  not checked: {gap}" for gap in shown.not_checked[:_SHOWN])


def print_attested(attested: SourceAttested) -> None:
    """Print which revision was recorded, its level, and what the next one lacks."""
    revision = attested.revision
    lines = [
        f"{level_name(revision.level)}  {revision.commit[:_SHORT]} on {revision.branch}",
        f"  entry {attested.index} of the log",
    ]
    if attested.summary is not None:
        lines.append(f"  summary: {attested.summary}")
    for answer in revision.answers:
        level = FIRST_LEVEL[answer.requirement]
        word = WORDS[answer.verdict]
        reason = f": {answer.reason}" if answer.reason else ""
        lines.append(f"  {level}  {answer.requirement} {word}{reason}")
    for line in lines:
        typer.echo(printable(line))
    for gap in revision.coverage.not_checked:
        typer.echo(printable(f"  not checked: {gap}"))


def print_tags(shown: TagsShown) -> None:
    """Print a line for each tag."""
    if not shown.tags:
        typer.echo("UNKNOWN  no tags")
    for one in shown.tags:
        name = one.ref.removeprefix("refs/tags/")
        said = one.reason or f"signed by {one.signature.principal}"
        typer.echo(printable(f"{one.verdict.value:8} {name} {one.commit[:_SHORT]}: {said}"))


def _lines(coverage: Coverage) -> Iterator[str]:
    base = coverage.base[:_SHORT] or "the first commit"
    yield (
        f"{coverage.verdict.value}  {counted(coverage.changes, 'change')} on "
        f"{coverage.branch} since {base}: {coverage.reviewed} reviewed, "
        f"{coverage.unreviewed} not, {coverage.unknown} nobody can tell, "
        f"{coverage.empty} without a changed file"
    )
    if coverage.reviewers:
        yield f"  reviewers: {', '.join(coverage.reviewers)}"
    for one in coverage.open[:_SHOWN]:
        word = "not reviewed" if one.verdict is Verdict.FAILED else "unknown"
        yield f"  {one.commit[:_SHORT]} {word}: {one.title}"
        yield from (f"    {reason}" for reason in one.reasons)
    if len(coverage.open) > _SHOWN:
        yield f"  and {len(coverage.open) - _SHOWN} more; --json names all of them"
    for what, commits in (
        ("has what neither side has, though nothing stood in the way", coverage.merges.differing),
        ("had a conflict, which somebody resolved", coverage.merges.by_hand),
        ("was on the branch, and is not in its history any more", coverage.lost),
    ):
        yield from (f"  {commit[:_SHORT]} {what}" for commit in commits)
    yield from (f"  not checked: {gap}" for gap in coverage.not_checked)
