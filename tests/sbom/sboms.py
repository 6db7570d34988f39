"""SBOMs for tests: one with everything, and strategies for any."""

from types import MappingProxyType

from hypothesis import strategies as st

from assay.core.notchecked import NotChecked
from assay.sbom.component import PHASES, Component, Inventory, Sbom
from assay.sbom.merge import merge_components

AT = "2026-01-31T12:00:00Z"
SUBJECT = Component(
    purl="pkg:generic/shop@1.0",
    name="shop",
    version="1.0",
    found_in=(),
    depends_on=("pkg:npm/a@1",),
    kind="application",
    supplier="Shop & <Sons>",
)
A = Component(
    purl="pkg:npm/a@1",
    name="a",
    version="1",
    found_in=("package-lock.json",),
    hashes=("h1:x", f"sha256:{'a' * 64}", f"sha512:{'b' * 128}"),
    depends_on=("pkg:npm/b@2",),
    direct=True,
    development=False,
    raw_purls=("pkg:NPM/a@1",),
    licences=("MIT OR Apache-2.0",),
    supplier="Somebody",
    cpes=("cpe:2.3:a:a:a:1:*:*:*:*:*:*:*", "cpe:/a:a:a:1"),
    methods=("binary-analysis", "manifest-analysis"),
    edges_known=True,
)
B = Component(
    purl="pkg:npm/b@2",
    name="b",
    version="2",
    found_in=("package-lock.json", "x"),
    development=True,
    licences=("MIT",),
    raw_licences=("do what you like",),
    edges_known=True,
)
UNNAMED = Component(purl="", name="bin/tool", version="", found_in=("bin/tool",), kind="file")
NOTE = NotChecked(what="lock file", where="uv.lock", why="not TOML", remedy="mend it")
FULL = Sbom(
    inventory=Inventory(
        components=merge_components((A, B, UNNAMED)),
        lock_files=("package-lock.json",),
        unlocked=("Pipfile",),
        unpinned=("requirements.txt: flask",),
        examined=MappingProxyType({"lock files": 2}),
        not_checked=(NOTE,),
    ),
    subject=SUBJECT,
    created_at=AT,
    authors=("A. Author",),
    organisations=("Shop Inc", "Zeta Ltd"),
    phases=("pre-build", "decommission", "on the line"),
    tools=("maker 2.0",),
    supplier="Shop & <Sons>",
    aggregate="incomplete",
)

PURLS = [f"pkg:npm/{name}@1" for name in "abcd"]
TEXTS = st.text(alphabet="abc-1 é/<&\"'>", min_size=1, max_size=6).filter(
    lambda text: text == text.strip()
)
HASHES = st.sampled_from([f"sha256:{'0' * 64}", f"blake3:{'f' * 64}", "h1:x", f"md5:{'1' * 32}"])
LICENCES = st.sampled_from(["MIT", "Apache-2.0 WITH LLVM-exception", "LicenseRef-own"])
FLAGS = st.sampled_from([True, False, None])


def _few(items: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(items, max_size=2, unique=True).map(lambda found: tuple(sorted(found)))


COMPONENTS = st.builds(
    Component,
    purl=st.sampled_from([*PURLS, ""]),
    name=TEXTS,
    version=st.just("1"),
    found_in=_few(TEXTS),
    hashes=_few(HASHES),
    depends_on=_few(st.sampled_from(PURLS)),
    direct=FLAGS,
    development=FLAGS,
    licences=st.lists(LICENCES, max_size=1).map(tuple),
    raw_licences=st.sampled_from([(), ("no expression at all",)]),
    supplier=st.sampled_from(["", "One", "Two"]),
    cpes=_few(st.sampled_from(["cpe:2.3:a:a:a:1:*:*:*:*:*:*:*", "cpe:/a:a:a"])),
    kind=st.sampled_from(["library", "application", "file", "data", "operating-system"]),
    methods=_few(st.sampled_from(["binary-analysis", "other"])),
)


@st.composite
def sboms(draw: st.DrawFn) -> Sbom:
    """Return any document that a reader could have made of one of ours."""
    found = merge_components(draw(st.lists(COMPONENTS, max_size=6)))
    return Sbom(
        inventory=Inventory(components=found, not_checked=draw(_notes(found))),
        subject=SUBJECT if draw(st.booleans()) and PURLS[0] in {c.purl for c in found} else None,
        created_at=AT,
        authors=draw(_few(st.sampled_from(["A", "B <b@b.example>", "é"]))),
        organisations=draw(_few(TEXTS.map(lambda text: f"{text} Ltd"))),
        phases=draw(_few(st.sampled_from([*PHASES, "on the line"]))),
        aggregate=draw(st.sampled_from(["", "complete", "incomplete", "unknown"])),
    )


def _notes(found: tuple[Component, ...]) -> st.SearchStrategy[tuple[NotChecked, ...]]:
    """Return the notes of what every reader notes again: licences that are no expressions."""
    again = tuple(
        NotChecked(
            what="licence",
            where=item.identity,
            why=f"{text!r} is no SPDX expression",
            remedy="mend the document, or ask whoever made it",
        )
        for item in found
        for text in item.raw_licences
    )
    return st.sampled_from([again, (NOTE, *again)])
