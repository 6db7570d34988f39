"""The HTML report: one file that loads nothing, readable at a glance.

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
from importlib import resources
from typing import Final

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup, escape

from assay.core.printable import printable
from assay.operations.checkreport import CheckReport
from assay.reports.htmlview import page_view

_LONGEST: Final = 300  # characters of one text; a longer path or title is cut with an ellipsis
# Only these become links; whatever else stands in a reference is shown as text.
_LINK: Final = re.compile(r"https://[A-Za-z0-9.-]+(?:/[A-Za-z0-9._~/#?=&%+:@-]*)?\Z")


def render_html(report: CheckReport) -> bytes:
    """Return the page."""
    template, style, digest = _page()
    view = page_view(report)
    return template.render(view=view, style=style, style_digest=digest).encode()


@functools.cache
def _page() -> tuple[Template, Markup, str]:
    """Return the template, the style sheet, and its digest as a CSP writes it."""
    folder = resources.files("assay.reports").joinpath("templates")
    style = folder.joinpath("check.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    environment = Environment(
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
    source = folder.joinpath("check.html.j2").read_text("utf-8")
    return environment.from_string(source), Markup(style), f"sha256-{digest}"  # noqa: S704  # ours


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
