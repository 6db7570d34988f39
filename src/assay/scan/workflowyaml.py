"""The nodes of a workflow or an action, with their lines: what `yaml.compose` gives."""

from collections.abc import Iterator

import yaml

from assay.scan.yamlnodes import compose_yaml


def compose_workflow(document: bytes) -> yaml.Node | None:
    """Return the root of one YAML document, None where it is empty.

    Raises:
        MalformedError: Not one YAML document, or deeper than can be read.
    """
    return compose_yaml(document)


def list_uses(root: yaml.Node | None) -> Iterator[yaml.ScalarNode]:
    """Yield the `uses` of every job, of their steps, and of the steps of a composite action."""
    jobs = list_jobs(root)
    holders = [*jobs, member_of(root, "runs")]
    lists = {id(steps): steps for steps in (member_of(holder, "steps") for holder in holders)}
    steps = [  # each list once, however often it is aliased
        step
        for found in lists.values()
        if isinstance(found, yaml.SequenceNode)
        for step in found.value
    ]
    for holder in (*jobs, *steps):
        used = member_of(holder, "uses")
        if isinstance(used, yaml.ScalarNode):
            yield used


def list_jobs(root: yaml.Node | None) -> list[yaml.Node]:
    """Return the jobs of a workflow."""
    return [job for _, job in members_of(member_of(root, "jobs"))]


def member_of(node: yaml.Node | None, key: str) -> yaml.Node | None:
    """Return the member `key` of a mapping, None where there is none."""
    return next((value for name, value in members_of(node) if name.value == key), None)


def members_of(node: yaml.Node | None) -> list[tuple[yaml.Node, yaml.Node]]:
    """Return the members of a mapping; nothing of any other node."""
    return node.value if isinstance(node, yaml.MappingNode) else []
