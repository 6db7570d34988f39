"""Reading a page back with the standard library's parser."""

from html.parser import HTMLParser

# Elements that only structure the text of a page's part: backticks become code.
_INLINE = frozenset({"code", "br"})

Tag = tuple[str, tuple[tuple[str, str | None], ...]]


class Page(HTMLParser):
    """The elements of a page with their attributes, in order, and the text between them."""

    def __init__(self, html: bytes) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[Tag] = []
        self.texts: list[str] = []
        self.style = ""
        self._open = ""
        self.feed(html.decode())
        self.close()

    @property
    def skeleton(self) -> list[Tag]:
        """Return the elements that are the template's own."""
        return [tag for tag in self.tags if tag[0] not in _INLINE]

    @property
    def text(self) -> str:
        return "".join(self.texts)

    def attributes(self, tag: str, **wanted: str) -> list[dict[str, str | None]]:
        """Return the attributes of the elements `tag` that have all those wanted."""
        found = [dict(attributes) for name, attributes in self.tags if name == tag]
        return [f for f in found if all(f.get(k) == v for k, v in wanted.items())]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(attrs)))
        self._open = tag

    def handle_endtag(self, tag: str) -> None:
        self._open = ""

    def handle_data(self, data: str) -> None:
        if self._open == "style":
            self.style += data
        else:
            self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        self.tags.append(("!comment", ((data, None),)))

    def handle_pi(self, data: str) -> None:
        self.tags.append(("!pi", ((data, None),)))
