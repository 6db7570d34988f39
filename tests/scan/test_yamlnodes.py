import pytest
import yaml

from assay.core.errors import MalformedError
from assay.scan.yamlnodes import compose_yaml

REFUSED = {
    "no-yaml": (b"a: [", "[malformed] not YAML"),
    "not-utf-8": (b"a: \xff", "[malformed] not YAML"),
    "two-documents": (b"a: 1\n---\nb: 2\n", "[malformed] not YAML"),
    "deep": (b"[" * 1_000_000, "[malformed] more than 100 levels"),
    "long": (b"#" * (4 * 2**20 + 1), "[malformed] 4194305 bytes, where at most 4194304 are read"),
}


@pytest.mark.parametrize(("data", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(data: bytes, message: str) -> None:
    with pytest.raises(MalformedError) as caught:
        compose_yaml(data)
    assert str(caught.value) == message


def test_nodes_have_their_lines() -> None:
    root = compose_yaml(b"a: 1\nb:\n  - c\n")
    assert isinstance(root, yaml.MappingNode)
    assert root.value[1][1].value[0].start_mark.line == 2


def test_nothing() -> None:
    assert compose_yaml(b"") is None


def test_hundred_levels_are_read() -> None:
    assert compose_yaml(b"[" * 100 + b"]" * 100) is not None
