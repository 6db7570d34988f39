import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import MalformedError
from assay.vuln.advisory import Event
from assay.vuln.osv import glean_packages, parse_advisory, render_advisory
from tests.vuln.records import affected, encoded, record

REFUSED = {
    "not JSON": (
        b"{",
        "[malformed] not strict JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)",
    ),
    "repeated key": (b'{"id":"A","id":"B"}', "[malformed] not strict JSON: repeated key 'id'"),
    "not an object": (b"[]", "[malformed] list where an object is needed"),
    "major version 2": (
        encoded(schema_version="2.0.0"),
        "[malformed] schema version '2.0.0', where 1.x is read",
    ),
    "version without a dot": (
        encoded(schema_version="1"),
        "[malformed] schema version '1', where 1.x is read",
    ),
    "no id": (encoded(id=None), "[malformed] no id, at id"),
    "id with a space": (encoded("A B"), "[malformed] 'A B' is no identifier, at id"),
    "id with an escape": (encoded("A\x1b[2J"), r"[malformed] 'A\x1b[2J' is no identifier, at id"),
    "no modified": (encoded(modified=None), "[malformed] no modified, at modified"),
    "modified without zone": (
        encoded(modified="2026-01-01T00:00:00"),
        "[malformed] '2026-01-01T00:00:00' has no time zone, at modified (end it in Z)",
    ),
    "withdrawn is true": (
        encoded(withdrawn=True),
        "[malformed] bool where text is needed, at withdrawn",
    ),
    "published is no time": (
        encoded(published="soon"),
        "[malformed] 'soon' is no RFC 3339 time, at published",
    ),
    "aliases is text": (
        encoded(aliases="CVE-1"),
        "[malformed] str where an array is needed, at aliases",
    ),
    "alias is empty": (encoded(aliases=[""]), "[malformed] '' as a name, at aliases[0]"),
    "severity without score": (
        encoded(severity=[{"type": "CVSS_V3"}]),
        "[malformed] no score, at severity[0].score",
    ),
    "package without name": (
        encoded(affected=[{"package": {"ecosystem": "PyPI"}}]),
        "[malformed] no name, at affected[0].package.name",
    ),
    "package without ecosystem": (
        encoded(affected=[{"package": {"name": "a"}}]),
        "[malformed] no ecosystem, at affected[0].package.ecosystem",
    ),
    "package name with a tab": (
        encoded(affected=[affected("a\tb")]),
        r"[malformed] 'a\tb' as a name, at affected[0].package.name",
    ),
    "range without type": (
        encoded(affected=[affected() | {"ranges": [{"events": []}]}]),
        "[malformed] no type, at affected[0].ranges[0].type",
    ),
    "range without a beginning": (
        encoded(affected=[affected(events=[{"fixed": "1"}])]),
        "[malformed] a range that begins nowhere, at affected[0].ranges[0].events",
    ),
    "event with two members": (
        encoded(affected=[affected(events=[{"introduced": "0", "fixed": "1"}])]),
        "[malformed] 2 members in an event, not 1, at affected[0].ranges[0].events[0]",
    ),
    "version is a number": (
        encoded(affected=[affected() | {"versions": [1.0]}]),
        "[malformed] float where text is needed, at affected[0].versions[0]",
    ),
}


