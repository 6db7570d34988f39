"""Scores of CVSS vectors: those of FIRST's own examples and calculators."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import MalformedError
from assay.vuln.csaf.cvssmetrics import METRICS_3, read_vector
from assay.vuln.csaf.cvssscores import scores_of

# CVSS v3.1 examples and v2 guide, section 3.3: vector, base, temporal, environmental.
KNOWN = (
    ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 98, 98, 98),
    ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H/MC:N/MI:N/MA:N", 100, 100, 0),
    ("CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:H/I:N/A:L/E:F/RL:O/RC:C", 61, 57, 57),
    ("CVSS:3.0/AV:N/AC:H/PR:N/UI:N/S:C/C:H/I:H/A:H/CR:H/IR:H/AR:H/MS:C", 90, 90, 90),
    ("CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:C/C:H/I:H/A:H/CR:H/IR:H/AR:H/MS:C", 90, 90, 91),
    ("CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H/MPR:N/MS:C", 88, 88, 100),
    ("AV:N/AC:L/Au:N/C:N/I:N/A:C/E:F/RL:OF/RC:C/CDP:H/TD:H/CR:M/IR:M/AR:H", 78, 64, 92),
    ("AV:N/AC:L/Au:N/C:C/I:C/A:C/E:F/RL:OF/RC:C/CDP:H/TD:H/CR:M/IR:M/AR:L", 100, 83, 90),
    ("AV:L/AC:H/Au:N/C:C/I:C/A:C/E:POC/RL:OF/RC:C/CDP:H/TD:H/CR:M/IR:M/AR:M", 62, 49, 75),
    ("AV:A/AC:L/Au:N/C:P/I:N/A:C/TD:N", 68, 68, 0),
    ("AV:N/AC:L/Au:N/C:N/I:N/A:N", 0, 0, 0),
)


@pytest.mark.parametrize(("vector", "base", "temporal", "environmental"), KNOWN)
def test_known_scores(vector: str, base: int, temporal: int, environmental: int) -> None:
    found = scores_of(vector)
    assert (found.base, found.temporal, found.environmental) == (base, temporal, environmental)


LETTERS = st.fixed_dictionaries(
    {name: st.sampled_from(sorted(words)) for name, (_, words) in METRICS_3.items()}
)


@given(letters=LETTERS, version=st.sampled_from(["3.0", "3.1"]))
def test_scores_are_within_bounds(letters: dict[str, str], version: str) -> None:
    """CVSS v3.1, section 5: scores are from 0.0 to 10.0, and time makes none larger."""
    found = scores_of("/".join([f"CVSS:{version}", *(f"{k}:{v}" for k, v in letters.items())]))
    assert 0 <= found.temporal <= found.base <= 100
    assert 0 <= found.environmental <= 100


REFUSED = {
    "AV:X": "'AV:X': 'AV:X' is no metric of CVSS 2.0",
    "CVSS:3.1/AV:N/AV:N": "'CVSS:3.1/AV:N/AV:N': AV is there twice",
    "CVSS:4.0/AV:N": "'CVSS:4.0/AV:N': 'CVSS:4.0' is no metric of CVSS 2.0",
    "": "'': '' is no metric of CVSS 2.0",
}


@pytest.mark.parametrize("vector", REFUSED)
def test_refused(vector: str) -> None:
    with pytest.raises(MalformedError) as caught:
        read_vector(vector)
    assert caught.value.what == REFUSED[vector]
