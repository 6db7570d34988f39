"""The page about a kit: the answer at a glance, what nobody checked, and nothing that can act."""

import base64
import hashlib
import re
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from assay.core.errors import AssayError
from assay.core.notchecked import NotChecked
from assay.core.printable import printable
from assay.core.verdict import Verdict
from assay.operations.kitstatements import AuditedStatement
from assay.operations.kitverdicts import AuditedVerdict
from assay.operations.reverify_log import reverify_log
from assay.operations.verify_kit import KitVerified
from assay.reports.audithtml import render_audit_html
from assay.reports.auditwrite import AUDIT_FORMATS, audit_format, render_audit, write_audit
from tests.operations.auditing import exported, found_in
from tests.operations.run import ENTRIES, EVIDENCE, VERDICT, check, clock
from tests.operations.site import Site
from tests.operations.trustkit import new_key, pinned, update, use_key, with_key, with_revoked
from tests.reports.hostile import PAYLOADS
from tests.reports.page import Page

CSP = "default-src 'none'; style-src '{}'; base-uri 'none'; form-action 'none'"
LOADS = {"src", "srcset", "data", "poster", "action", "formaction", "background", "xlink:href"}


@dataclass(frozen=True, kw_only=True)
class Audits:
    """Three audits of one log: a verdict that stands, that fell, and that another replaced."""

    good: KitVerified
    fallen: KitVerified
    replaced: KitVerified


@pytest.fixture(scope="module")
def audits(dated_site: Site, tmp_path_factory: pytest.TempPathFactory) -> Audits:
    site = dated_site.copy(tmp_path_factory.mktemp("reported") / "site")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASSAY_HOME", str(site.home))
        good = found_in(site, exported(site, hours=1))
        [old] = pinned(site).principals[0].keys
        path, new = new_key(site, "next")
        update(site, with_key(pinned(site), "local", new, hours=2), hours=2)
        use_key(site, path)
        update(site, with_revoked(pinned(site), old.name, hours=0), hours=2)
        fallen = found_in(site, exported(site, hours=3))
        reverify_log(site.top, record=True, clock=clock(hours=3))
        check(site, hours=4)
        return Audits(good=good, fallen=fallen, replaced=found_in(site, exported(site, hours=5)))


def words(found: KitVerified) -> str:
    return " ".join(" ".join(Page(render_audit_html(found)).texts).split())


def test_a_kit_that_holds(audits: Audits) -> None:
    text = words(audits.good)
    origin = audits.good.proven.checkpoint.origin
    for part in (
        "PASSED Everything in this kit holds. Audit of gitCommit:",
        f"PASSED The newest verdict that stands, entry {VERDICT}, says PASSED at the gate source.",
        f"These {EVIDENCE + 2} statements are all that the first {ENTRIES} entries of {origin} hold",
        "no later failure, and no later change of who is trusted, is left out.",
        "The answer was yes for all of them.",
        "evidence all statements what collectors say that they saw is their signed word",
        f"entry {VERDICT} stands decided again, the same bytes",
        "Signed by local, recorded 2026-06-01T12:00:00Z",
        f"local person collector {EVIDENCE + 1} 2026-06-01T12:00:00Z",
        "local person gate 2 2026-06-01T12:00:00Z",
        f"Made from {EVIDENCE} pieces of evidence",
        "1 2026-06-01T12:00:00Z entry 1 sha256:",
        "Nobody cosigned the last one",
        origin,
    ):
        assert part in text
    for policy in re.findall(r"sha256:[0-9a-f]{64}", text):
        assert len(policy) == 71  # never cut


def test_a_verdict_that_fell(audits: Audits) -> None:
    text = words(audits.fallen)
    assert "FAILED Something in this kit does not hold." in text
    assert f"Does not hold: verdict, entry {VERDICT}: does not stand any more" in text
    assert "UNKNOWN No verdict about this subject stands." in text
    assert "Where the answer was no, or could not be given, it stands at the top." in text
    assert (
        f"entry {VERDICT} does not stand decided again, the same bytes Fell since: the verdict:"
        in text
    )
    assert "takes its place:" not in text


def test_a_verdict_that_was_replaced(audits: Audits) -> None:
    text = words(audits.replaced)
    assert "PASSED Everything in this kit holds." in text
    assert f"The newest verdict that stands, entry {2 * ENTRIES}, says PASSED" in text
    assert (
        f"{EVIDENCE + 3} statements counted once, and not any more; no verdict that stands rests on"
        in text
    )
    assert f"Fell since; entry {ENTRIES + 2} takes its place: the verdict: key" in text
    assert (
        f"{EVIDENCE} pieces of evidence, without {EVIDENCE} older ones that did not count any more"
        in text
    )
    assert f"3 2026-06-01T14:00:00Z entry {ENTRIES + 1} sha256:" in text


