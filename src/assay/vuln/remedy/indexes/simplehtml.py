"""A project's page of a Python index in HTML (PEP 503, 592, 658), as its JSON form has it.

Mirrors often have no other one. The attributes of an anchor are all that counts.
"""

from html.parser import HTMLParser
from urllib.parse import unquote


def parse_simple_html(text: str) -> list[dict[str, object]]:
    """Return the files that the page names, each as the JSON form describes one."""
    reader = _Anchors()
    reader.feed(text)
    reader.close()
    return reader.files


class _Anchors(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.files: list[dict[str, object]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag != "a" or "href" not in told:
            return
        url, _, fragment = told["href"].partition("#")
        kind, _, digest = fragment.partition("=")
        metadata = told.get("data-core-metadata", told.get("data-dist-info-metadata"))
        self.files.append(
            {
                "filename": unquote(url.partition("?")[0].rpartition("/")[2]),
                "url": url,
                "hashes": {kind: digest} if digest else {},
                "requires-python": told.get("data-requires-python", ""),
                "yanked": "data-yanked" in told,
                "core-metadata": _metadata(metadata),
            }
        )


def _metadata(told: str | None) -> object:
    """Return what the JSON form has for `true`, `sha256=…` and for nothing: mirrors drop it."""
    if told is None:
        return None
    kind, _, digest = told.partition("=")
    return {kind: digest} if digest else True
