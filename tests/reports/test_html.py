"""The page: what it says, what it leaves out, and that nothing from outside can act in it."""

import base64
import hashlib
import re

import pytest
from hypothesis import given, settings

from assay.core.printable import printable
from assay.core.verdict import Verdict
from assay.reports.html import render_html
from tests.reports import factory
from tests.reports.hostile import HOSTILE
from tests.reports.page import Page

LOADS = {"src", "srcset", "data", "poster", "action", "formaction", "background", "xlink:href"}
CSP = "default-src 'none'; style-src '{}'; base-uri 'none'; form-action 'none'"


def test_the_refusal_says_verdict_reasons_and_what_to_do_first() -> None:
    text = " ".join(Page(render_html(factory.refused())).text.split())
    assert "FAILED 2 of 4 enforced rules refuse this commit, and 1 could not tell." in text
    head, _, rest = text.partition("What stands in the way 3 rules, the worst first")
    assert "Title of leaks 1 reason FAILED Title of code 4 reasons UNKNOWN Title of history" in head
    assert "Do this first critical Title of leak k.env:3 Remedy of leak." in head
    for part in (
        "What to do: Solution of leaks. critical Title of leak k.env:3 Remedy of leak.",
        "high Title of flaw app/a.py:3 Remedy of flaw.",
        "not checked: file bandit: syntax error f0.py, f1.py, f2.py make it valid Python",
        "UNKNOWN Title of history source.history",
        "Findings 1 critical, 1 high, 1 low",
        "Not checked 3 open, 1 accepted",
        "open file: bandit: syntax error f0.py, f1.py, f2.py make it valid Python",
        "accepted file: excluded old.py Accepted: until 2027-01-01T00:00:00Z: it is old",
        "Advice does not count for the verdict FAILED Title of signed source.signed unsigned HEAD",
        "SSDF 1.1 1 met, 1 not met, 40 unknown of 42 tasks",
        "c2sp.org/tlog-proof@v1 index 7",
        "assay replay 7 --repository /src/shop",
    ):
        assert part in rest


def test_eighty_unread_files_are_one_entry_with_a_count() -> None:
    page = Page(render_html(factory.unknown()))
    text = " ".join(page.text.split())
    assert "UNKNOWN 1 of 2 enforced rules could not tell; unknown is never yes." in text
    assert "src/part4.py, src/part5.py and 74 more make it valid Python" in text
    assert "80 places" in text
    assert text.count("make it valid Python") == 3  # first step, reason, gap


def test_a_pass_with_an_exception_says_so_and_tells_what_is_waived() -> None:
    text = " ".join(Page(render_html(factory.passed())).text.split())
    assert "PASSED The one enforced rule holds for this commit, with 1 accepted exception." in text
    assert "Advice, and rules that are waived" in text
    assert "FAILED Title of code source.code waived weak a.py:1 Mend it." in text
    assert "Accepted: we replace it in May, until 2026-07-01T00:00:00Z" in text
    assert "Do this first" not in text


def test_a_gate_that_could_not_read_its_evidence_says_what() -> None:
    text = " ".join(Page(render_html(factory.blind())).text.split())
    assert "UNKNOWN The gate could not read all of its evidence; unknown is never yes." in text
    assert "Do this first statement: cannot be read 3 Record it again." in text


def test_the_page_loads_nothing_and_runs_nothing() -> None:
    page = Page(render_html(factory.refused()))
    for tag, attributes in page.tags:
        assert tag not in {"script", "img", "link", "iframe", "object", "embed", "base", "form"}
        names = {name for name, _ in attributes}
        assert not names & LOADS, tag
        assert "style" not in names, tag
        assert not any(name.startswith("on") for name in names), tag
    assert not re.search(r"url\(|@import", page.style)


def test_the_policy_of_the_page_lets_in_its_own_style_and_nothing_else() -> None:
    page = Page(render_html(factory.refused()))
    digest = base64.b64encode(hashlib.sha256(page.style.encode()).digest()).decode()
    [policy] = page.attributes("meta", **{"http-equiv": "Content-Security-Policy"})
    assert policy["content"] == CSP.format(f"sha256-{digest}")
    assert page.attributes("meta", name="referrer", content="no-referrer")


