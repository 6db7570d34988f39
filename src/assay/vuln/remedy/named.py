"""Lock files of Node's tools of which only the packages and their edges are of use here."""

from collections.abc import Collection, Iterator, Mapping

from assay.core.errors import MalformedError
from assay.sbom.component import Component
from assay.sbom.filekinds import lock_parser
from assay.vuln.remedy.model import NPM, OWN, Ask, Lock, Pin
from assay.vuln.remedy.workspaces import own_manifests, wishes_of


def read_named_lock(kind: str, data: bytes, path: str, files: Mapping[str, bytes]) -> Lock:
    """Read a lock file of which only the packages and their edges are of use here.

    Raises:
        MalformedError: It is not what the inventory reads.
    """
    parse = lock_parser(path)
    if parse is None:
        raise MalformedError("no lock file", where=path)
    reading = parse(data, path)
    known = {c.purl: pin for c in reading.components if (pin := npm_pin(c)) is not None}
    edges = {
        known[c.purl].key: frozenset(known[one].key for one in c.depends_on if one in known)
        for c in reading.components
        if c.purl in known
    }
    pins = {pin.key: pin for pin in known.values()}
    return Lock(
        path=path,
        ecosystem=NPM,
        kind=kind,
        pins=pins,
        asks={OWN: tuple(_own_asks(path, files, pins))},
        edges=edges,
        find=lambda key, one: _find(one.name, edges.get(key, frozenset()), pins),
    )


def _find(name: str, led: Collection[str], pins: Mapping[str, Pin]) -> str:
    """Return the pin of that name that somebody leads to, or the only one that there is."""
    same = [key for key, pin in pins.items() if pin.name == name]
    near = [key for key in same if key in led] or same
    return near[0] if len(near) == 1 else ""


def _own_asks(path: str, files: Mapping[str, bytes], pins: Mapping[str, Pin]) -> Iterator[Ask]:
    """Yield what the product asks for directly, where there is one package of the name."""
    direct = [key for key, pin in pins.items() if pin.direct]
    try:
        for manifest in own_manifests(path, files):
            for table, name, range_ in wishes_of(files[manifest]):
                target = _find(name, direct, {key: pins[key] for key in direct})
                if target:
                    yield Ask(name=name, range=range_, target=target, manifest=manifest, kind=table)
    except MalformedError:
        return  # the inventory names it, and no file of these is edited


def npm_pin(component: Component) -> Pin | None:
    """Return a component of the npm registry as a pin; None for one from another place."""
    if not component.purl.startswith("pkg:npm/") or "?" in component.purl:
        return None
    return Pin(
        key=f"{component.name}@{component.version}",
        name=component.name,
        version=component.version,
        purl=component.purl,
        direct=component.direct,
        hashes=frozenset(component.hashes),
    )
