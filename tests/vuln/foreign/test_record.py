"""A record of a foreign feed as our own file has it: read back whole, or refused."""

import json
from dataclasses import replace

import pytest

from assay.core.errors import MalformedError
from assay.vuln.advisory import Otherwise
from assay.vuln.foreign.cve import parse_cve
from assay.vuln.foreign.record import parse_record, render_record
from tests.vuln.foreign.records import BELOW_2, criterion, cve_affected, cve_record, node

DATA = cve_record(cve_affected(BELOW_2), cpeApplicability=[{"nodes": [node(criterion())]}])
ADVISORY = parse_cve(DATA.replace(b".143Z", b"Z"))  # our file has whole seconds


@pytest.mark.parametrize("otherwise", Otherwise)
def test_round_trip(otherwise: Otherwise) -> None:
    (entry,) = ADVISORY.affected
    whole = replace(ADVISORY, affected=(replace(entry, otherwise=otherwise),))
    assert parse_record(render_record(whole), source="CVE") == whole


REFUSED = {
    "entries-lost": ({"said": []}, "[malformed] 0 entries, at assay.said"),
    "another-word": (
        {"said": [{"otherwise": "m" * 50}]},
        f"[malformed] '{'m' * 40}', at assay.said[0].otherwise",
    ),
}


@pytest.mark.parametrize(("change", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(change: dict[str, object], message: str) -> None:
    value = json.loads(render_record(ADVISORY))
    value["assay"] |= change
    with pytest.raises(MalformedError) as caught:
        parse_record(json.dumps(value).encode(), source="CVE")
    assert str(caught.value) == message