REFERENCES = {
    "https://example.org/a?b=c#d": True,
    "http://example.org/": False,
    "javascript:alert(1)": False,
    "https://example.org/\u202e": False,
    "https://user:word@example.org": False,
    "https://example.org/'onclick='": False,
    "CWE-78": False,
}


@pytest.mark.parametrize(("reference", "linked"), REFERENCES.items(), ids=REFERENCES)
def test_only_plain_https_references_become_links(reference: str, linked: bool) -> None:  # noqa: FBT001
    report = factory.report(findings=(factory.finding(references=(reference,)),))
    page = Page(render_html(report))
    outside = [a for a in page.attributes("a") if not str(a["href"]).startswith("#source.")]
    wanted = [{"href": reference, "rel": "noreferrer noopener"}] if linked else []
    assert outside == wanted
    assert ("example.org" if linked else printable(reference)) in page.text


def test_links_within_the_page_lead_somewhere() -> None:
    page = Page(render_html(factory.refused()))
    ids = {dict(attributes).get("id") for _, attributes in page.tags}
    inside = [str(a["href"]) for a in page.attributes("a") if str(a["href"]).startswith("#")]
    assert len(inside) == 3
    assert {href.removeprefix("#") for href in inside} <= ids


def test_what_stands_between_backticks_is_code() -> None:
    reason = factory.reason("w", "h", "Run `git <b>` now, `odd")
    html = render_html(factory.report(factory.rule("r", Verdict.FAILED, reason))).decode()
    assert "Run `git &lt;b&gt;` now, `odd" in html
    reason = factory.reason("w", "h", "Run `git <b>` now")
    html = render_html(factory.report(factory.rule("r", Verdict.FAILED, reason))).decode()
    assert "Run <code>git &lt;b&gt;</code> now" in html


def test_lists_are_bounded_and_say_what_they_leave_out() -> None:
    html = render_html(factory.huge(3000))
    text = " ".join(Page(html).text.split())
    assert "and 2,981 more; the JSON report has all" in text  # steps of a rule: 3,001 less 20
    assert "and 2,700 more; the JSON report has all" in text  # findings: 300 shown
    assert "Not checked 3,000 open, 3,000 accepted" in text
    assert len(html) < 1_000_000


def test_long_names_do_not_make_a_page_that_nobody_can_open() -> None:
    assert len(render_html(factory.huge(3000, name="long & narrow/" * 20))) < 3_000_000


def test_a_replay_command_is_never_cut() -> None:
    path = "/src" + "/folder" * 200
    page = Page(render_html(factory.report(path=path)))
    assert f"assay replay 7 --repository {path}" in page.text


PLAIN = Page(render_html(factory.hostile("plain")))


@settings(deadline=None)  # a whole report for each text
@given(HOSTILE)
def test_no_text_from_outside_makes_an_element_or_an_attribute(text: str) -> None:
    html = render_html(factory.hostile(text))
    page = Page(html)
    assert page.skeleton == PLAIN.skeleton
    assert printable(text, limit=300) in page.text
    assert all(c.isprintable() or c == "\n" for c in html.decode())


def test_the_contrast_of_words_is_enough() -> None:
    """WCAG 2.2, success criterion 1.4.3: at least 4.5 to 1."""
    style = Page(render_html(factory.refused())).style
    light, dark = (dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", part)) for part in _roots(style))
    pairs = [(ink, paper) for ink in ("ink", "soft", "accent") for paper in ("paper", "card")]
    pairs += [(tone, f"{tone}-soft") for tone in ("pass", "fail", "unk")]
    pairs += [("on", tone) for tone in ("crit", "high", "med", "low", "info", "unk", "pass")]
    for colours in (light, dark):
        for one, other in pairs:
            assert _contrast(colours[one], colours[other]) >= 4.5, (one, other)


def _roots(style: str) -> list[str]:
    return re.findall(r":root \{(.*?)\}", style, re.DOTALL)


def _contrast(one: str, other: str) -> float:
    brighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
