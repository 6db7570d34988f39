from datetime import UTC, datetime

from assay.vuln.advisory import Advisory, Affected, Event, Otherwise, Range
from assay.vuln.foreign.nvd import parse_nvd_cve
from assay.vuln.precedence import Rank
from assay.vuln.products import NO_ECOSYSTEM
from assay.vuln.saying import MAX_SAID, rank_of, said_of
from tests.vuln.foreign.records import criterion, encoded, node, nvd_cve


def span(*events: tuple[str, str], kind: str = "ECOSYSTEM") -> Range:
    return Range(type=kind, events=tuple(Event(kind=name, version=v) for name, v in events))


def record(*affected: Affected) -> Advisory:
    return Advisory(id="X-1", modified=datetime(2023, 1, 1, tzinfo=UTC), affected=affected)


def test_all_that_a_record_can_say() -> None:
    entry = Affected(
        ecosystem="Debian:12",
        name="shop",
        ranges=(span(("introduced", "0"), ("fixed", "2")), span(("assay:above", "3"), kind="GIT")),
        unaffected=(span(("introduced", "2"), ("last_affected", "3")),),
        undecided=(span(("introduced", "0")),),
        otherwise=Otherwise.AFFECTED,
    )
    other = Affected(ecosystem="Debian:12", name="other", versions=("1",))
    assert list(said_of(record(entry, other), "Debian", "shop")) == [
        "affected in Debian:12: before 2",
        "affected in Debian:12: after 3 (GIT)",
        "not affected in Debian:12: from 2 up to 3",
        "not known in Debian:12: every version",
        "all others in Debian:12: affected",
    ]
    assert rank_of(record(entry), "Debian", "shop") is Rank.RELEASE


def test_a_long_list_is_cut() -> None:
    entry = Affected(ecosystem="PyPI", name="Shop", versions=tuple(map(str, range(20))))
    told = list(said_of(record(entry), "PyPI", "shop"))
    assert told[:1] == ["affected: 0"]
    assert told[MAX_SAID:] == ["… and more"]
    assert rank_of(record(entry), "PyPI", "shop") is Rank.PACKAGE


def test_a_product() -> None:
    windows = criterion("cpe:2.3:o:microsoft:windows:*:*:*:*:*:*:*:*", vulnerable=False)
    bounds = {"versionStartExcluding": "1", "versionEndIncluding": "2"}
    tree = {"operator": "AND", "nodes": [node(criterion(**bounds)), node(windows)]}
    cve = parse_nvd_cve(encoded(nvd_cve(configurations=[tree])))
    assert list(said_of(cve, NO_ECOSYSTEM, "shop:shop")) == [
        "affected: cpe:2.3:a:shop:shop:*:*:*:*:*:*:*:* after 1 up to 2 with another product"
    ]
    assert rank_of(cve, NO_ECOSYSTEM, "shop:shop") is Rank.PRODUCT
