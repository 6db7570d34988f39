import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import MalformedError
from assay.vuln.cvss import base_score
from assay.vuln.cvss4 import score_4
from assay.vuln.cvss4table import MACRO_VECTORS

# Vectors and scores as calculators of FIRST and of vendors publish them.
KNOWN = {
    "AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H": 100,
    "AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N": 93,
    "AV:N/AC:L/AT:N/PR:N/UI:N/VC:L/VI:H/VA:L/SC:N/SI:H/SA:L": 92,
    "AV:N/AC:L/AT:N/PR:N/UI:N/VC:L/VI:L/VA:L/SC:H/SI:N/SA:L": 78,
    "AV:N/AC:L/AT:N/PR:N/UI:N/VC:L/VI:L/VA:N/SC:N/SI:L/SA:N": 69,
    "AV:N/AC:L/AT:N/PR:N/UI:P/VC:H/VI:N/VA:L/SC:N/SI:H/SA:N": 83,
    "AV:N/AC:L/AT:N/PR:N/UI:A/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N": 86,
    "AV:N/AC:L/AT:N/PR:L/UI:N/VC:H/VI:L/VA:N/SC:H/SI:N/SA:L": 84,
    "AV:N/AC:L/AT:N/PR:L/UI:A/VC:N/VI:L/VA:L/SC:L/SI:L/SA:H": 62,
    "AV:N/AC:L/AT:N/PR:H/UI:P/VC:L/VI:H/VA:L/SC:L/SI:L/SA:L": 69,
    "AV:N/AC:L/AT:P/PR:N/UI:N/VC:H/VI:N/VA:H/SC:L/SI:L/SA:L": 83,
    "AV:N/AC:L/AT:P/PR:N/UI:A/VC:N/VI:N/VA:N/SC:L/SI:N/SA:N": 21,
    "AV:N/AC:L/AT:P/PR:L/UI:N/VC:H/VI:H/VA:L/SC:N/SI:N/SA:H": 87,
    "AV:N/AC:L/AT:P/PR:H/UI:A/VC:N/VI:L/VA:N/SC:N/SI:L/SA:N": 18,
    "AV:N/AC:H/AT:N/PR:N/UI:N/VC:H/VI:H/VA:N/SC:L/SI:H/SA:L": 94,
    "AV:N/AC:H/AT:N/PR:L/UI:A/VC:L/VI:L/VA:L/SC:H/SI:H/SA:H": 52,
    "AV:N/AC:H/AT:N/PR:H/UI:A/VC:N/VI:N/VA:N/SC:N/SI:H/SA:N": 40,
    "AV:N/AC:H/AT:P/PR:N/UI:N/VC:H/VI:L/VA:N/SC:L/SI:L/SA:H": 91,
    "AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N": 0,
    "AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:U": 81,
    "AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H/MSI:S/S:P/U:Red": 100,
}


@pytest.mark.parametrize(("metrics", "tenths"), KNOWN.items(), ids=KNOWN)
def test_known(metrics: str, tenths: int) -> None:
    assert base_score(f"CVSS:4.0/{metrics}") == tenths


GOOD = "AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"
REFUSED = {
    "a metric less": (GOOD.removesuffix("/SA:N"), "no SA"),
    "a metric twice": (f"{GOOD}/AV:L", "AV is there twice"),
    "a value of another": (GOOD.replace("AC:L", "AC:P"), "'AC:P' is no metric with its value"),
    "an unknown metric": (f"{GOOD}/XX:N", "'XX:N' is no metric with its value"),
    "safety in the base": (GOOD.replace("SI:N", "SI:S"), "'SI:S' is no metric with its value"),
    "another urgency": (f"{GOOD}/U:Blue", "'U:Blue' is no metric with its value"),
    "nothing": ("", "'' is no metric with its value"),
}


@pytest.mark.parametrize(("metrics", "why"), REFUSED.values(), ids=REFUSED)
def test_refused(metrics: str, why: str) -> None:
    vector = f"CVSS:4.0/{metrics}"
    with pytest.raises(MalformedError) as caught:
        score_4(vector)
    assert str(caught.value) == f"[malformed] {vector!r}: {why}"


def test_not_of_this_version() -> None:
    with pytest.raises(MalformedError) as caught:
        score_4("CVSS:3.1/AV:N")
    assert str(caught.value) == "[malformed] 'CVSS:3.1/AV:N': not CVSS 4.0"


def test_the_table_has_every_macro_vector_and_no_other() -> None:
    """CVSS 4.0, 8.3: EQ3 and EQ6 are joint, and EQ3 2 with EQ6 0 cannot be."""
    expected = {
        "".join(digits)
        for digits in itertools.product("012", "01", "012", "012", "012", "01")
        if (digits[2], digits[5]) != ("2", "0")
    }
    assert MACRO_VECTORS.keys() == expected


def test_a_lower_macro_vector_never_scores_higher() -> None:
    for macro, place in itertools.product(MACRO_VECTORS, range(6)):
        lower = f"{macro[:place]}{int(macro[place]) + 1}{macro[place + 1 :]}"
        assert MACRO_VECTORS.get(lower, 0) <= MACRO_VECTORS[macro]


_VALUES = {
    "AV": "NALP",
    "AC": "LH",
    "AT": "NP",
    "PR": "NLH",
    "UI": "NPA",
    **dict.fromkeys(("VC", "VI", "VA", "SC", "SI", "SA"), "HLN"),
}


@given(st.tuples(*(st.sampled_from(values) for values in _VALUES.values())))
def test_every_vector_has_a_score(chosen: tuple[str, ...]) -> None:
    pairs = zip(_VALUES, chosen, strict=True)
    assert 0 <= score_4("CVSS:4.0/" + "/".join(f"{name}:{value}" for name, value in pairs)) <= 100
