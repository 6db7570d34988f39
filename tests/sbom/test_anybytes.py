"""Any bytes given to any parser are read, noted or malformed, and nothing else happens."""

from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assay.core.errors import MalformedError
from assay.core.jsonvalue import JsonValue
from assay.core.strictjson import render_canonical_json
from assay.sbom.collect import read_inventory
from assay.sbom.cyclonedx import parse_inventory, render_cyclonedx
from tests.sbom.test_cyclonedx import AT

PATHS = (
    *("requirements.txt", "requirements.in", "poetry.lock", "Pipfile.lock", "uv.lock", "pdm.lock"),
    *("pylock.toml", "package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml"),
    *("go.mod", "go.sum", "Cargo.lock", "package.json", "pyproject.toml", "Pipfile", "Cargo.toml"),
    *("setup.py", "setup.cfg", "node_modules/a/package.json", "Gemfile.lock"),
)

# Pieces that lead past the first checks of each format; hypothesis puts them together.
PIECES = st.sampled_from(
    [
        *(
            b"\n",
            b" ",
            b"  ",
            b'"',
            b"=",
            b":",
            b"@",
            b"#",
            b"\\\n",
            b"\r\n",
            b",",
            b"\xff",
            b"\x1b",
        ),
        *(b"[[package]]\n", b"[[packages]]\n", b"[metadata]\n", b'lock-version = "2.1"\n'),
        *(b'lock_version = "4.5"\n', b'lock-version = "1.0"\n', b"version = 1\n", b"version = 4\n"),
        *(b'name = "a"\n', b'version = "1.0"\n', b"dependencies = [", b'"a 1.0"', b"]\n"),
        *(b'source = { registry = "x" }\n', b'source = "registry+x"\n', b'source = {git="x#y"}\n'),
        *(
            b"# yarn lockfile v1\n",
            b"a@^1:\n",
            b'  version "1"\n',
            b"  dependencies:\n",
            b'    b "1"\n',
        ),
        *(b"__metadata:\n  version: 8\n", b'"a@npm:1":\n  resolution: "a@npm:1"\n  version: 1\n'),
        *(
            b"lockfileVersion: '9.0'\n",
            b"packages:\n",
            b"  a@1.0.0:\n    resolution: {}\n",
            b"snapshots:\n",
        ),
        *(
            b"go 1.21\n",
            b"require (\n",
            b"x.example/a v1.0.0\n",
            b")\n",
            b"replace a => b v1.0.0\n",
        ),
        *(
            b"flask==1.0",
            b" --hash=sha256:00",
            b"-r ",
            b"-e ",
            b"-c a.txt\n",
            b" @ git+https://x/y@z",
            b";",
        ),
        *(
            b'{"lockfileVersion":3,"packages":{',
            b'"node_modules/a":',
            b'{"version":"1"}',
            b"}}",
            b"{}",
        ),
        *(
            b'{"lockfileVersion":1,"dependencies":{"a":',
            b'{"_meta":{"pipfile-spec":6},"default":{"a":',
        ),
    ]
)
SOUP = st.lists(PIECES | st.binary(max_size=3), max_size=16).map(b"".join)


@pytest.mark.parametrize("path", PATHS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.binary(max_size=64) | SOUP)
def test_any_bytes(path: str, data: bytes) -> None:
    """What comes out can be signed, and read back; a file is counted or named, never lost."""
    inventory = read_inventory({path: data})
    assert inventory.examined or inventory.not_checked or path == "go.sum"
    document = render_cyclonedx(inventory, subject_name="x", subject_version="y", at=AT)
    render_canonical_json(document)
    assert parse_inventory(JsonValue(document)) == inventory


NAMES = st.sampled_from(
    [
        *("bomFormat", "specVersion", "metadata", "components", "dependencies", "properties"),
        *("name", "value", "ref", "dependsOn", "purl", "version", "bom-ref", "hashes"),
    ]
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from(["CycloneDX", "1.6", "assay:direct"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=12,
)


@given(JSON)
def test_any_document_is_read_or_malformed(value: object) -> None:
    with suppress(MalformedError):
        parse_inventory(JsonValue(value))
    if isinstance(value, dict):
        with suppress(MalformedError):
            parse_inventory(JsonValue(value | {"bomFormat": "CycloneDX", "specVersion": "1.6"}))
