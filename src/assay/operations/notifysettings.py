"""Who is told of new advisories: `notify.toml` in the home.

```toml
[[notify]]
name = "psirt"
kind = "webhook"
url = "https://hooks.example/assay"      # or env:NAME, file:PATH
secret = "env:ASSAY_PSIRT_SECRET"        # or file:PATH; signs what is sent
minimum = "Attend"                       # of what SSVC decides at most
deployed = true
```

`epss-percent = 10`, before the tables, tells of what EPSS newly gives that probability or more.

Nothing of this is read from a repository: whoever can write there could send what they like to
whom they like. A secret is named, and not written, here. An unknown key is refused: a misspelt
filter would tell everything, or nothing.
"""

import enum
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from assay.core.errors import MalformedError, UsageError
from assay.core.jsonvalue import JsonValue
from assay.core.pathpattern import check_pattern
from assay.core.stricttoml import parse_toml
from assay.core.wording import near_hint
from assay.findings.finding import Severity
from assay.system.files import load_file
from assay.vuln.portfolio.pushing import State
from assay.vuln.signals.epss import PARTS
from assay.vuln.ssvc import Decision

MAX_SETTINGS_BYTES: Final = 256 * 2**10
_FILTERS: Final = (
    *("minimum", "severity", "products", "owners", "deployed", "exploited", "states", "group"),
)
_EPSS: Final = "epss-percent"
_OF_KIND: Final = {"webhook": ("url", "secret"), "file": ("path",)}


class Group(enum.StrEnum):
    """What makes one message: what is new about a product, or all of one push."""

    PRODUCT = "product"
    PUSH = "push"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Somebody who is told, how, and of what; empty filters leave nothing out.

    `where` is the URL or the path, or names where it is kept; so does `secret`.
    """

    name: str
    kind: str
    where: str
    secret: str = ""
    minimum: Decision = Decision.TRACK
    severity: Severity | None = None
    products: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    deployed: bool = False
    exploited: bool = False
    states: tuple[State, ...] = tuple(State)
    group: Group = Group.PRODUCT


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Who is told, and from which probability on EPSS is told of; None where it is not.

    `likely` counts parts of `PARTS`, as EPSS does here.
    """

    targets: tuple[Target, ...] = ()
    likely: int | None = None


def load_settings(path: Path) -> Settings:
    """Return the settings in the file at `path`; nobody is told where there is no file.

    Raises:
        UsageError: It is not as described above.
    """
    if not path.exists() and not path.is_symlink():  # one that leads nowhere is no "nobody"
        return Settings()
    return parse_settings(load_file(path, max_bytes=MAX_SETTINGS_BYTES), where=str(path))


def parse_settings(data: bytes, *, where: str) -> Settings:
    """Read the settings; `where` is what messages call them.

    Raises:
        UsageError: They are not as described above.
    """
    try:
        document = parse_toml(data, max_bytes=MAX_SETTINGS_BYTES)
        _refuse_unknown(document, (_EPSS, "notify"))
        return Settings(
            targets=_targets(document.optional_items("notify")), likely=_likely(document)
        )
    except MalformedError as error:
        place = f"{where}: {error.where}" if error.where else where
        raise UsageError(error.what, where=place, hint=error.hint) from error


def _likely(document: JsonValue) -> int | None:
    member = document.optional(_EPSS)
    if member is None:
        return None
    percent = member.integer()
    if not 1 <= percent <= 100:
        raise MalformedError(f"{percent} percent", where=member.where, hint="from 1 to 100")
    return percent * PARTS // 100


def _targets(items: Iterable[JsonValue]) -> tuple[Target, ...]:
    found: dict[str, Target] = {}
    for item in items:
        target = _target(item)
        if target.name in found:
            raise MalformedError("two targets of one name", where=f"{item.where}.name")
        found[target.name] = target
    return tuple(found.values())


def _target(item: JsonValue) -> Target:
    kind = item.field("kind").text()
    if kind not in _OF_KIND:
        known = ", ".join(_OF_KIND)
        raise MalformedError(f"{kind!r}", where=f"{item.where}.kind", hint=f"one of {known}")
    _refuse_unknown(item, ("name", "kind", *_OF_KIND[kind], *_FILTERS))
    name = item.field("name").text()
    if not name or not name.isprintable():
        raise MalformedError("no name", where=f"{item.where}.name")
    severity = item.optional("severity")
    return Target(
        name=name,
        kind=kind,
        where=_webhook(item) if kind == "webhook" else _path(item.field("path")),
        secret=_reference(item.field("secret")) if kind == "webhook" else "",
        minimum=_word(item, "minimum", Decision) or Decision.TRACK,
        severity=None if severity is None else _severity(severity),
        products=_patterns(item, "products"),
        owners=_patterns(item, "owners"),
        deployed=_flag(item, "deployed"),
        exploited=_flag(item, "exploited"),
        states=tuple(_words(item, "states", State)) or tuple(State),
        group=_word(item, "group", Group) or Group.PRODUCT,
    )


def _webhook(item: JsonValue) -> str:
    url = item.field("url")
    if url.text().startswith(("env:", "file:")):
        return _reference(url)
    return url.text()


def _path(value: JsonValue) -> str:
    if not Path(value.text()).is_absolute():
        raise MalformedError("a relative path", where=value.where, hint="write the whole path")
    return value.text()


def _reference(value: JsonValue) -> str:
    """Return the name of a secret: a secret that is written here is refused, and not repeated."""
    kind, _, name = value.text().partition(":")
    if kind == "env" and name.isidentifier():
        return value.text()
    if kind == "file" and Path(name).is_absolute():
        return value.text()
    raise MalformedError(
        "a secret is named, and not written, here", where=value.where, hint="env:NAME or file:PATH"
    )


def _severity(value: JsonValue) -> Severity:
    try:
        return Severity(value.text())
    except ValueError as error:
        known = ", ".join(one.value for one in Severity)
        raise MalformedError(
            f"{value.text()!r}", where=value.where, hint=f"one of {known}"
        ) from error


def _patterns(item: JsonValue, name: str) -> tuple[str, ...]:
    return tuple(one.parsed(_pattern) for one in item.optional_items(name))


def _pattern(text: str) -> str:
    check_pattern(text)
    return text


def _flag(item: JsonValue, name: str) -> bool:
    member = item.optional(name)
    return member is not None and member.boolean()


Word = TypeVar("Word", bound=enum.StrEnum)


def _word(item: JsonValue, name: str, words: type[Word]) -> Word | None:
    member = item.optional(name)
    return None if member is None else member.parsed(_among(words))


def _words(item: JsonValue, name: str, words: type[Word]) -> list[Word]:
    return [one.parsed(_among(words)) for one in item.optional_items(name)]


def _among(words: type[Word]) -> Callable[[str], Word]:
    def read(text: str) -> Word:
        for word in words:
            if word.value == text:
                return word
        known = ", ".join(word.value for word in words)
        raise MalformedError(f"{text!r}", hint=f"one of {known}")

    return read


def _refuse_unknown(table: JsonValue, known: tuple[str, ...]) -> None:
    for name, value in table.members():
        if name not in known:
            hint = near_hint(name, known)
            raise MalformedError(f"unknown key {name!r}", where=value.where, hint=hint)
