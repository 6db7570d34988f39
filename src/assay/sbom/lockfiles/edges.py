"""From the names in a lock file to the components that they mean."""

from collections import defaultdict
from collections.abc import Iterable, Mapping


class Names:
    """The packages of one file by name; one name may have several versions."""

    def __init__(self) -> None:
        self._versions: dict[str, dict[str, str]] = defaultdict(dict)

    def add(self, name: str, version: str, purl: str) -> None:
        """Make `name` at `version` known as `purl`; first-party packages have an empty one."""
        self._versions[name].setdefault(version, purl)

    def find(self, name: str, version: str = "") -> tuple[str, ...] | None:
        """Return the purls that `name` may mean, none for our own, None where it is unknown."""
        versions = self._versions.get(name)
        if versions is None or (version and version not in versions):
            return None
        chosen = [versions[version]] if version else versions.values()
        return tuple(purl for purl in chosen if purl)


def reachable(starts: Iterable[str], edges: Mapping[str, Iterable[str]]) -> frozenset[str]:
    """Return everything that `starts` lead to, themselves included."""
    seen = set(starts)
    waiting = list(seen)
    while waiting:
        for target in edges.get(waiting.pop(), ()):
            if target not in seen:
                seen.add(target)
                waiting.append(target)
    return frozenset(seen)
