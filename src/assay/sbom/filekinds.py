"""Which files declare dependencies, by name, and who reads them.

* A lock file fixes versions; a manifest asks for packages and has to have a lock file.
* A file of a kind that is known and not read yet is named all the same: silence would read as
  "has no dependencies".
"""

import posixpath
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from types import MappingProxyType
from typing import Final

from assay.sbom import manifest
from assay.sbom.lockfiles.bunlock import parse_bun_lock
from assay.sbom.lockfiles.cargolock import parse_cargo_lock
from assay.sbom.lockfiles.composerlock import parse_composer_lock
from assay.sbom.lockfiles.denolock import parse_deno_lock
from assay.sbom.lockfiles.gemfilelock import parse_gemfile_lock
from assay.sbom.lockfiles.gradlelock import parse_gradle_lock
from assay.sbom.lockfiles.mixlock import parse_mix_lock
from assay.sbom.lockfiles.nugetlock import parse_nuget_lock
from assay.sbom.lockfiles.packagelock import parse_package_lock
from assay.sbom.lockfiles.pdmlock import parse_pdm_lock
from assay.sbom.lockfiles.pipfilelock import parse_pipfile_lock
from assay.sbom.lockfiles.poetrylock import parse_poetry_lock
from assay.sbom.lockfiles.pylock import parse_pylock
from assay.sbom.lockfiles.reading import Reading
from assay.sbom.lockfiles.swiftresolved import parse_package_resolved
from assay.sbom.lockfiles.uvlock import parse_uv_lock
from assay.sbom.requirementnames import is_requirements