@pytest.mark.parametrize(("data", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(data: bytes, message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_advisory(data)
    assert str(caught.value) == message


def test_read_whole() -> None:
    advisory = parse_advisory(
        encoded(
            aliases=["CVE-2026-1"],
            related=["CVE-2026-2"],
            upstream=["CVE-2026-3"],
            published="2026-01-01T00:00:00.123456789Z",
            withdrawn="2026-02-01T00:00:00+01:00",
            severity=[{"type": "CVSS_V9", "score": "x"}],
            database_specific={"severity": "MODERATE", "score": 1.5},
            affected=[
                affected(versions=["1.0"])
                | {
                    "ecosystem_specific": {"imports": [{"symbols": ["Parse"]}]},
                    "database_specific": {"informational": "unmaintained"},
                    "severity": [{"type": "CVSS_V2", "score": "y"}],
                }
            ],
        )
    )
    assert advisory.published == datetime(2026, 1, 1, 0, 0, 0, 123456, tzinfo=UTC)
    assert advisory.withdrawn == datetime(2026, 1, 31, 23, tzinfo=UTC)
    assert (advisory.aliases, advisory.related, advisory.upstream) == (
        ("CVE-2026-1",),
        ("CVE-2026-2",),
        ("CVE-2026-3",),
    )
    assert (advisory.label, advisory.ratings[0].type) == ("moderate", "CVSS_V9")
    entry = advisory.affected[0]
    assert entry.ranges[0].events == (
        Event(kind="introduced", version="0"),
        Event(kind="fixed", version="2.0"),
    )
    assert entry.specific == {"imports": [{"symbols": ["Parse"]}]}
    assert (entry.versions, entry.informational, entry.ratings[0].score) == (
        ("1.0",),
        "unmaintained",
        "y",
    )


def test_what_a_later_minor_version_adds_is_passed_over() -> None:
    later = encoded(schema_version="1.99.0", brand_new={"a": 1})
    assert parse_advisory(later) == parse_advisory(encoded())


def test_unknown_kinds_of_ranges_and_events_are_kept_by_name() -> None:
    entry = parse_advisory(
        encoded(affected=[affected(kind="LUNAR", events=[{"introduced": "0"}, {"phase": "full"}])])
    ).affected[0]
    assert (entry.ranges[0].type, entry.ranges[0].events[1].kind) == ("LUNAR", "phase")


def test_an_entry_about_commits_alone_is_no_package() -> None:
    assert parse_advisory(encoded(affected=[{"ranges": []}])).affected == ()


def test_the_summary_is_the_first_line_of_the_prose_where_there_is_none() -> None:
    advisory = parse_advisory(encoded(summary=None, details="First \x1b[2J line.\nSecond."))
    assert advisory.summary == r"First \x1b[2J line."


def test_a_label_of_another_type_is_no_label() -> None:
    assert parse_advisory(encoded(database_specific={"severity": 3})).label == ""


def test_round_trip() -> None:
    advisory = parse_advisory(
        encoded(
            aliases=["CVE-2026-1"],
            withdrawn="2026-02-01T00:00:00Z",
            published="0001-01-01T00:00:00Z",
            severity=[{"type": "CVSS_V3", "score": "x"}],
            database_specific={"severity": "HIGH"},
            affected=[
                affected(versions=["1.0"])
                | {
                    "ecosystem_specific": {"n": 1.5},
                    "database_specific": {"informational": "notice"},
                }
            ],
        )
    )
    short = render_advisory(advisory, advisory.affected)
    assert parse_advisory(short) == advisory
    assert render_advisory(parse_advisory(short), advisory.affected) == short


@given(st.binary())
def test_any_bytes_are_read_or_malformed(data: bytes) -> None:
    """Any bytes are read or malformed."""
    with pytest.raises(MalformedError):
        parse_advisory(data)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["package", "ranges", "events", "type", "name"]), inner)
    ),
    max_leaves=8,
)


@given(st.sampled_from(sorted(record())), _JSON)
def test_any_member_is_read_or_malformed(name: str, value: object) -> None:
    """Any JSON value in the place of any member is read or malformed."""
    data = json.dumps(record() | {name: value}).encode()
    try:
        parse_advisory(data)
    except MalformedError:
        glean_packages(data)


GLEANED = {
    "a bad time": (encoded(modified="soon"), (("PyPI", "shop"),)),
    "names are normal": (encoded(affected=[affected("A_b")]), (("PyPI", "a-b"),)),
    "no JSON": (b"{", ()),
    "no affected": (encoded(affected=None), ()),
    "one entry of several is out of reach": (encoded(affected=[affected(), {}]), ()),
}


@pytest.mark.parametrize(("data", "packages"), GLEANED.values(), ids=GLEANED)
def test_gleaned(data: bytes, packages: tuple[tuple[str, str], ...]) -> None:
    assert glean_packages(data) == packages
