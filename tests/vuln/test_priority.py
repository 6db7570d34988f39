from datetime import UTC, date, datetime

import pytest

from assay.core.digest import sha256_of
from assay.vuln.advisory import Rating
from assay.vuln.context import Exposure, Mission, ProductContext, WellBeing
from assay.vuln.priority import decide_priority
from assay.vuln.signals.epss import Likelihood
from assay.vuln.signals.kev import KnownExploited
from assay.vuln.signals.store import EPSS, KEV, SignalFeed, Signals
from assay.vuln.ssvc import Automatable, Decision, Exploitation, Impact

CVE = "CVE-2026-1"
AT = datetime(2026, 3, 1, tzinfo=UTC)
CONTEXT = ProductContext(
    exposure=Exposure.OPEN, mission=Mission.SUPPORT, well_being=WellBeing.MINIMAL
)
WORST = Rating(type="CVSS_V3", score="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H")
LOCAL = Rating(type="CVSS_V3", score="CVSS:3.1/AV:L/AC:L/PR:N/UI:N/S:U/C:H/I:L/A:N")
OLD = Rating(type="CVSS_V2", score="AV:N/AC:L/Au:N/C:C/I:C/A:C")
FOUR = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"


def signals(*names: str, listed: bool = False) -> Signals:
    feeds = {
        name: SignalFeed(
            name=name,
            digest=sha256_of(name.encode()),
            entries=1,
            imported_at=AT,
            dated=AT,
            source="file",
        )
        for name in names
    }
    entry = KnownExploited(added=date(2026, 2, 1), ransomware=True)
    return Signals(
        feeds=feeds,
        exploited={CVE: entry} if listed else {},
        likelihood={CVE: Likelihood(probability=97_000, percentile=99_900)}
        if EPSS in names
        else {},
    )


def test_what_is_exploited_and_essential_comes_first() -> None:
    priority = decide_priority(CVE, [WORST], signals(KEV, EPSS, listed=True), CONTEXT)
    assert (priority.decided.decision, priority.decided.at_least) == (Decision.ACT, Decision.ACT)
    assert priority.facts == {
        "vulnerability": CVE,
        "vector": WORST.score,
        "exposure": "open",
        "kev": "2026-02-01",
        "kev/ransomware": "known",
        "kev/digest": str(sha256_of(b"KEV")),
        "epss": "97000/100000",
        "epss/percentile": "99900/100000",
        "epss/digest": str(sha256_of(b"EPSS")),
    }
    assert priority.as_json()["points"] == {
        "exploitation": ["active"],
        "automatable": "yes",
        "technicalImpact": "total",
        "missionImpact": "support",
        "wellBeingImpact": "minimal",
    }


def test_not_listed_in_a_catalogue_that_is_here() -> None:
    priority = decide_priority(CVE, [WORST], signals(KEV), CONTEXT)
    assert priority.points.exploitation == (Exploitation.NONE, Exploitation.POC)
    assert priority.facts["kev"] == "not listed"
    assert priority.decided.missing == ("exploitation",)
    assert priority.decided.decision is Decision.TRACK_CLOSELY


def test_without_a_catalogue_anything_may_be_true() -> None:
    """Silence: a feed that is not here says nothing."""
    priority = decide_priority(CVE, [WORST], signals(), CONTEXT)
    assert priority.points.exploitation == tuple(Exploitation)
    assert "kev" not in priority.facts
    assert priority.decided.decision is Decision.ACT


VECTORS = {
    "from anywhere": (WORST, Automatable.YES, Impact.TOTAL),
    "not from anywhere": (LOCAL, Automatable.NO, Impact.PARTIAL),
    "CVSS 2": (OLD, Automatable.YES, Impact.TOTAL),
    "CVSS 4": (Rating(type="CVSS_V4", score=FOUR), Automatable.YES, Impact.TOTAL),
    "the supplier's word": (
        Rating(type="CVSS_V4", score=f"{FOUR}/AU:N"),
        Automatable.NO,
        Impact.TOTAL,
    ),
    "a vector that cannot be read": (Rating(type="CVSS_V3", score="CVSS:3.1/AV:N"), None, None),
}


@pytest.mark.parametrize(("rating", "automatable", "impact"), VECTORS.values(), ids=VECTORS)
def test_points_from_a_vector(
    rating: Rating, automatable: Automatable | None, impact: Impact | None
) -> None:
    points = decide_priority(CVE, [rating], signals(KEV), CONTEXT).points
    assert (points.automatable, points.impact) == (automatable, impact)


def test_the_newest_version_that_can_be_read_counts() -> None:
    broken = Rating(type="CVSS_V4", score="CVSS:4.0/AV:N")
    assert decide_priority(CVE, [LOCAL, broken, OLD], signals(), CONTEXT).facts["vector"] == (
        LOCAL.score
    )


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        (("KEV",), (Exploitation.POC,)),
        ((), (Exploitation.POC, Exploitation.ACTIVE)),
    ],
)
def test_the_vectors_word_on_exploits(
    listed: tuple[str, ...], expected: tuple[Exploitation, ...]
) -> None:
    rating = Rating(type="CVSS_V4", score=f"{FOUR}/E:P")
    assert decide_priority(CVE, [rating], signals(*listed), CONTEXT).points.exploitation == expected