def test_the_page_loads_nothing_and_runs_nothing(audits: Audits) -> None:
    page = Page(render_audit_html(audits.replaced))
    for tag, attributes in page.tags:
        assert tag not in {"script", "img", "link", "iframe", "object", "embed", "base", "form"}
        names = {name for name, _ in attributes}
        assert not names & LOADS, tag
        assert "style" not in names, tag
        assert not any(name.startswith("on") for name in names), tag
    assert not re.search(r"url\(|@import", page.style)
    digest = base64.b64encode(hashlib.sha256(page.style.encode()).digest()).decode()
    [policy] = page.attributes("meta", **{"http-equiv": "Content-Security-Policy"})
    assert policy["content"] == CSP.format(f"sha256-{digest}")


def test_links_within_the_page_lead_somewhere(audits: Audits) -> None:
    page = Page(render_audit_html(audits.replaced))
    ids = {dict(attributes).get("id") for _, attributes in page.tags}
    inside = {str(a["href"]).removeprefix("#") for a in page.attributes("a")}
    assert inside
    assert inside <= ids


def hostile(found: KitVerified, text: str) -> KitVerified:
    """Put `text` wherever somebody else chooses the words."""

    def statement(one: AuditedStatement) -> AuditedStatement:
        claims = replace(one.entry.claims, predicate_type=text)
        entry = replace(one.entry, claims=claims)
        return replace(one, entry=entry, signed_by=(text,), fallen=text)

    def verdict(one: AuditedVerdict) -> AuditedVerdict:
        assert one.said is not None
        rules = tuple(
            replace(
                rule,
                result=replace(
                    rule.result,
                    rule=replace(rule.result.rule, title=text),
                    reasons=tuple(
                        replace(reason, what=text, where=text) for reason in rule.result.reasons
                    ),
                ),
            )
            for rule in one.said.decision.rules
        )
        decision = replace(one.said.decision, rules=rules, stage=text)
        said = replace(one.said, decision=decision)
        return replace(one, said=said, signed_by=(text,), fallen=(text,), problems=(text,))

    gap = NotChecked(what=text, where=text, why=text, remedy=text)
    audit = replace(
        found.audit,
        statements=tuple(map(statement, found.audit.statements)),
        verdicts=tuple(map(verdict, found.audit.verdicts)),
        problems=(text,),
    )
    return replace(found, audit=audit, untold=(text,), not_checked=(gap,))


@pytest.mark.parametrize("text", PAYLOADS)
def test_hostile_text_stays_text(audits: Audits, text: str) -> None:
    page = Page(render_audit_html(hostile(audits.replaced, text)))
    plain = Page(render_audit_html(hostile(audits.replaced, "plain")))
    assert page.skeleton == plain.skeleton
    assert page.style == plain.style
    assert page.text.count(printable(text)) >= 20
    assert all(c.isprintable() or c == "\n" for c in page.text)


@pytest.mark.parametrize("kind", AUDIT_FORMATS)
def test_every_format(audits: Audits, kind: str) -> None:
    data = render_audit(audits.good, kind)
    assert str(audits.good.proven.subject).encode() in data
    assert data == render_audit(audits.good, kind)


def test_written_to_a_file(audits: Audits, tmp_path: Path) -> None:
    target = tmp_path / "audit.html"
    write_audit(audits.good, audit_format(target.suffix), target)
    assert target.read_bytes() == render_audit_html(audits.good)


@pytest.mark.parametrize("name", ["sarif", ".sarif", "pdf", ".md"])
def test_formats_that_an_audit_has_not(name: str) -> None:
    with pytest.raises(AssayError) as caught:
        audit_format(name)
    assert str(caught.value) == (
        f"[usage] unknown report format {name!r} "
        "(one of: text, json, html, .html, .htm, .json, .txt)"
    )


def test_the_text_says_what_the_page_says(audits: Audits) -> None:
    text = render_audit(audits.replaced, "text").decode()
    assert text.startswith(
        "PASSED: everything in this kit holds\n"
        f"  The newest verdict that stands, entry {2 * ENTRIES}, says PASSED at the gate source.\n"
    )
    assert (
        f"byte for byte the same; entry {ENTRIES + 2} took its place\n    fell since: the verdict: key"
        in text
    )
    assert audits.replaced.result is Verdict.PASSED
