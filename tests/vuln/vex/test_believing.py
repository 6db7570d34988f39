"""Whose word counts, about what, and what ends it; whatever does not count is told with why."""

from dataclasses import replace
from datetime import timedelta

import pytest

from assay.core.clock import ALLOWED_SKEW
from assay.core.notchecked import NotChecked
from assay.findings.finding import Finding
from assay.findings.observation import traits_of
from assay.findings.reach import Level, Reach, Scope, Sight
from assay.signing.principals import PrincipalKind, RoleGrant
from assay.vuln.vex.account import VexWord
from tests.vuln.vex.trusted import (
    AT,
    DAY,
    FINDING,
    PURL,
    SEEN,
    affected,
    asked,
    author,
    own,
    reasons,
    signed,
    statement_of,
    statuses,
    supplied,
    told,
    word_of,
)
from tests.vuln.vex.vexes import AT as SAID
from tests.vuln.vex.vexes import CVE, openvex

LATER = "2026-06-01T12:00:00Z"


def test_all_that_is_said_is_in_the_word() -> None:
    assert told(own(impact_statement="Never called.")).words == (
        VexWord(
            finding=FINDING.identity,
            vulnerability=CVE,
            component=PURL,
            status="not_affected",
            justification="vulnerable_code_not_in_execute_path",
            because="Never called.",
            said_at=SAID,
            expires_at=None,
            author="Example Ltd",
            signed_by=("Example Ltd",),
            vouched=False,
            document=statement_of("one"),
        ),
    )


MEANT = {
    "inside our product": own(),
    "inside our product, by its commit": own(
        products=[{"@id": "gitCommit:" + "c0" * 20, "subcomponents": [{"@id": PURL}]}]
    ),
    "of the supplier": supplied(),
    "of the supplier, at every version": supplied("pkg:npm/a"),
    "by an alias": own(vulnerability={"name": "GHSA-AAAA-BBBB-CCCC"}),
    "fixed": supplied(status="fixed", justification=None),
}


@pytest.mark.parametrize("statement", MEANT.values(), ids=MEANT)
def test_meant(statement: dict[str, object]) -> None:
    believed = told(statement)
    assert statuses(believed) == [statement["status"]]
    assert reasons(believed) == []


OTHER = f"it is about another component or version than {PURL}"
TILL = (
    "it means the component in another product: "
    f"ours is called urn:assay:product:shop or gitCommit:{'c0' * 20}"
)
UNCLEAR = "it does not say clearly that it means this component at this version"
WHOLE = "it names a product as a whole, and no component in it"
NOT_MEANT = {
    "another version": (supplied("pkg:npm/a@1.2.4"), OTHER),
    "another component": (supplied("pkg:npm/b@1.2.3"), OTHER),
    "another product": (
        own(products=[{"@id": "urn:assay:product:till", "subcomponents": [{"@id": PURL}]}]),
        TILL,
    ),
    "another product with the component": (
        own(products=[{"@id": "pkg:generic/till@1", "subcomponents": [{"@id": PURL}]}]),
        TILL,
    ),
    "the whole product": (own(products=[{"@id": "urn:assay:product:shop"}]), WHOLE),
    "fixed in no version": (
        supplied("pkg:npm/a", status="fixed", justification=None),
        "it says fixed, and not in which version",
    ),
}


@pytest.mark.parametrize(("statement", "why"), NOT_MEANT.values(), ids=NOT_MEANT)
def test_not_meant(statement: dict[str, object], why: str) -> None:
    believed = told(statement)
    assert believed.words == ()
    assert reasons(believed) == [why]


def test_another_vulnerability_is_no_matter() -> None:
    believed = told(own(vulnerability={"name": "CVE-2026-2000"}))
    assert (believed.words, believed.not_checked) == ((), ())


def test_of_a_list_for_many_products_only_ours_is_told() -> None:
    believed = told(supplied("pkg:npm/z@1"), supplied(), supplied("pkg:npm/y@1"))
    assert statuses(believed) == ["not_affected"]
    assert reasons(believed) == []


