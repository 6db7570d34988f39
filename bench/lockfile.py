"""How long it takes from the bytes of a lock file to the bytes of its CycloneDX document.

The lock files are generated: 3,000 packages with three dependencies each. In the same run, on the
same bytes, the bare parser is timed; what Assay takes is also given as a multiple of that. For the
choice in docs/decisions/0002, the same components go through cyclonedx-python-lib as well.

Run `python -m bench.lockfile`.
"""

import base64
import hashlib
import json
import os
import platform
import time
import tomllib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Final

import tomli
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from assay.core.purl import make_purl
from assay.core.strictjson import render_canonical_json
from assay.sbom.collect import read_inventory
from assay.sbom.component import Inventory
from assay.sbom.cyclonedx import render_cyclonedx

PACKAGES: Final = 3000
RUNS: Final = 5
AT: Final = datetime(2026, 1, 1, tzinfo=UTC)


def main() -> None:
    print(
        f"{PACKAGES} packages, Python {platform.python_version()}, best of {RUNS} runs, "
        f"processor time, load {os.getloadavg()[0]:.1f}"
    )
    lock, poetry = make_package_lock(PACKAGES), make_poetry_lock(PACKAGES)
    show("package-lock.json", lock, lambda: json.loads(lock))
    show("poetry.lock", poetry, lambda: tomli.loads(poetry.decode()))
    standard = best(lambda: tomllib.loads(poetry.decode()))
    print(f"the same TOML by tomllib, which is not compiled: {standard:.3f} s")
    inventory = read_inventory({"package-lock.json": lock})
    direct = best(lambda: to_bytes(inventory))
    through = best(lambda: through_library(inventory))
    print(f"document alone: direct {direct:.3f} s, cyclonedx-python-lib ", end="")
    print(f"{version('cyclonedx-python-lib')} {through:.3f} s, {through / direct:.1f} x")


def show(name: str, data: bytes, parse: Callable[[], object]) -> None:
    """Print the seconds of the whole way and of its parts, and the ratio to the bare parser's."""
    bare = best(parse)
    read = best(lambda: read_anew({name: data}))
    whole = best(lambda: to_bytes(read_anew({name: data})))
    digest = hashlib.sha256(data).hexdigest()[:12]
    print(f"{name} ({len(data)} bytes, sha256 {digest}): ", end="")
    print(f"{whole:.3f} s, of it reading {read:.3f} s; ", end="")
    print(f"bare parser {bare:.3f} s, {whole / bare:.1f} x")


def read_anew(files: Mapping[str, bytes]) -> Inventory:
    """Return the inventory, with nothing remembered from an earlier run."""
    make_purl.cache_clear()
    inventory = read_inventory(files)
    assert len(inventory.components) == PACKAGES
    assert not inventory.not_checked
    return inventory


def to_bytes(inventory: Inventory) -> bytes:
    document = render_cyclonedx(inventory, subject_name="bench", subject_version="be" * 20, at=AT)
    return render_canonical_json(document)


def through_library(inventory: Inventory) -> str:
    """Make the same components and edges with the library's model and writer."""
    bom = Bom()
    made = {
        item.purl: Component(
            type=ComponentType.LIBRARY,
            name=item.name,
            version=item.version,
            bom_ref=item.purl,
            purl=PackageURL.from_string(item.purl),
        )
        for item in inventory.components
    }
    for item in inventory.components:
        bom.components.add(made[item.purl])
    for item in inventory.components:
        bom.register_dependency(made[item.purl], [made[to] for to in item.depends_on])
    return JsonV1Dot6(bom).output_as_string()


def make_package_lock(count: int) -> bytes:
    """Return a package-lock.json, lockfileVersion 3, of `count` packages."""
    packages: dict[str, object] = {"": {"name": "bench", "dependencies": {name(0): "^1.0.0"}}}
    for number in range(count):
        sri = base64.b64encode(hashlib.sha512(name(number).encode()).digest()).decode()
        packages[f"node_modules/{name(number)}"] = {
            "version": f"1.{number}.0",
            "resolved": f"https://packages.example/{name(number)}/-/{number}.tgz",
            "integrity": f"sha512-{sri}",
            "license": "MIT",
            "dependencies": {name(other): "^1.0.0" for other in needed(number, count)},
        }
    lock = {"name": "bench", "lockfileVersion": 3, "requires": True, "packages": packages}
    return json.dumps(lock, indent=2).encode()


def make_poetry_lock(count: int) -> bytes:
    """Return a poetry.lock, lock-version 2.1, of `count` packages with two files each."""
    parts: list[str] = []
    for number in range(count):
        title = name(number).replace("/", "-").lstrip("@")
        digests = [hashlib.sha256(f"{title}{kind}".encode()).hexdigest() for kind in "ab"]
        files = (f'    {{file = "{title}.whl", hash = "sha256:{digest}"}},' for digest in digests)
        others = (name(other).replace("/", "-").lstrip("@") for other in needed(number, count))
        parts += [
            f'[[package]]\nname = "{title}"\nversion = "1.{number}.0"\ndescription = "A package"',
            'optional = false\npython-versions = ">=3.9"\ngroups = ["main"]\nfiles = [',
            *files,
            "]\n\n[package.dependencies]",
            *(f'{other} = ">=1.0"' for other in others),
            "",
        ]
    parts.append('[metadata]\nlock-version = "2.1"\npython-versions = ">=3.11"\n')
    return "\n".join(parts).encode()


def name(number: int) -> str:
    return f"@scope/package-{number}" if number % 4 == 0 else f"package-{number}"


def needed(number: int, count: int) -> range:
    return range(number + 1, min(number + 4, count))


def best(work: Callable[[], object]) -> float:
    """Return the seconds of the processor for the fastest of `RUNS` runs."""
    taken: list[float] = []
    for _ in range(RUNS):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return min(taken)


if __name__ == "__main__":
    main()
