"""Reach, for people: the level, what shows it, and what could raise it."""

import io

from assay.findings.reach import Level, Reach, Scope, Sight, make_reach
from assay.reports.lines import text_lines
from assay.reports.reachtext import print_reach

CALL = Sight(
    level=Level.REFERENCED,
    scope=Scope.TESTS,
    path="t.py",
    line=3,
    what="calls x",
    chain=("main (a.py:1)", "f (b.py:2)"),
)
TYPES = Sight(level=Level.IMPORTED, scope=Scope.TYPES, path="a.py", line=1, what="imports x")


def printed(reach: Reach | None) -> str:
    into = io.StringIO()
    print_reach(text_lines(into), reach)
    return into.getvalue()


def test_what_shows_it_and_what_could_raise_it() -> None:
    reach = make_reach(Level.DECLARED, (CALL, TYPES), [f"limit {i}" for i in range(7)], ["x"])
    assert printed(reach) == (
        "Reach  the vulnerable symbol is referenced, in tests only (t.py:3)\n"
        "  • t.py:3 (a test): calls x, by way of main (a.py:1) > f (b.py:2)\n"
        "  • a.py:1 (for types only): imports x\n"
        "  not seen through: x\n"
        "  could be nearer: limit 0\n"
        "  could be nearer: limit 1\n"
        "  could be nearer: limit 2\n"
        "  could be nearer: limit 3\n"
        "  could be nearer: limit 4\n"
        "  • and 2 more; see --json\n"
    )


def test_nothing_where_nobody_looked() -> None:
    assert printed(None) == ""
