import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import MalformedError
from assay.vuln.cvss import base_score

# Vectors and scores as published with the CVEs and in the examples of FIRST.
SCORES = {
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H": 98,
    "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H": 98,
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H": 100,
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N": 61,
    "CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:C/C:H/I:N/A:N": 61,
    "CVSS:3.1/AV:L/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H": 62,
    "CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H": 72,
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:L": 53,
    "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:N/I:H/A:H": 74,
    "CVSS:3.1/AV:N/AC:H/PR:H/UI:N/S:U/C:H/I:H/A:N": 59,
    "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N": 64,
    "CVSS:3.0/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N": 31,
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N": 75,
    "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H": 88,
    "CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N": 46,
    "CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:C/C:H/I:H/A:H": 91,
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N": 0,
    "CVSS:3.1/S:U/C:H/I:H/A:H/AV:N/AC:L/PR:N/UI:N/E:P/RL:O": 98,
    "AV:N/AC:L/Au:N/C:N/I:N/A:C": 78,
    "AV:N/AC:L/Au:N/C:C/I:C/A:C": 100,
    "AV:L/AC:H/Au:N/C:C/I:C/A:C": 62,
    "(AV:N/AC:M/Au:N/C:N/I:P/A:N)": 43,
    "AV:N/AC:L/Au:N/C:P/I:P/A:P": 75,
    "AV:N/AC:L/Au:N/C:N/I:N/A:N": 0,
}


@pytest.mark.parametrize(("vector", "tenths"), SCORES.items(), ids=SCORES)
def test_score(vector: str, tenths: int) -> None:
    assert base_score(vector) == tenths


REFUSED = {
    "": "[malformed] '': no AV of L/A/N",
    "CVSS:4.0/AV:N": "[malformed] 'CVSS:4.0/AV:N': no AC",
    "CVSS:5.0/AV:N": "[malformed] 'CVSS:5.0/AV:N': scores of this version cannot be computed",
    "CVSS:3.1": "[malformed] 'CVSS:3.1': scores of this version cannot be computed",
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H": (
        "[malformed] 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H': no A of H/L/N"
    ),
    "CVSS:3.1/AV:X/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H": (
        "[malformed] 'CVSS:3.1/AV:X/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H': no AV of N/A/L/P"
    ),
    "CVSS:3.1/AV:N/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H": (
        "[malformed] 'CVSS:3.1/AV:N/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H': a metric is there twice"
    ),
}


@pytest.mark.parametrize(("vector", "message"), REFUSED.items(), ids=REFUSED)
def test_refused(vector: str, message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        base_score(vector)
    assert str(caught.value) == message


_METRICS = {
    "AV": "NALP",
    "AC": "LH",
    "PR": "NLH",
    "UI": "NR",
    "S": "UC",
    "C": "HLN",
    "I": "HLN",
    "A": "HLN",
}
_VECTOR = st.fixed_dictionaries({name: st.sampled_from(v) for name, v in _METRICS.items()})


def _written(metrics: dict[str, str]) -> str:
    return "CVSS:3.1/" + "/".join(f"{name}:{value}" for name, value in metrics.items())


@given(_VECTOR, st.sampled_from(["C", "I", "A"]))
def test_more_impact_never_lowers_the_score(metrics: dict[str, str], raised: str) -> None:
    """CVSS v3.1, section 7.1: the base score grows with each impact metric."""
    assert base_score(_written(metrics)) <= base_score(_written(metrics | {raised: "H"})) <= 100


@given(st.text())
def test_any_text_is_scored_or_malformed(text: str) -> None:
    """Any text is scored or malformed."""
    with pytest.raises(MalformedError):
        base_score(f"CVSS:3.1/{text}")
