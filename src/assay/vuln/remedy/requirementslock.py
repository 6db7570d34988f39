"""A requirements file as a `Lock`: what it pins with `==`, and what is asked for beside it.

Its manifests are the loose requirements of the files that are read with it, and of the `.in` file
of the same name. What the pinned packages ask of each other only an index can tell.
"""

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from packaging.requirements import InvalidRequirement, Requirement

from assay.sbom.component import Component
from assay.sbom.lockfiles.pypisource import normal_name
from assay.sbom.lockfiles.reading import Reading
from assay.vuln.nativeranges import MAX_RANGE
from assay.vuln.remedy.model import OWN, PYPI, Ask, Lock, Pin

KIND: Final = "requirements"
_EXTRAS: Final = re.compile(
    r"^[ \t]*([A-Za-z0-9][\w.-]*)[ \t]*\[([^\[\]\r\n]*)\]", re.ASCII | re.MULTILINE
)
NOWHERE: Final[Mapping[str, str]] = MappingProxyType({})  # no file says from which index


def requirements_lock(path: str, readings: Mapping[str, Reading]) -> Lock:
    """Return the requirements file at `path` as a lock; `readings` are all that were read."""
    pins: dict[str, Pin] = {}
    for component in readings[path].components:
        pin = pypi_pin(component)
        if pin is not None:
            add_pin(pins, pin)
    asked = (ask for beside in files_with(path, readings) for ask in _asks(beside, readings, pins))
    return Lock(path=path, ecosystem=PYPI, kind=KIND, pins=pins, asks={OWN: tuple(asked)})


def pypi_pin(component: Component, registries: Mapping[str, str] = NOWHERE) -> Pin | None:
    """Return a component of the Python index as a pin; None for one from another place.

    `registries` are the indexes of packages by normal name, where these are told.
    """
    if not component.purl.startswith("pkg:pypi/") or "?" in component.purl:
        return None
    name = normal_name(component.name)
    return Pin(
        key=name,
        name=component.name,
        version=component.version,
        purl=component.purl,
        direct=component.direct,
        hashes=frozenset(component.hashes),
        registry=registries.get(name, ""),
    )


def add_pin(pins: dict[str, Pin], pin: Pin) -> str:
    """Add a Python package under its normal name; return its key.

    Where that is there at another version, for another environment, the version is in the key.
    """
    known = pins.get(pin.key)
    if known is not None and known.purl == pin.purl:  # in another group, which goes along
        pins[pin.key] = replace(known, hashes=known.hashes | pin.hashes)
        return pin.key
    key = pin.key if known is None else f"{pin.key}@{pin.version}"
    pins[key] = replace(pin, key=key)
    return key


def written_extras(data: bytes) -> dict[str, frozenset[str]]:
    """Return the extras that lines of a requirements file ask for, by normal name."""
    found: dict[str, frozenset[str]] = {}
    for name, extras in _EXTRAS.findall(data.decode("utf-8", "replace")):
        names = frozenset(one.strip() for one in extras.split(",")) - {""}
        found[normal_name(name)] = found.get(normal_name(name), frozenset()) | names
    return found


def requirement_ask(text: str, manifest: str) -> Ask | None:
    """Return what the requirement `text` asks for; None where it is of another form."""
    if len(text) > MAX_RANGE:
        return None
    try:
        parsed = Requirement(text)
    except InvalidRequirement:
        return None
    if parsed.url is not None:
        return None
    name = normal_name(parsed.name)
    return Ask(
        name=name,
        range=str(parsed.specifier),
        target=name,
        manifest=manifest,
        extras=tuple(sorted(parsed.extras)),
    )


def files_with(path: str, readings: Mapping[str, Reading]) -> Iterator[str]:
    """Yield the files that are read with the one at `path`, itself included."""
    seen: set[str] = set()
    waiting = [path]
    while waiting:
        current = waiting.pop()
        if current in seen or current not in readings:
            continue
        seen.add(current)
        yield current
        reading = readings[current]
        waiting += (*reading.includes, *reading.constraints)
        waiting += [
            one
            for one, other in readings.items()
            if current in (*other.includes, *other.constraints)
        ]
        waiting.append(f"{posixpath.splitext(current)[0]}.in")


def _asks(path: str, readings: Mapping[str, Reading], pins: Mapping[str, Pin]) -> Iterator[Ask]:
    for loose in readings[path].loose:
        ask = requirement_ask(loose.text, path)
        if ask is not None and ask.target in pins:
            yield ask
    # What an .in file pins is a wish; what another .txt file pins is a pin of its own.
    for component in readings[path].components if path.endswith(".in") else ():
        name = normal_name(component.name)
        if name in pins:
            yield Ask(name=name, range=f"=={component.version}", target=name, manifest=path)