ParseLock = Callable[[bytes, str], Reading]
ParseManifest = Callable[[bytes], frozenset[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A kind of manifest: its reader, and the names of the lock files that can serve it."""

    parse: ParseManifest
    locks: tuple[str, ...]
    or_requirements: bool = False  # a fully pinned requirements file serves as well


def _later(module: str, name: str) -> ParseLock:
    """Return a reader whose module is loaded with the first file: PyYAML takes its time."""

    def parse(data: bytes, path: str) -> Reading:
        reader: ParseLock = getattr(import_module(f"assay.sbom.lockfiles.{module}"), name)
        return reader(data, path)

    return parse


# Manifests that fix some versions themselves, and have no lock file that would fix all.
DECLARATIONS: Final[Mapping[str, ParseLock]] = MappingProxyType(
    {"pom.xml": _later("pomxml", "parse_pom")}
)
LOCKS: Final[Mapping[str, ParseLock]] = MappingProxyType(
    {
        "poetry.lock": parse_poetry_lock,
        "Pipfile.lock": parse_pipfile_lock,
        "uv.lock": parse_uv_lock,
        "pdm.lock": parse_pdm_lock,
        "package-lock.json": parse_package_lock,
        "npm-shrinkwrap.json": parse_package_lock,
        "yarn.lock": _later("yarnlock", "parse_yarn_lock"),
        "pnpm-lock.yaml": _later("pnpmlock", "parse_pnpm_lock"),
        "bun.lock": parse_bun_lock,
        "Cargo.lock": parse_cargo_lock,
        "composer.lock": parse_composer_lock,
        "Gemfile.lock": parse_gemfile_lock,
        "gems.locked": parse_gemfile_lock,
        "gradle.lockfile": parse_gradle_lock,
        "buildscript-gradle.lockfile": parse_gradle_lock,
        "packages.lock.json": parse_nuget_lock,
        "Package.resolved": parse_package_resolved,
        "mix.lock": parse_mix_lock,
        "pubspec.lock": _later("pubspeclock", "parse_pubspec_lock"),
        "Podfile.lock": _later("podfilelock", "parse_podfile_lock"),
        "conda-lock.yml": _later("condalock", "parse_conda_lock"),
        "conda-lock.yaml": _later("condalock", "parse_conda_lock"),
        "pixi.lock": _later("pixilock", "parse_pixi_lock"),
        "deno.lock": parse_deno_lock,
        "verification-metadata.xml": _later("gradleverification", "parse_gradle_verification"),
    }
)
GO_MOD: Final = "go.mod"
GO_SUM: Final = "go.sum"
_PYTHON_LOCKS: Final = ("uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock", "pylock.toml")
_NODE_LOCKS: Final = (
    *("package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml"),
    "bun.lock",
)
_SETUP: Final = Manifest(parse=manifest.parse_setup, locks=_PYTHON_LOCKS, or_requirements=True)

MANIFESTS: Final[Mapping[str, Manifest]] = MappingProxyType(
    {
        "package.json": Manifest(parse=manifest.parse_package_json, locks=_NODE_LOCKS),
        "pyproject.toml": Manifest(
            parse=manifest.parse_pyproject, locks=_PYTHON_LOCKS, or_requirements=True
        ),
        "Pipfile": Manifest(parse=manifest.parse_pipfile, locks=("Pipfile.lock",)),
        "deno.json": Manifest(parse=manifest.parse_deno_json, locks=("deno.lock",)),
        "Cargo.toml": Manifest(parse=manifest.parse_cargo_toml, locks=("Cargo.lock",)),
        "setup.py": _SETUP,
        "setup.cfg": _SETUP,
    }
)
REQUIREMENTS_IN: Final = Manifest(
    parse=manifest.parse_requirements_in, locks=_PYTHON_LOCKS, or_requirements=True
)

# Manifests that are not read: a lock file in their folder says it all, if there is one.
_SERVED: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "Gemfile": ("Gemfile.lock",),
        "gems.rb": ("gems.locked",),
        "composer.json": ("composer.lock",),
        "build.gradle": ("gradle.lockfile",),
        "build.gradle.kts": ("gradle.lockfile",),
        "Package.swift": ("Package.resolved",),
        "mix.exs": ("mix.lock",),
        "pubspec.yaml": ("pubspec.lock",),
        "Podfile": ("Podfile.lock",),
        "pixi.toml": ("pixi.lock",),
        "deno.jsonc": ("deno.lock",),
        "environment.yml": ("conda-lock.yml", "conda-lock.yaml"),
        "environment.yaml": ("conda-lock.yml", "conda-lock.yaml"),
    }
)
_PROJECTS: Final = (".csproj", ".fsproj", ".vbproj")
_PROJECT_LOCKS: Final = ("packages.lock.json",)

# Each declares dependencies of an ecosystem that is not read yet.
UNREAD: Final = frozenset(
    {
        *("libs.versions.toml", "packages.config", "Directory.Packages.props"),
        *("rebar.lock", "Cartfile.resolved", "bun.lockb", "conan.lock"),
        *("conanfile.txt", "conanfile.py", "vcpkg.json", "flake.lock"),
        *("MODULE.bazel.lock", "build.sbt", "stack.yaml.lock", "cabal.project.freeze"),
        *("renv.lock", "Manifest.toml", "go.work", "cpanfile.snapshot"),
    }
)
_UNREAD_ENDINGS: Final = (".gemspec",)
_CONDA_EXPLICIT: Final = _later("condalock", "parse_conda_explicit")
_CONDA_LIST: Final = re.compile(r"conda-[\w-]+\.lock\Z|(?:conda-)?(?:explicit|spec-file)\.txt\Z")
_PYLOCK: Final = re.compile(r"pylock(?:\.[^./]+)?\.toml\Z")


def lock_parser(path: str) -> ParseLock | None:
    """Return the reader for the lock file at `path`, or None where it is none of these."""
    name = posixpath.basename(path)
    if _PYLOCK.match(name):
        return parse_pylock
    return _CONDA_EXPLICIT if _CONDA_LIST.match(name) else LOCKS.get(name)


def manifest_kind(path: str) -> Manifest | None:
    """Return what is known about the manifest at `path`, or None where it is none."""
    if is_requirements(path, ".in"):
        return REQUIREMENTS_IN
    return MANIFESTS.get(posixpath.basename(path))


def serving_locks(path: str) -> tuple[str, ...]:
    """Return the paths of the lock files that would say all that the manifest `path` asks for.

    None for a manifest that is read itself, and for what is no manifest.
    """
    folder, name = posixpath.split(path)
    names = _PROJECT_LOCKS if name.endswith(_PROJECTS) else _SERVED.get(name, ())
    return tuple(posixpath.join(folder, lock) for lock in names)


def is_unread(path: str) -> bool:
    """Tell whether `path` declares dependencies of a kind that is not read yet."""
    return posixpath.basename(path) in UNREAD or path.endswith(_UNREAD_ENDINGS)


def is_vendored(path: str) -> bool:
    """Tell whether `path` lies in a folder where a package manager puts packages."""
    return "node_modules" in path.split("/")[:-1]


def is_dependency_file(path: str) -> bool:
    """Tell whether the file at `path` says anything about dependencies."""
    return (
        lock_parser(path) is not None
        or manifest_kind(path) is not None
        or is_requirements(path)
        or posixpath.basename(path) in {GO_MOD, GO_SUM, *DECLARATIONS}
        or is_unread(path)
        or bool(serving_locks(path))
    )
