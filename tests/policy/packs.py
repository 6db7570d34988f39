"""Small policy packs for tests."""

METADATA = """\
# METADATA
# title: A title
# description: Why it matters.
# custom:
#   id: source.sample
#   solution: What to do.
#   stage: source
#   severity: high
#   effect: enforce
#   controls: ["SSDF:PO.5.2"]
"""
PACKAGE = "package rules.source.sample\n\nimport rego.v1\n\n"
BODY = """\
default verdict := "UNKNOWN"

verdict := "FAILED" if count(reasons) > 0

verdict := "PASSED" if count(reasons) == 0

reasons := [{"what": item.what, "where": "here", "remedy": "mend it"} | some item in input.items]
"""


def rule(body: str = BODY, *, metadata: str = METADATA, package: str = PACKAGE) -> bytes:
    """Return the file of one rule."""
    return (metadata + package + body).encode()


def named_rule(name: str, body: str = BODY, *, effect: str = "enforce") -> dict[str, bytes]:
    """Return a pack of one rule `source.<name>`."""
    metadata = METADATA.replace("source.sample", f"source.{name}").replace("enforce", effect)
    package = PACKAGE.replace("sample", name.replace("-", "_"))
    return {f"{name}.rego": rule(body, metadata=metadata, package=package)}