def test_the_whole_product_is_confirmed_as_affected() -> None:
    """What keeps a finding in the count may be as wide as its author likes."""
    assert statuses(told(affected(products=[{"@id": "urn:assay:product:shop"}]))) == ["affected"]


def test_a_finding_that_names_no_one_component_is_left_alone() -> None:
    other = replace(
        FINDING.observations[0], traits=(("cluster", CVE), ("component", "pkg:npm/b@1"))
    )
    both = replace(FINDING, observations=(*FINDING.observations, other))
    assert asked(signed(openvex(own())), findings=(both,)).words == ()
    none = replace(FINDING, observations=())
    assert asked(signed(openvex(own())), findings=(none,)).words == ()


def test_no_other_role_widens_a_limit() -> None:
    limited = author(components=("pkg:npm/b",))
    other = RoleGrant(role="collector", window=limited.window)
    both = replace(limited, roles=(*limited.roles, other))
    assert asked(signed(openvex(own()), both)).words == ()


def test_the_limits_of_two_grants_are_not_mixed() -> None:
    """Whoever speaks for one supplier about its packages says nothing of another's for it."""
    first = author("ana", authors=("Example Ltd",), components=("pkg:npm/b",))
    second = author("ana", authors=("Other Ltd",), components=("pkg:npm/a",))
    ana = replace(first, roles=(*first.roles, *second.roles))
    assert asked(signed(openvex(own()), ana, vouched=True)).words == ()
    assert asked(signed(openvex(own(), author="Other Ltd"), ana, vouched=True)).words != ()


def test_whoever_speaks_for_two_authors_takes_nothing_back_for_the_other() -> None:
    ana = author("ana", authors=("Example Ltd", "Other Ltd"))
    old = signed(openvex(affected()), ana)
    new = openvex(own(), author="Other Ltd", timestamp=LATER, **{"@id": "urn:b"})
    believed = asked(old, signed(new, ana, name="b", place=1))
    assert statuses(believed) == ["affected", "not_affected"]
    same_id = openvex(
        own(vulnerability={"name": "CVE-2026-2"}), author="Other Ltd", last_updated=LATER
    )
    believed = asked(signed(openvex(own()), ana), signed(same_id, ana, name="b", place=1))
    assert statuses(believed) == ["not_affected"]


def test_who_may_not_speak_for_an_author_ends_nothing_of_theirs() -> None:
    new = openvex(own(vulnerability={"name": "CVE-2026-2"}), version=2, last_updated=LATER)
    believed = asked(signed(openvex(own())), signed(new, author("bob"), name="b", place=1))
    assert statuses(believed) == ["not_affected"]


