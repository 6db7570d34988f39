"""What a module may say. Each row breaks one rule of `assay.policy.language`."""

import pytest

from assay.core.errors import MalformedError
from assay.policy.language import parse_module

REFUSED = {
    "no package": ("x := 1", "[malformed] a module starts with its package, at a.rego:1"),
    "empty": ("", "[malformed] a module starts with its package, at a.rego:1"),
    "package name computed": (
        'package a["b"]',
        "[malformed] 'a[\"b\"]' is no plain dotted name, at a.rego:1",
    ),
    "package with a field too few": (
        "package a.",
        "[malformed] 'a.' is no plain dotted name, at a.rego:1",
    ),
    "import of something else": (
        "package a\nimport data.rules.b",
        (
            "[malformed] the import 'data.rules.b', at a.rego:2 "
            "(only rego.v1 and data.lib.<name> are imported)"
        ),
    ),
    "import of the input": (
        "package a\nimport input.x",
        (
            "[malformed] the import 'input.x', at a.rego:2 "
            "(only rego.v1 and data.lib.<name> are imported)"
        ),
    ),
    "import under another name": (
        "package a\nimport data.lib.b as count",
        "[malformed] 'data.lib.bascount' is no plain dotted name, at a.rego:2",
    ),
    "import further down": (
        "package a\nx := 1\nimport rego.v1",
        "[malformed] 'import' is not accepted here, at a.rego:3",
    ),
    "with, which replaces functions": (
        "package a\nx if { count([1]) with count as opa.runtime }",
        "[malformed] 'with' is not accepted here, at a.rego:2",
    ),
    "call of something computed": (
        "package a\nx := opa[input.y]()",
        "[malformed] a call of something without a name, at a.rego:2",
    ),
    "call of a field of something computed": (
        "package a\nx := opa[input.y].z()",
        "[malformed] a call of something without a name, at a.rego:2",
    ),
    "input as a whole": (
        "package a\nx := object.get(input, [], 1)",
        "[malformed] 'input' as a whole, at a.rego:2 (name the part: input.source)",
    ),
    "data outside the library": (
        "package a\nx := data.rules.b.verdict",
        "[malformed] 'data.rules.b.verdict' is outside data.lib, at a.rego:2",
    ),
    "data as a whole": (
        "package a\nx := data",
        "[malformed] 'data' is outside data.lib, at a.rego:2",
    ),
    "a name that stands alone": (
        "package a\nx := [f | some f in input.items; f.rank < treshold]\n",
        "[malformed] 'treshold' stands alone, at a.rego:2 (misspelt, or not needed)",
    ),
}


@pytest.mark.parametrize(("source", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(source: str, message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_module("a.rego", source)
    assert str(caught.value) == message


def test_what_a_module_reads_uses_and_defines() -> None:
    module = parse_module(
        "a.rego",
        """\
package rules.source.a
import rego.v1
import data.lib.scan

default verdict := "UNKNOWN"
verdict := "PASSED" if {
	not input.scans["code"].findings
	contains(lower("A"), "a")
}
worst(list) := max([x.rank | some x in list; scan.counts(x); x.y[0].z])
every_one if every x in input.a.b { worst(x) == data.lib.other.limit }
unknown := http.send({}) if (1 == 1)
""",
    )
    assert module.package == "rules.source.a"
    assert module.reads == {("scans", "code", "findings"), ("a", "b")}
    assert sorted(module.uses) == [
        ("lib.other.limit", 11),
        ("lib.scan.counts()", 10),
        ("rules.source.a.http.send()", 12),
        ("rules.source.a.worst()", 10),
        ("rules.source.a.worst()", 11),
    ]
    assert module.defines == {
        f"rules.source.a.{name}" for name in ("verdict", "worst()", "every_one", "unknown")
    }
