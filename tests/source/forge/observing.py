"""Asking a forge on the loopback everything, as an operation does."""

from collections.abc import Mapping

from assay.source.forge.facts import ForgeRepository, ForgeState
from assay.source.forge.opening import observe_forge, open_forge
from tests.fakes.forges import forge_server
from tests.fakes.trust import COMMIT, NOW

PATHS = {"github": "team/shop", "gitlab": "group/sub/shop", "gitea": "team/shop"}


def observe(kind: str, routes: Mapping[str, object], *branches: str) -> ForgeState:
    with forge_server(routes) as served:
        repository = ForgeRepository(kind=kind, url=served.url, path=PATHS[kind])
        return observe_forge(
            open_forge(repository, None),
            repository,
            branches=branches,
            commit=COMMIT.hex,
            at=NOW,
        )
