"""YAML for people's files, cut down to what JSON can say: no aliases, no tags, no repeated keys."""

from typing import Final, cast

import yaml

from assay.core.errors import MalformedError

_KEPT: Final = frozenset(f"tag:yaml.org,2002:{name}" for name in ("bool", "int", "null"))


class _PlainLoader(yaml.SafeLoader):
    """Refuses aliases (a small file could mean a huge one) and repeated keys."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("an alias")
        node: yaml.Node | None = super().compose_node(parent, index)
        return node

    def construct_mapping(
        self,
        node: yaml.MappingNode,
        deep: bool = False,  # noqa: FBT001, FBT002  # yaml's signature
    ) -> dict[object, object]:
        keys = [key.value for key, _ in node.value]
        if any(keys.count(key) > 1 for key in keys):
            raise yaml.YAMLError("a repeated key")
        return cast("dict[object, object]", super().construct_mapping(node, deep=deep))


# A date or a number with a fraction stays the text that its author wrote.
_PlainLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag in _KEPT]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def parse_yaml(text: str, *, max_bytes: int) -> object:
    """Return the one value in `text`.

    Raises:
        MalformedError: Over `max_bytes` bytes, not YAML, or YAML that says more than JSON can.
    """
    if len(text.encode()) > max_bytes:
        raise MalformedError(f"over {max_bytes} bytes of YAML")
    try:
        value: object = yaml.load(text, Loader=_PlainLoader)  # noqa: S506  # a SafeLoader
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise MalformedError(f"not plain YAML: {_first_line(error)}") from error
    return value


def _first_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
