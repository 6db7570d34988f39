"""The job summary: verdict, first step, reasons with remedies, and no markup from outside."""

from hypothesis import given, settings
from markdown_it import MarkdownIt
from markdown_it.token import Token

from assay.reports.markdown import render_markdown
from tests.reports import factory
from tests.reports.hostile import HOSTILE

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])

REFUSED = f"""\
# ❌ FAILED: shop

2 of 4 enforced rules refuse this commit, and 1 could not tell.

Commit `{"c0" * 20}` on `main`, gate `source`.

**Do this first:** critical Title of leak `k.env:3` → Remedy of leak.

## ❌ FAILED: Title of leaks

`source.leaks` · **What to do:** Solution of leaks.

* **critical** Title of leak `k.env:3` → Remedy of leak.

## ❌ FAILED: Title of code

`source.code` · **What to do:** Solution of code.

* **high** Title of flaw `app/a.py:3` → Remedy of flaw.
* not checked: file bandit: syntax error `f0.py`, `f1.py`, `f2.py` → make it valid Python

## ❔ UNKNOWN: Title of history

`source.history` · **What to do:** Solution of history.

* the clone is shallow `history` → Fetch it.

## Findings: 1 critical, 1 high, 1 low

* **low** Title of minor `c.py:3`

## Not checked: 3 open, 1 accepted

* file: bandit: syntax error `f0.py`, `f1.py`, `f2.py` → make it valid Python
* file: excluded `old.py` — *Accepted:* until 2027-01-01T00:00:00Z: it is old

## Advice

* Title of signed (`source.signed`): Solution of signed.

"""


def test_the_refusal() -> None:
    text = render_markdown(factory.refused()).decode()
    assert text.startswith(REFUSED)
    end = text.removeprefix(REFUSED).splitlines()
    assert end == [
        f"Recorded as entry 7 of the log, `{factory.logged(7, 'verdict').digest}`.",
        "Replay it: `assay replay 7 --repository /src/shop`",
    ]


def test_a_pass_with_a_waiver() -> None:
    text = render_markdown(factory.passed()).decode()
    assert "# ✅ PASSED: shop" in text
    assert "with 1 accepted exception." in text
    assert "— *Accepted:* we replace it in May, until 2026-07-01T00:00:00Z" in text
    assert "## Advice, and rules that are waived" in text
    assert "* Title of code (`source.code`) *(waived)*: Solution of code." in text
    assert "Do this first" not in text


def test_eighty_unread_files_are_one_line() -> None:
    text = render_markdown(factory.unknown()).decode()
    line = "`src/part0.py`, `src/part1.py`, `src/part2.py` and 77 more → make it valid Python"
    assert text.count(line) == 2  # as a reason, and under "Not checked"
    assert text.count("src/part") == 7


def test_a_gate_that_could_not_read_its_evidence() -> None:
    text = render_markdown(factory.blind()).decode()
    assert "## ❔ What the gate could not read\n\n* statement: cannot be read `3` →" in text


def test_it_stays_short() -> None:
    text = render_markdown(factory.huge(3000)).decode()
    assert "* and 2,993 more; the JSON report has all" in text
    assert len(text) < 10_000


def test_nothing_at_all_is_said() -> None:
    text = render_markdown(factory.report()).decode()
    assert "# ❔ UNKNOWN: shop\n\nNo rule is enforced at this gate; unknown is never yes." in text
    assert "## Not checked: 0 open, 0 accepted" in text


def _blocks(tokens: list[Token]) -> list[str]:
    return [token.type for token in tokens]


def _marks(tokens: list[Token]) -> list[str]:
    """Return the inline markup besides text and code."""
    children = [child for token in tokens for child in token.children or []]
    return [child.type for child in children if child.type not in {"text", "code_inline"}]


PLAIN = PARSER.parse(render_markdown(factory.hostile("plain")).decode())


@settings(deadline=None)  # a whole report for each text
@given(HOSTILE)
def test_no_text_from_outside_makes_markup(text: str) -> None:
    rendered = render_markdown(factory.hostile(text)).decode()
    tokens = PARSER.parse(rendered)
    assert _blocks(tokens) == _blocks(PLAIN)
    assert _marks(tokens) == _marks(PLAIN)
    assert all(c.isprintable() or c == "\n" for c in rendered)


def test_what_had_no_evidence_is_said_once_with_what_to_do() -> None:
    text = render_markdown(factory.report(factory.blank("one"), factory.blank("two"))).decode()
    assert (
        """## Advice

* 2 rules had no evidence to judge:
  * Title of one `source.one`
  * Title of two `source.two` → Ask the forge.
"""
        in text
    )
