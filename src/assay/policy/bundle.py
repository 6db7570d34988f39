"""A bundle of rules: checked modules under one digest.

* One rule is one package in one file, `rules.<stage>.<name>`, and its id says the same.
* `lib.<name>` packages hold what rules share. Files that end in `_test.rego` are tests: they are
  checked like the rest, but decide nothing and are not part of the digest.
* Everything that a module uses is defined in the bundle; nothing is defined twice.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Final

from assay.core.digest import Digest, sha256_of
from assay.core.errors import MalformedError, UsageError
from assay.core.strictjson import render_canonical_json
from assay.policy.language import Module, parse_module
from assay.policy.metadata import RuleMetadata, parse_metadata

MAX_FILES: Final = 1_000  # far above any pack; bounds the work of loading
MAX_FILE_BYTES: Final = 256 * 1024  # a rule is a page
TEST_SUFFIX: Final = "_test.rego"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule: what it says about itself, and its module."""

    metadata: RuleMetadata
    module: Module

    @property
    def entry_point(self) -> str:
        """Return the name under which the engine knows the rule's package."""
        return self.module.package.replace(".", "/")


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyBundle:
    """Rules in the order of their ids, and the modules that they share."""

    rules: tuple[Rule, ...]
    library: tuple[Module, ...]
    tests: tuple[Module, ...] = field(repr=False)
    digest: Digest

    def find_rule(self, rule_id: str) -> Rule | None:
        """Return the rule `rule_id`, or None."""
        return next((rule for rule in self.rules if rule.metadata.id == rule_id), None)


def load_bundle(files: Mapping[str, bytes]) -> PolicyBundle:
    """Read and check the modules in `files` (path → content).

    Raises:
        MalformedError: Not a bundle of this form, or a module outside the accepted language.
    """
    if len(files) > MAX_FILES:
        raise MalformedError(f"{len(files)} policy files, where at most {MAX_FILES} are read")
    modules = tuple(_module(path, files[path]) for path in sorted(files))
    _check_packages(modules)
    deciding = tuple(m for m in modules if not m.path.endswith(TEST_SUFFIX))
    _refuse_undefined(modules, frozenset(name for m in deciding for name in m.defines))
    rules = tuple(_rule(module) for module in deciding if not module.package.startswith("lib."))
    return PolicyBundle(
        rules=tuple(sorted(rules, key=lambda rule: rule.metadata.id)),
        library=tuple(m for m in deciding if m.package.startswith("lib.")),
        tests=tuple(m for m in modules if m.path.endswith(TEST_SUFFIX)),
        digest=_digest(deciding),
    )


def load_default_pack() -> dict[str, bytes]:
    """Return the files of the pack that comes with Assay, under `default/`."""
    return dict(_walk(resources.files("assay.policy").joinpath("packs", "default"), "default"))


def join_packs(packs: Mapping[str, Mapping[str, bytes]]) -> dict[str, bytes]:
    """Put several packs together, each file under its pack's name: none can replace another's.

    Raises:
        UsageError: The name of a pack holds a slash, so that two packs could meet.
    """
    for name in packs:
        if "/" in name or not name:
            raise UsageError(f"{name!r} as the name of a policy pack")
    return {f"{name}/{path}": data for name, pack in packs.items() for path, data in pack.items()}


def _walk(folder: Traversable, path: str) -> Iterator[tuple[str, bytes]]:
    for child in sorted(folder.iterdir(), key=lambda item: item.name):
        if child.is_dir():
            yield from _walk(child, f"{path}/{child.name}")
        else:
            yield f"{path}/{child.name}", child.read_bytes()


def _module(path: str, data: bytes) -> Module:
    if not path.endswith(".rego"):
        raise MalformedError("a policy pack holds .rego files only", where=repr(path))
    if len(data) > MAX_FILE_BYTES:
        raise MalformedError(
            f"{len(data)} bytes, where at most {MAX_FILE_BYTES} are read", where=path
        )
    try:
        return parse_module(path, data.decode())
    except UnicodeDecodeError as error:
        raise MalformedError("not UTF-8", where=path) from error


def _check_packages(modules: tuple[Module, ...]) -> None:
    paths: dict[str, str] = {}
    for module in modules:
        if module.package in paths:
            raise MalformedError(
                f"the package {module.package}, which is at {paths[module.package]} already",
                where=module.path,
            )
        paths[module.package] = module.path
        kind, *rest = module.package.split(".")
        expected = "tests" if module.path.endswith(TEST_SUFFIX) else "lib" if kind == "lib" else ""
        if expected and (kind, len(rest)) != (expected, 1):
            raise MalformedError(
                f"package {module.package}", where=module.path, hint=f"package {expected}.<name>"
            )
        if expected and module.reads:  # what a rule relies on must be told by the rule itself
            raise MalformedError(
                "only a rule reads input", where=module.path, hint="take it as an argument"
            )


def _refuse_undefined(modules: tuple[Module, ...], defined: frozenset[str]) -> None:
    for module in modules:
        for name, line in module.uses:
            if name not in defined | module.defines:
                said = name.removeprefix(f"{module.package}.").removesuffix("()")
                raise MalformedError(
                    f"{said!r} is neither an accepted function nor defined in the bundle",
                    where=f"{module.path}:{line}",
                )


def _rule(module: Module) -> Rule:
    try:
        metadata = parse_metadata(module.source)
        _check_names(metadata, module)
    except MalformedError as error:
        error.where = f"{module.path}:{error.where}" if error.where else module.path
        raise
    return Rule(metadata=metadata, module=module)


def _check_names(metadata: RuleMetadata, module: Module) -> None:
    expected = f"rules.{metadata.id.replace('-', '_')}"
    if module.package != expected:
        raise MalformedError(
            f"package {module.package} for the rule {metadata.id}", hint=f"package {expected}"
        )
    for name in ("verdict", "reasons"):
        if f"{module.package}.{name}" not in module.defines:
            raise MalformedError(f"the rule defines no {name}")


def _digest(modules: tuple[Module, ...]) -> Digest:
    """Digest what decides; `path` stays out, as moving a file changes no answer."""
    return sha256_of(
        render_canonical_json(
            {
                "schema": "assay.policy-bundle/v1",
                "modules": {m.package: m.source for m in modules},
            }
        )
    )
