"""Readers of `assay.core`, and of what reaches `assay.system` from outside."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile
from zipfile import ZIP_DEFLATED, ZipFile

from assay.core.errors import MalformedError
from assay.core.strictjson import parse_json, render_canonical_json
from assay.source.commit import signed_bytes
from assay.system.archives import ZipLimits, read_zip
from fuzz.target import MAX_BYTES, Target, raw, text, value

_JSON = b'{"a": [1, -2.5e3, true, null, "\\u00e9\\n"], "b": {"c": "d", "e": []}}'
_YAML = b"a: [1, 2]\nb:\n  - c: 'd'\n    e: |\n      text\n  - \"f\"\ng: 2026-01-01\n"
_TOML = b'a = 1\n[b]\nc = ["d", 2026-01-01]\n[[e]]\nf = """x"""\n[[e]]\ng.h = 0x1f\n'
_LIMITS = ZipLimits(members=100, member_bytes=2**20, total_bytes=2**22)


def _canonical(data: bytes) -> object:
    """Read, write, and read again: what is signed must come back as it was."""
    found = parse_json(data, max_bytes=MAX_BYTES)
    try:
        written = render_canonical_json(found)
    except (TypeError, ValueError) as error:  # documented: fractions, and numbers beyond a double
        raise MalformedError(str(error)) from error
    if parse_json(written, max_bytes=2 * MAX_BYTES) != found:
        raise AssertionError("it does not come back")
    return found


def _zip_seeds() -> Sequence[bytes]:
    made = BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as archive:
        archive.writestr("a.json", '{"a": 1}' * 20)
        archive.writestr("b/c.json", "{}")
        archive.writestr("b/d.txt", "no")
    return (made.getvalue(),)


def _zip(data: bytes) -> object:
    with NamedTemporaryFile(suffix=".zip") as file:
        Path(file.name).write_bytes(data)
        return tuple(read_zip(Path(file.name), limits=_LIMITS, suffix=".json"))


def _commit_seeds() -> Sequence[bytes]:
    head = b"tree " + b"12" * 20 + b"\nparent " + b"34" * 20 + b"\n"
    people = (
        b"author Ann Other <ann@example.org> 1767268800 +0200\n"
        b"committer Bo <bo@example.org> 1767268860 -0330\n"
    )
    signature = b"gpgsig -----BEGIN SSH SIGNATURE-----\n U1NIU0lH\n -----END SSH SIGNATURE-----\n"
    return (head + people + b"\nmessage\n", head + people + signature + b"encoding x\n\nmessage\n")


def _tree_seeds() -> Sequence[bytes]:
    return (b"100644 a\0" + b"\x12" * 20 + b"40000 b\0" + b"\x34" * 20,)


_PURLS = (
    b"pkg:pypi/flask@3.0",
    b"pkg:npm/%40s/a@1.2.3?vcs_url=git%2Bhttps://host.example/a&x=y#sub/path",
    b"pkg:golang/host.example/upper/a@v1.0.0",
    b"pkg:generic/a@0?checksum=sha256:ab",
)
_STAGED = (
    b":000000 100644 " + b"0" * 40 + b" " + b"ab" * 20 + b" A\0new\0"
    b":100644 000000 " + b"ab" * 20 + b" " + b"0" * 40 + b" D\0gone\0"
)
_STATUS = (
    b"1 .M N... 100644 100644 100644 " + b"12" * 20 + b" " + b"12" * 20 + b" a b\0? new\0"
    b"u UU N... 100644 100644 100644 100644 " + b"1 " * 3 + b"both\0"
)

TARGETS: tuple[Target, ...] = (
    raw("assay.core.strictjson:parse_json", lambda: (_JSON,), max_bytes=MAX_BYTES),
    Target(
        name="assay.core.strictjson:render_canonical_json",
        read=_canonical,
        seeds=lambda: (_JSON.replace(b"-2.5e3", b"-2"),),
    ),
    raw("assay.core.stricttoml:parse_toml", lambda: (_TOML,)),
    raw("assay.core.strictyaml:parse_yaml", lambda: (_YAML, _JSON)),
    text(
        "assay.core.clock:parse_time", lambda: (b"2026-06-01T00:00:00Z", b"2026-06-01T00:00:00.5Z")
    ),
    text(
        "assay.core.digest:parse_digest",
        lambda: (b"sha256:" + b"ab" * 32, b"gitCommit:" + b"cd" * 20),
    ),
    text("assay.core.purl:parse_purl", lambda: _PURLS),
    value(
        "assay.core.notchecked:parse_not_checked",
        lambda: (b'{"what":"file","where":"a","why":"b","remedy":"c","accepted":"d"}',),
    ),
    Target(name="assay.system.archives:read_zip", read=_zip, seeds=_zip_seeds),
    raw("assay.source.commit:parse_commit", _commit_seeds),
    Target(name="assay.source.commit:signed_bytes", read=signed_bytes, seeds=_commit_seeds),
    raw("assay.source.entries:parse_tree", _tree_seeds, oid_bytes=20),
    raw("assay.source.worktree:parse_status", lambda: (_STATUS,)),
    raw("assay.source.staged:parse_staged", lambda: (_STAGED,)),
    text("assay.system.postgresurl:parse_target", lambda: (b"postgresql://user@host:5432/log",)),
)