WHO = {
    "another author": (
        author("ana"), False, "the trust root does not let ana speak for 'Example Ltd'",
    ),
    "another component": (
        author(components=("pkg:npm/b", "pkg:rpm/redhat/*")), False,
        f"the trust root does not let Example Ltd speak about {PURL}",
    ),
    "a machine that answers for others": (
        author("ci", authors=("Example Ltd",), kind=PrincipalKind.SERVICE), True,
        "its author did not sign it, and no person answers for it",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("who", "vouched", "why"), WHO.values(), ids=WHO)
def test_who_may_not(who: object, vouched: bool, why: str) -> None:  # noqa: FBT001  # a table
    believed = asked(signed(openvex(own()), who, vouched=vouched))  # type: ignore[arg-type]  # see above
    assert believed.words == ()
    assert reasons(believed) == [why]


def test_who_may() -> None:
    document = openvex(own())
    own_key = signed(document, author(components=("pkg:npm/a",)))
    assert not word_of(asked(own_key)).vouched
    machine = author("psirt-signer", authors=("Example Ltd",), kind=PrincipalKind.SERVICE)
    assert not word_of(asked(signed(document, machine))).vouched
    person = author("ana", authors=("Example Ltd",))
    word = word_of(asked(signed(document, person, vouched=True)))
    assert word.vouched
    assert word.whose == "Example Ltd, on the word of ana"
    herself = word_of(asked(signed(openvex(own(), author="ana"), author("ana"), vouched=True)))
    assert not herself.vouched
    assert herself.whose == "ana"


def test_an_author_is_known_by_an_address_that_is_hers() -> None:
    ana = replace(author("ana"), emails=("ana@shop.example",))
    assert word_of(asked(signed(openvex(own(), author="Ana@shop.example"), ana))).author


def test_a_role_counts_as_of_the_time_of_record() -> None:
    late = signed(openvex(own()), recorded=AT + timedelta(days=400))  # the role ends with the year
    assert reasons(asked(late)) == [
        "the trust root does not let Example Ltd speak for 'Example Ltd'"
    ]


def test_of_several_signers_those_count_who_may() -> None:
    both = signed(openvex(own()), author("bob"), author())
    assert word_of(asked(both)).signed_by == ("Example Ltd",)


def test_dated_after_it_was_recorded() -> None:
    early = signed(openvex(own()), recorded=SAID - DAY)
    assert reasons(asked(early)) == ["dated 2026-06-01T00:00:00Z, after it was recorded"]


def test_without_a_date() -> None:
    document = replace(
        openvex(own()),
        issued_at=None,
        statements=(replace(openvex(own()).statements[0], issued_at=None),),
    )
    assert reasons(asked(signed(document))) == ["it does not say when it was said"]


def test_the_newer_word_of_an_author_counts() -> None:
    old, new = openvex(own()), openvex(affected(), timestamp=LATER, **{"@id": "urn:b"})
    for documents in ((old, new), (new, old)):
        found = [signed(d, name=str(i), place=i) for i, d in enumerate(documents)]
        believed = asked(*found)
        assert statuses(believed) == ["affected"]
        assert reasons(believed) == ["its author said otherwise on 2026-06-01T12:00:00Z"]


def test_what_a_document_repeats_is_one_word() -> None:
    long = own(impact_statement="x" * 3_000)
    assert len(word_of(told(*[long] * 3)).because) == 2_000


def test_an_author_may_say_it_again() -> None:
    """The newer word counts, until its own end; that there was an older one is no news."""
    new = openvex(own(status_notes="Again."), timestamp=LATER, **{"@id": "urn:b"})
    believed = asked(signed(openvex(own())), signed(new, name="b", place=1))
    assert word_of(believed).document == statement_of("b")
    assert reasons(believed) == []


def test_affected_is_taken_back_by_its_author() -> None:
    old, new = openvex(affected()), openvex(own(), timestamp=LATER, **{"@id": "urn:b"})
    believed = asked(signed(old, name="a"), signed(new, name="b", place=1))
    assert statuses(believed) == ["not_affected"]


def test_affected_is_not_taken_back_by_somebody_else() -> None:
    """Both count, and the gate names the contradiction: also where both speak for one author."""
    old, new = openvex(affected()), openvex(own(), timestamp=LATER, **{"@id": "urn:b"})
    other = author("bob", authors=("Example Ltd",))
    believed = asked(signed(old), signed(new, other, name="b", place=1))
    assert statuses(believed) == ["affected", "not_affected"]


def test_of_one_moment_the_worse_word_counts() -> None:
    believed = told(own(), affected())
    assert statuses(believed) == ["affected"]


def test_a_newer_version_of_a_document_ends_what_the_older_took_away() -> None:
    old = openvex(own())
    new = openvex(own(vulnerability={"name": "CVE-2026-2"}), version=2, last_updated=LATER)
    believed = asked(signed(old), signed(new, name="b", place=1))
    assert believed.words == ()
    assert reasons(believed) == ["a newer version of the document took its place"]
    replayed = asked(signed(new, name="b"), signed(old, place=1))  # recorded again, later
    assert replayed.words == ()


def test_a_newer_version_of_a_document_does_not_end_what_the_older_confirmed() -> None:
    new = openvex(own(vulnerability={"name": "CVE-2026-2"}), version=2, last_updated=LATER)
    believed = asked(signed(openvex(affected())), signed(new, name="b", place=1))
    assert statuses(believed) == ["affected"]


def test_a_document_of_the_same_id_by_somebody_else_ends_nothing() -> None:
    new = openvex(own(vulnerability={"name": "CVE-2026-2"}), author="bob", last_updated=LATER)
    believed = asked(signed(openvex(own())), signed(new, author("bob"), name="b", place=1))
    assert statuses(believed) == ["not_affected"]


def test_withdrawn_by_somebody_else() -> None:
    """What it took away ends; what it confirmed is for its author to take back."""
    taking, confirming = signed(openvex(own())), signed(openvex(affected()))
    assert reasons(asked(replace(taking, ended=True))) == ["withdrawn"]
    assert statuses(asked(replace(confirming, ended=True))) == ["affected"]
    gone = asked(replace(confirming, ended=True, withdrawn=True))
    assert (gone.words, reasons(gone)) == ((), ["withdrawn by its author"])


def test_what_was_withdrawn_ends_no_other_word() -> None:
    new = openvex(own(), timestamp=LATER, **{"@id": "urn:b"})
    withdrawn = replace(signed(new, name="b", place=1), ended=True, withdrawn=True)
    assert statuses(asked(signed(openvex(affected())), withdrawn)) == ["affected"]


def test_an_entry_that_nobody_understood_may_say_affected() -> None:
    unread = own(status="perhaps", justification=None)
    believed = told(own(), unread)
    assert statuses(believed) == ["not_affected", "unread"]
    mended = openvex(own(), last_updated=LATER, version=2)
    believed = asked(signed(openvex(unread)), signed(mended, name="b", place=1))
    assert statuses(believed) == ["not_affected"]
    assert reasons(believed) == ["a newer version of the document took its place"]


UNREAD_ABOUT_OTHERS = {
    "another vulnerability": {"vulnerability": {"name": "CVE-2026-2"}},
    "another component": {"products": [{"@id": "pkg:npm/b@1"}]},
}


@pytest.mark.parametrize("change", UNREAD_ABOUT_OTHERS.values(), ids=UNREAD_ABOUT_OTHERS)
def test_an_entry_that_nobody_understood_about_something_else(change: dict[str, object]) -> None:
    unread = own(status="perhaps", justification=None, **change)
    assert statuses(told(own(), unread)) == ["not_affected"]


def test_an_entry_that_nobody_understood_counts_within_limits() -> None:
    unread = openvex(own(status="perhaps", justification=None))
    limited = author(components=("pkg:npm/b",))
    assert reasons(asked(signed(unread, limited))) == [
        f"the trust root does not let Example Ltd speak about {PURL}"
    ]


def reached(level: Level, scope: Scope = Scope.RUN) -> Finding:
    """Return the finding where the code was read."""
    sight = Sight(level=level, scope=scope, path="a.js", line=3, what="seen")
    seen = replace(FINDING.observations[0], reach=(Reach(level=level, sights=(sight,)),))
    return replace(FINDING, observations=(seen,))


CODE, PATH, PRESENT = (
    "vulnerable_code_not_present",
    "vulnerable_code_not_in_execute_path",
    "component_not_present",
)
SIGHTS = {
    "called, and not there": (CODE, Level.CALLED, "disproved"),
    "called, and not in the path": (PATH, Level.CALLED, "disproved"),
    "imported, and the component not there": (PRESENT, Level.IMPORTED, "disproved"),
    "imported, and the code not there": (CODE, Level.IMPORTED, "doubted"),
    "imported, and not in the path": (PATH, Level.IMPORTED, "held"),
    "declared, and the component not there": (PRESENT, Level.DECLARED, "held"),
    "called, and not controlled": (
        "vulnerable_code_cannot_be_controlled_by_adversary", Level.CALLED, "held",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("justification", "level", "outcome"), SIGHTS.values(), ids=SIGHTS)
def test_what_was_read_in_the_code(justification: str, level: Level, outcome: str) -> None:
    document = signed(openvex(own(justification=justification)))
    believed = asked(document, findings=(reached(level),))
    against = {Level.CALLED: "the vulnerable symbol is called (a.js:3)"}
    seen = (
        f"{justification} stands against what was read: {against.get(level, 'imported (a.js:3)')}"
    )
    doubt = f"Example Ltd says not_affected of {CVE} in {PURL}, in doubt: {seen}"
    assert (statuses(believed), reasons(believed)) == {
        "disproved": ([], [seen]),
        "doubted": (["not_affected"], [doubt]),
        "held": (["not_affected"], []),
    }[outcome]


def test_what_only_tests_call_speaks_against_nothing() -> None:
    document = signed(openvex(own(justification=CODE)))
    believed = asked(document, findings=(reached(Level.CALLED, Scope.TESTS),))
    assert (statuses(believed), reasons(believed)) == (["not_affected"], [])


def test_another_document_of_the_same_author_replaces_nothing() -> None:
    new = openvex(own(vulnerability={"name": "CVE-2026-2"}), last_updated=LATER, **{"@id": "urn:b"})
    believed = asked(signed(openvex(own())), signed(new, name="b", place=1))
    assert statuses(believed) == ["not_affected"]


@pytest.mark.parametrize(("older", "newer"), [((1, 5), (2, 0)), ((1, 0), (1, 1))])
def test_of_one_moment_the_higher_version_is_newer_and_then_the_later_record(
    older: tuple[int, int], newer: tuple[int, int]
) -> None:
    """Version, and place in the log."""
    elsewhere = own(vulnerability={"name": "CVE-2026-2"})
    old = signed(openvex(own(), version=older[0]), place=older[1])
    new = signed(openvex(elsewhere, version=newer[0]), name="b", place=newer[1])
    assert reasons(asked(old, new)) == ["a newer version of the document took its place"]
    back = signed(openvex(elsewhere, version=older[0]), place=older[1])
    left = signed(openvex(own(), version=newer[0]), name="b", place=newer[1])
    assert statuses(asked(back, left)) == ["not_affected"]


def test_a_document_without_a_name_replaces_nothing() -> None:
    unnamed = replace(openvex(own()), id="")
    later = replace(openvex(own(vulnerability={"name": "CVE-2026-2"}), last_updated=LATER), id="")
    believed = asked(signed(unnamed), signed(later, name="b", place=1))
    assert statuses(believed) == ["not_affected"]


def test_one_signer_of_two_takes_nothing_back_for_both() -> None:
    """What two have signed, one of them does not end; both together end what one has."""
    bob = author("bob", authors=("Example Ltd",))
    old, new = openvex(own()), openvex(affected(), timestamp=LATER, **{"@id": "urn:b"})
    two, one = signed(old, author(), bob), signed(new, name="b", place=1)
    assert statuses(asked(two, one)) == ["affected", "not_affected"]
    one, two = signed(old), signed(new, author(), bob, name="b", place=1)
    assert statuses(asked(one, two)) == ["affected"]


def test_affected_about_something_else_confirms_nothing() -> None:
    elsewhere = {"products": [{"@id": "pkg:npm/b@1.2.3"}]}
    believed = told(affected(**elsewhere), own())
    assert statuses(believed) == ["not_affected"]


def test_an_entry_of_which_not_even_the_vulnerability_is_known_is_about_any() -> None:
    unread = own(vulnerability=None, status="perhaps", justification=None)
    assert statuses(told(own(), unread)) == ["not_affected", "unread"]


def test_a_clock_that_is_a_little_ahead_is_borne() -> None:
    recorded = SAID - ALLOWED_SKEW
    assert statuses(asked(signed(openvex(own()), recorded=recorded))) == ["not_affected"]
    earlier = recorded - timedelta(seconds=1)
    assert statuses(asked(signed(openvex(own()), recorded=earlier))) == []


def test_no_text_in_a_word_is_without_end() -> None:
    long = replace(
        openvex(own(vulnerability={"name": "X" * 3_000, "aliases": [CVE]})).statements[0],
        justification=None,
        raw_justification="y" * 3_000,
    )
    word = word_of(asked(signed(replace(openvex(), statements=(long,)))))
    assert (len(word.vulnerability), len(word.justification)) == (2_000, 2_000)


def test_whoever_may_not_speak_is_named() -> None:
    strangers = signed(openvex(own(), author="Vendor"), author("bob"), author("ana"))
    assert reasons(asked(strangers)) == [
        "the trust root does not let ana and bob speak for 'Vendor'"
    ]


def test_a_component_is_called_by_its_canonical_name() -> None:
    seen = replace(SEEN, traits=traits_of({"component": "pkg:NPM/a@1.2.3", "cluster": CVE}))
    finding = replace(FINDING, observations=(seen,))
    assert word_of(asked(signed(openvex(own())), findings=(finding,))).component == PURL


def test_an_entry_that_nobody_understood_may_name_it_by_an_alias() -> None:
    other = {"name": "GHSA-AAAA-BBBB-CCCC"}
    unread = own(vulnerability=other, status="perhaps", justification=None)
    assert statuses(told(own(), unread)) == ["not_affected", "unread"]


def test_a_statement_without_a_time_is_of_that_of_its_document() -> None:
    document = openvex(own())
    undated = replace(document.statements[0], issued_at=None)
    assert word_of(asked(signed(replace(document, statements=(undated,))))).said_at == SAID


def test_a_limit_may_be_a_pattern() -> None:
    for pattern, found in (("pkg:npm/*", ["not_affected"]), ("pkg:npm/%40acme/*", [])):
        document = signed(openvex(own()), author(components=(pattern,)))
        assert statuses(asked(document)) == found


def test_who_answers_for_others_is_told_though_the_author_signed_as_well() -> None:
    """Where the author may not speak about the component, the word is that of who does."""
    silent = author(components=("pkg:npm/b",))
    bob = author("bob", authors=("Example Ltd",))
    word = word_of(asked(signed(openvex(own()), silent, bob, vouched=True)))
    assert (word.signed_by, word.vouched) == (("bob",), True)


def test_the_first_of_impact_action_and_notes_says_why() -> None:
    said: dict[str, object] = {
        "impact_statement": "i",
        "action_statement": "a",
        "status_notes": "n",
    }
    found = []
    for name in said:
        found.append(word_of(told(affected(**({"action_statement": None} | said)))).because)
        said = {**said, name: None}
    assert found == ["i", "a", "n"]


def test_what_is_not_applied_says_what_to_do() -> None:
    [gap] = told(supplied("pkg:npm/b@1.2.3")).not_checked
    assert gap == NotChecked(
        what="VEX",
        where=str(statement_of("one")),
        why=f"Example Ltd says not_affected of {CVE} in {PURL}, which is not applied: {OTHER}",
        remedy="See the documents and whose word counts: assay vex list, assay trust show.",
    )


NAMED_BY_CPE = "cpe:2.3:a:acme:shop:1.0:*:*:*:*:*:*:*"


def test_a_component_without_a_package_url_is_in_no_limit() -> None:
    seen = replace(SEEN, traits=traits_of({"component": NAMED_BY_CPE, "cluster": CVE}))
    finding = replace(FINDING, observations=(seen,))
    document = openvex(supplied(NAMED_BY_CPE))
    word = word_of(asked(signed(document), findings=(finding,)))
    assert (word.status, word.component) == ("not_affected", NAMED_BY_CPE)
    limited = asked(signed(document, author(components=("pkg:npm/*",))), findings=(finding,))
    assert reasons(limited) == [
        f"the trust root does not let Example Ltd speak about {NAMED_BY_CPE}"
    ]


def test_a_finding_without_a_vulnerability_s_name_is_left_alone() -> None:
    """Its references are what somebody else says of it."""
    seen = replace(SEEN, traits=traits_of({"component": PURL}))
    finding = replace(FINDING, observations=(seen,))
    assert asked(signed(openvex(own())), findings=(finding,)).words == ()
