"""Putting releases into the tables, and taking them out.

The functions are called inside of a transaction.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from assay.core.clock import format_time
from assay.core.strictjson import render_canonical_json
from assay.sbom.component import Component
from assay.system.database import Database, Row
from assay.vuln.foreign.joining import wanted_products
from assay.vuln.portfolio.graph import ROOT_NUMBER, parse_graph, render_graph
from assay.vuln.portfolio.held import Held, found_by, held_in
from assay.vuln.portfolio.release import REPLACED, ROOT, Release, parents_of, place_of
from assay.vuln.portfolio.rows import context_of, cpes_text, data_of, number_of, text_of

COMMIT: Final = "gitCommit:"  # how the subject of a release begins that is a commit


def add_release(database: Database, release: Release, components: Sequence[Component]) -> None:
    """Add a release, in the place of what was known of its subject; it is not current yet."""
    _take_out_subject(database, release)
    number = _newest(database.query_one("SELECT MAX(number) FROM portfolio_releases")) + 1
    subject = str(release.subject)
    database.execute(
        "INSERT INTO portfolio_releases (number, log, line, product, subject, statement, "
        "recorded_at, context, unnamed, problem, place) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            number,
            release.log,
            # The commits of a log are one line, whatever the product was called meanwhile.
            "" if subject.startswith(COMMIT) else release.product,
            release.product,
            subject,
            str(release.statement),
            format_time(release.recorded_at),
            render_canonical_json(release.context.as_json()).decode(),
            release.unnamed,
            release.problem,
            REPLACED,
        ),
    )
    _add_holdings(database, number, components)


def forget_log(database: Database, origin: str) -> None:
    """Take out all releases of a log."""
    found = database.query("SELECT number, place FROM portfolio_releases WHERE log = ?", (origin,))
    for number, place in found:
        _take_out(database, number_of(number), number_of(place))


def mark_current(database: Database, origin: str, kept: Iterable[str]) -> None:
    """Make the newest release of each line of a log current, and the subjects in `kept`.

    All others of the log are replaced ones.
    """
    subjects = frozenset(kept)
    rows = database.query(
        "SELECT number, line, subject, context, place FROM portfolio_releases WHERE log = ? "
        "ORDER BY number",
        (origin,),
    )
    newest = {text_of(line): number_of(number) for number, line, *_ in rows}
    wanted = {
        *newest.values(),
        *(number_of(n) for n, _, subject, *_ in rows if subject in subjects),
    }
    for number, _, _, context, place in rows:
        is_wanted = number_of(number) in wanted
        right = place_of(context_of(text_of(context))) if is_wanted else REPLACED
        if right != place:
            _move(database, number_of(number), number_of(place), right)


def _move(database: Database, release: int, place: int, right: int) -> None:
    """Change the place of a release, in each of its holdings too."""
    database.execute("UPDATE portfolio_releases SET place = ? WHERE number = ?", (right, release))
    held = _held(database, release)
    database.execute_many(_DROP_HOLDING, [(package, place, release) for package in held])
    database.execute_many(_ADD_HOLDING, [(package, right, release) for package in held])


def _take_out_subject(database: Database, release: Release) -> None:
    found = database.query(
        "SELECT number, place FROM portfolio_releases WHERE log = ? AND line = ? AND subject = ?",
        (
            release.log,
            "" if str(release.subject).startswith(COMMIT) else release.product,
            str(release.subject),
        ),
    )
    for number, place in found:
        _take_out(database, number_of(number), number_of(place))


def _take_out(database: Database, release: int, place: int) -> None:
    held = _held(database, release)
    database.execute_many(_DROP_HOLDING, [(package, place, release) for package in held])
    database.execute("DELETE FROM portfolio_graphs WHERE release = ?", (release,))
    database.execute("DELETE FROM portfolio_said WHERE release = ?", (release,))
    database.execute("DELETE FROM portfolio_releases WHERE number = ?", (release,))


_ADD_HOLDING: Final = "INSERT INTO portfolio_holdings (package, place, release) VALUES (?, ?, ?)"
_DROP_HOLDING: Final = (
    "DELETE FROM portfolio_holdings WHERE package = ? AND place = ? AND release = ?"
)


def _held(database: Database, release: int) -> Sequence[int]:
    row = database.query_one("SELECT graph FROM portfolio_graphs WHERE release = ?", (release,))
    return () if row is None else tuple(parse_graph(data_of(row[0])))


def _add_holdings(database: Database, release: int, components: Sequence[Component]) -> None:
    parents = parents_of(components)
    numbers = _numbers(database, held_in(components))
    held = {numbers[name]: _parent_number(up, numbers) for name, up in parents.items()}
    database.execute(
        "INSERT INTO portfolio_graphs (release, graph) VALUES (?, ?)",
        (release, render_graph(held)),
    )
    rows: list[Row] = [(package, REPLACED, release) for package in held]
    database.execute_many(_ADD_HOLDING, rows)


def _parent_number(parent: str | None, numbers: Mapping[str, int]) -> int | None:
    if parent is None:
        return None
    return ROOT_NUMBER if parent == ROOT else numbers[parent]


def _numbers(database: Database, held: Mapping[str, Held]) -> Mapping[str, int]:
    """Return the number of each package, given one first where it has none."""
    rows: list[Row] = [(one.purl, cpes_text(one.cpes)) for one in held.values()]
    found = database.query_each(
        "SELECT number FROM portfolio_packages WHERE purl = ? AND cpes = ?", rows
    )
    last = _newest(database.query_one("SELECT MAX(number) FROM portfolio_packages"))
    numbers: dict[str, int] = {}
    made: list[Row] = []
    products: list[Row] = []
    for one, key, row in zip(held.values(), rows, found, strict=True):
        if row is None:
            last += 1
            made.append((last, *key, *found_by(one)))
            products += [(product, last) for product in sorted(wanted_products((one.component,)))]
        numbers[one.purl] = last if row is None else number_of(row[0])
    database.execute_many(
        "INSERT INTO portfolio_packages (number, purl, cpes, ecosystem, name) "
        "VALUES (?, ?, ?, ?, ?)",
        made,
    )
    database.execute_many(
        "INSERT INTO portfolio_products (product, package) VALUES (?, ?)", products
    )
    return numbers


def _newest(row: Row | None) -> int:
    return number_of((row[0] if row else 0) or 0)
