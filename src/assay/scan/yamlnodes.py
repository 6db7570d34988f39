"""YAML of others as nodes, with their lines: bounded in size and depth before anything is built.

The parser in C is linear in its input; that in Python is not, and a row of brackets can hold it up
for minutes. How deep a document is, its events tell, before the nodes are made.
"""

from typing import Final

import yaml

from assay.core.errors import MalformedError

MAX_NODES_BYTES: Final = 4 * 2**20  # far above any workflow, pipeline or Compose file
MAX_DEPTH: Final = 100


def check_yaml(data: bytes) -> None:
    """Refuse what is no YAML, whatever it means and however many documents it has.

    Raises:
        MalformedError: Too long, too deep, or not YAML.
    """
    if len(data) > MAX_NODES_BYTES:
        raise MalformedError(f"{len(data)} bytes, where at most {MAX_NODES_BYTES} are read")
    try:
        _check_depth(data)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise MalformedError("not YAML") from error


def compose_yaml(data: bytes) -> yaml.Node | None:
    """Return the root of the one document in `data`, None where it is empty.

    Raises:
        MalformedError: Too long, too deep, or not one YAML document.
    """
    check_yaml(data)
    try:
        root: yaml.Node | None = yaml.compose(data, Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise MalformedError("not YAML") from error
    return root


def _check_depth(data: bytes) -> None:
    depth = 0
    for event in yaml.parse(data, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            raise MalformedError(f"more than {MAX_DEPTH} levels")
