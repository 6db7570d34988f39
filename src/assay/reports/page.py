"""HTML pages: each is one file that loads nothing, readable at a glance.

* Everything from outside goes through the template's automatic escaping, and through `printable`,
  so that neither markup nor direction overrides in a name can change what the page shows.
* The page's own policy (CSP) lets in one style sheet, by its digest, and nothing else: no script,
  no style of an element, no image, no request. If markup did get in, it could not do anything.
* Lists are bounded, and say what they leave out: the JSON report has all.
"""

import base64
import functools
import hashlib
import re
from collections.abc import Mapping
from importlib import resources
from typing import Final

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup, escape

from assay.core.printable import printable

_LONGEST: Final = 300  # characters of one text; a longer path or title is cut with an ellipsis
# Only these become links; whatever else stands in a reference is shown as text.
_LINK: Final = re.compile(r"https://[A-Za-z0-9.-]+(?:/[A-Za-z0-9._~/#?=&%+:@-]*)?\Z")


def render_page(name: str, view: Mapping[str, object], *, styles: tuple[str, ...]) -> bytes:
    """Return the page that the template `name` makes of `view`, with `styles` as its one sheet."""
    style = "".join(map(_source, styles))
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        _environment()
        .get_template(name)
        .render(
            view=view,
            style=Markup(style),  # noqa: S704  # ours
            style_digest=f"sha256-{digest}",
        )
        .encode()
    )


@functools.cache
def _environment() -> Environment:
    environment = Environment(
        loader=FunctionLoader(_source),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_printable,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["code"] = _with_code
    environment.filters["whole"] = _whole
    environment.filters["number"] = "{:,}".format
    environment.filters["host"] = _host
    environment.tests["link"] = _is_link
    return environment


def _source(name: str) -> str:
    return resources.files("assay.reports").joinpath("templates", name).read_text("utf-8")


def _printable(value: object) -> object:
    """Make every text that the template prints safe to look at; markup of our own stays."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return printable(value, limit=_LONGEST)


def _with_code(text: str) -> Markup:
    """Return `text` with what stands between backticks as code; all of it is escaped."""
    parts = printable(text, limit=2 * _LONGEST).split("`")
    if len(parts) % 2 == 0:  # an odd backtick: leave them as they are
        return escape("`".join(parts))
    coded = (
        Markup("<code>{}</code>").format(p) if i % 2 else escape(p) for i, p in enumerate(parts)
    )
    return Markup("").join(coded)


def _whole(text: str) -> Markup:
    """Return a command or a line of a proof, which nobody could use if it were cut."""
    return escape(printable(text, limit=len(text)))


def _host(link: str) -> str:
    """Return whose page a link leads to, which says more in less room than all of it."""
    return link.removeprefix("https://").partition("/")[0]


def _is_link(text: str) -> bool:
    return len(text) <= _LONGEST and _LINK.match(text) is not None
