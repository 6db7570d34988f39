"""Forges that answer with other shapes than they document: a gap, never a wrong fact or a crash."""

from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assay.core.errors import AssayError
from assay.core.jsonvalue import JsonValue
from assay.source.forge.client import ForgeClient, RepositoryApi
from assay.source.forge.gitea import GiteaReader
from assay.source.forge.github import GitHubReader
from assay.source.forge.gitlab import GitLabReader
from assay.source.forge.reading import ForgeReader
from tests.fakes.forges import gitea_routes, github_routes, gitlab_routes
from tests.source.forge.observing import observe

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

ROUTES: dict[str, Callable[[], dict[str, object]]] = {
    "github": github_routes,
    "gitlab": gitlab_routes,
    "gitea": gitea_routes,
}
PARTS = [
    (kind, path)
    for kind, routes in ROUTES.items()
    for path in sorted(routes())
    if not path.endswith(("shop", "push_rule", "/approvals"))  # every member of these may lack
]


@pytest.mark.parametrize(("kind", "path"), PARTS)
def test_another_type_is_a_gap(kind: str, path: str) -> None:
    routes = ROUTES[kind]()
    routes[path] = "text"
    state = observe(kind, routes)
    assert state.not_checked
    assert {gap.what for gap in state.not_checked} <= {
        "branch protection",
        "tag protection",
        "members",
        "reviews",
    }


class _Replaying(ForgeClient):
    """Answers from a value, without a network."""

    __slots__ = ("value",)
    value: object

    def get(self, *_path: str, **_query: str) -> JsonValue:
        return JsonValue(self.value)

    def pages(self, *_path: str, **_query: str) -> Iterator[JsonValue]:
        yield from JsonValue(self.value).items()


def _reader(kind: str, value: object) -> ForgeReader:
    client = _Replaying(url="https://forge.example", headers={})
    object.__setattr__(client, "value", value)
    api = RepositoryApi(client=client, top=("repos", "a", "b"))
    if kind == "github":
        return GitHubReader(api=api)
    return GitLabReader(api=api) if kind == "gitlab" else GiteaReader(api=api)


WORDS = (
    "type permissions login name user rules id protected state commit head repo sha content op_type "
    "email message push_data author"
)
NAMES = st.sampled_from(WORDS.split())
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.sampled_from(sorted(ROUTES)), VALUES)
def test_any_document_is_read_or_refused(kind: str, value: object) -> None:
    reader = _reader(kind, value)
    for part in (
        reader.default_branch,
        lambda: reader.branch("main"),
        reader.tags,
        reader.members,
        lambda: reader.requests("c0" * 20),
    ):
        try:
            part()
        except AssayError:
            continue
