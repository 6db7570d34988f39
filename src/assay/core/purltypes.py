"""What each package type allows and how it writes its names (purl-spec, type definitions).

Only what differs from "case matters, a namespace is optional" is listed.
"""

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final


class Need(enum.Enum):
    """Whether a part of a purl must, may or must not be there."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    PROHIBITED = "prohibited"


class Case(enum.Enum):
    """Which letters a part keeps."""

    KEPT = "kept"
    LOWER = "lower"
    UPPER = "upper"

    def apply(self, text: str) -> str:
        """Return `text` in this case."""
        match self:
            case Case.KEPT:
                return text
            case Case.LOWER:
                return text.lower()
            case Case.UPPER:
                return text.upper()


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeRules:
    """The rules of one type; the patterns are of the whole normalised part."""

    namespace: Need = Need.OPTIONAL
    namespace_case: Case = Case.KEPT
    name_case: Case = Case.KEPT
    version_case: Case = Case.KEPT
    runs: tuple[str, str] | None = None  # pattern, and what stands for each match in a name
    name_pattern: str = ""
    version_pattern: str = ""
    qualifiers: frozenset[str] = field(default_factory=frozenset)  # those that must be there
    lower_at: str = ""  # the name is lower-case where repository_url holds this text

    def normal_namespace(self, namespace: str) -> str:
        """Return the namespace as this type writes it."""
        return self.namespace_case.apply(namespace)

    def normal_name(self, name: str, qualifiers: Mapping[str, str]) -> str:
        """Return the name as this type writes it."""
        if self.lower_at and self.lower_at in qualifiers.get("repository_url", "").lower():
            return name.lower()
        cased = self.name_case.apply(name)
        return re.sub(self.runs[0], self.runs[1], cased) if self.runs else cased

    def normal_version(self, version: str) -> str:
        """Return the version as this type writes it."""
        return self.version_case.apply(version)

    def is_name(self, name: str) -> bool:
        """Tell whether this type can have such a name."""
        return not self.name_pattern or re.fullmatch(self.name_pattern, name) is not None

    def is_version(self, version: str) -> bool:
        """Tell whether this type can have such a version."""
        return not self.version_pattern or re.fullmatch(self.version_pattern, version) is not None


ANY_TYPE: Final = TypeRules()
_ALONE: Final = TypeRules(namespace=Need.PROHIBITED)
_OWNED: Final = TypeRules(namespace=Need.REQUIRED)
_LOWER: Final = TypeRules(namespace_case=Case.LOWER, name_case=Case.LOWER)
_OWNED_LOWER: Final = TypeRules(
    namespace=Need.REQUIRED, namespace_case=Case.LOWER, name_case=Case.LOWER
)

TYPES: Final[Mapping[str, TypeRules]] = MappingProxyType(
    {
        "alpm": _OWNED_LOWER,
        "apk": _OWNED_LOWER,
        "bazel": _ALONE,
        "bitbucket": _OWNED_LOWER,
        "bitnami": TypeRules(namespace=Need.PROHIBITED, name_case=Case.LOWER),
        "brew": _LOWER,
        "cargo": _ALONE,
        "chrome-extension": TypeRules(
            namespace=Need.PROHIBITED,
            name_case=Case.LOWER,
            name_pattern="[a-p]{32}",
            version_pattern=r"[0-9]+(\.[0-9]+){0,3}",
        ),
        "cocoapods": _ALONE,
        "composer": _LOWER,
        "conda": _ALONE,
        "cpan": TypeRules(
            namespace_case=Case.UPPER,  # the author, who may stand in a qualifier instead
            name_pattern="(?!.*::).*",  # a distribution, not one of its modules
        ),
        "cran": _ALONE,
        "deb": _OWNED_LOWER,
        "gem": _ALONE,
        "git": _OWNED_LOWER,
        "github": _OWNED_LOWER,
        "gitlab": _OWNED_LOWER,
        "golang": _LOWER,
        "hackage": _ALONE,
        "hex": _LOWER,
        "huggingface": TypeRules(version_case=Case.LOWER),
        "julia": TypeRules(namespace=Need.PROHIBITED, qualifiers=frozenset({"uuid"})),
        "luarocks": _LOWER,
        "maven": _OWNED,
        "mlflow": TypeRules(namespace=Need.PROHIBITED, lower_at="databricks"),
        "npm": _LOWER,
        "nuget": _ALONE,
        "oci": TypeRules(namespace=Need.PROHIBITED, name_case=Case.LOWER, version_case=Case.LOWER),
        "opam": _ALONE,
        "otp": TypeRules(namespace=Need.PROHIBITED, name_case=Case.LOWER),
        "pub": TypeRules(namespace=Need.PROHIBITED, name_case=Case.LOWER, runs=("[^a-z0-9]", "_")),
        "pypi": TypeRules(
            namespace=Need.PROHIBITED,
            name_case=Case.LOWER,
            version_case=Case.LOWER,
            runs=(r"[-_.]+", "-"),
        ),
        "qpkg": _OWNED_LOWER,
        "swift": _OWNED,
        "vcpkg": TypeRules(namespace=Need.PROHIBITED, name_case=Case.LOWER),
        "vscode-extension": _OWNED_LOWER,
    }
)
