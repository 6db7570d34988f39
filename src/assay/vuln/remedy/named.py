"""Lock files of Node's tools of which only the packages and their edges are of use here."""

from assay.core.errors import MalformedError
from assay.sbom.component import Component
from assay.sbom.filekinds import lock_parser
from assay.vuln.remedy.model import NPM, Lock, Pin


def read_named_lock(kind: str, data: bytes, path: str) -> Lock:
    """Read a lock file of which only the packages and their edges are of use here."""
    parse = lock_parser(path)
    if parse is None:
        raise MalformedError("no lock file", where=path)
    reading = parse(data, path)
    pins = {c.purl: pin for c in reading.components if (pin := npm_pin(c)) is not None}
    edges = {
        pins[c.purl].key: frozenset(pins[one].key for one in c.depends_on if one in pins)
        for c in reading.components
        if c.purl in pins
    }
    return Lock(
        path=path,
        ecosystem=NPM,
        kind=kind,
        pins={pin.key: pin for pin in pins.values()},
        edges=edges,
        find=lambda _key, _one: "",
    )


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
