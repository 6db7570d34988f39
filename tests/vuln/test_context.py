import pytest

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.vuln.context import Exposure, Mission, ProductContext, WellBeing, parse_context

WHOLE = ProductContext(
    owner="web team",
    deployed=False,
    exposure=Exposure.CONTROLLED,
    mission=Mission.ESSENTIAL,
    well_being=WellBeing.MATERIAL,
)


@pytest.mark.parametrize("context", [WHOLE, ProductContext()])
def test_what_is_written_is_read(context: ProductContext) -> None:
    assert parse_context(JsonValue(context.as_json())) == context


REFUSED = {
    "another exposure": (
        {"exposure": "wide"},
        "[malformed] 'wide', at exposure (one of small, controlled, open)",
    ),
    "another mission impact": (
        {"mission-impact": "high"},
        "[malformed] 'high', at mission-impact (one of minimal, support, essential)",
    ),
    "another harm": (
        {"well-being-impact": "none"},
        "[malformed] 'none', at well-being-impact (one of minimal, material, irreversible)",
    ),
    "no truth value": (
        {"deployed": "yes"},
        "[malformed] str where true or false is needed, at deployed",
    ),
}


@pytest.mark.parametrize(("table", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(table: dict[str, object], message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_context(JsonValue(table))
    assert str(caught.value) == message
