"""Readers and editors of remediation: whatever is in a file, an edit is right or refused."""

import json
from collections.abc import Sequence
from typing import Final

from assay.core.errors import MalformedError
from assay.vuln.remedy.changes import Change
from assay.vuln.remedy.checking import check_edit
from assay.vuln.remedy.editing import edit_lock
from assay.vuln.remedy.indexes.npm import parse_packument
from assay.vuln.remedy.indexes.pypi import parse_project_page, parse_requirements_of
from assay.vuln.remedy.locks import read_locks
from assay.vuln.remedy.model import Lock, Pin, Release, ReleaseFile, Requirement
from assay.vuln.remedy.pyproject import edit_project, read_pipfile, read_project
from assay.vuln.remedy.requirementsedit import NewPin
from assay.vuln.remedy.work import Work
from fuzz.target import Target, text
from fuzz.targets import lockseeds as seeds

_REMEDY: Final = "assay.vuln.remedy"
_SHA: Final = "sha256:" + "0" * 64
_SHA512: Final = "sha512-" + "A" * 86 + "=="
_TO: Final = {"PyPI": "99.0", "npm": "99.0.0"}
_REQUIREMENTS: Final = (
    b"# pins\nshop[x]==1.0 \\\n    --hash=sha256:"
    + b"0" * 64
    + b"\n    # via y\nother == 2 ; python_version > '3'\r\n-r more.txt\n"
)
_PROJECT: Final = (
    b'[project]\nname = "x"\nrequires-python = ">=3.9"\ndependencies = ["shop==1.0", "other>2"]\n'
    b'[tool.poetry.dependencies]\nshop = "^1.0"\ntill = {version = "~1.2", extras = ["a"]}\n'
)
_PAGE: Final = json.dumps(
    {
        "name": "shop",
        "files": [
            {
                "filename": "shop-1.5-py3-none-any.whl",
                "url": "https://files.example/shop-1.5-py3-none-any.whl",
                "hashes": {"sha256": "0" * 64},
                "requires-python": ">=3.9",
                "yanked": "",
                "core-metadata": {"sha256": "0" * 64},
                "size": 7,
            }
        ],
    }
).encode()
_HTML: Final = (
    b'<!DOCTYPE html><html><body><a href="../../shop-1.5-py3-none-any.whl#sha256='
    + b"0" * 64
    + b'" data-requires-python="&gt;=3.9" data-yanked="" data-core-metadata="sha256='
    + b"0" * 64
    + b'">shop-1.5-py3-none-any.whl</a></body></html>'
)
_METADATA: Final = (
    b"Metadata-Version: 2.1\nName: shop\nVersion: 1.5\nRequires-Dist: till>=2; extra == 'x'\n"
)
_UV: Final = (
    b'version = 1\n\n[[package]]\nname = "shop"\nversion = "1.0"\n'
    b'source = { registry = "https://x.example/simple" }\n'
    b'sdist = { url = "https://x.example/shop-1.0.tar.gz", hash = "sha256:ab" }\nwheels = [\n'
    b'    { url = "https://x.example/shop-1.0-py3-none-any.whl", hash = "sha256:cd" },\n]\n'
)
_POETRY: Final = (
    b'[[package]]\nname = "shop"\nversion = "1.0"\npython-versions = ">=3.8"\nfiles = [\n'
    b'    {file = "shop-1.0.tar.gz", hash = "sha256:ab"},\n]\n\n[metadata]\nlock-version = "2.1"\n'
)
_PYLOCK: Final = (
    b'lock-version = "1.0"\n[[packages]]\nname = "shop"\nversion = "1.0"\n'
    b'sdist = { url = "https://x.example/shop-1.0.tar.gz", hashes = { sha256 = "ab" } }\n'
    b'wheels = [{ url = "https://x.example/a.whl", upload-time = 2023-01-01T00:00:00Z, '
    b'hashes = { sha256 = "cd" } }]\n'
)
_PIPFILE_LOCK: Final = (
    b'{"_meta": {"pipfile-spec": 6, "sources": [{"name": "a", "url": "https://x.example"}]}, '
    b'"default": {"shop": {"hashes": ["sha256:ab"], "index": "a", "version": "==1.0"}}}'
)
_YARN: Final = (
    b"# yarn lockfile v1\n\n\nshop@^1.0.0:\n"
    b'  version "1.0.0"\n'
    b'  resolved "https://x.example/shop/-/shop-1.0.0.tgz#' + b"0" * 40 + b'"\n'
    b'  dependencies:\n    till "^1.0.0"\n\ntill@^1.0.0:\n  version "1.0.0"\n'
)
_PNPM: Final = (
    b"lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      shop:\n"
    b"        specifier: ^1.0.0\n        version: 1.0.0\npackages:\n  shop@1.0.0:\n"
    b"    resolution: {integrity: sha512-x}\nsnapshots:\n  shop@1.0.0: {}\n"
)
_PACKUMENT: Final = json.dumps(
    {
        "name": "shop",
        "versions": {
            "1.5.0": {
                "name": "shop",
                "version": "1.5.0",
                "dependencies": {"till": "^1.0.0"},
                "peerDependencies": {"door": "*"},
                "peerDependenciesMeta": {"door": {"optional": True}},
                "dist": {
                    "tarball": "https://x.example/y.tgz",
                    "integrity": "sha512-" + "A" * 86 + "==",
                },
            }
        },
    }
).encode()


class _Everything:
    """A catalogue in which every package has one newer release that asks for nothing."""

    gaps = ()

    def prepare(self, ecosystem: str, wanted: Sequence[tuple[Pin, str]]) -> None:
        del ecosystem, wanted

    def covers(self, ecosystem: str) -> bool:
        del ecosystem
        return True

    def releases(self, ecosystem: str, pin: Pin) -> dict[str, Release]:
        version = _TO[ecosystem]
        names = (f"{pin.name}-{version}.tar.gz", f"{pin.name}-{version}-py3-none-any.whl")
        digest = _SHA if ecosystem == "PyPI" else _SHA512
        files = tuple(
            ReleaseFile(name=name, url=f"https://x.example/{name}", digest=digest) for name in names
        )
        return {version: Release(version=version, files=files)}

    def requirements(self, ecosystem: str, pin: Pin, version: str) -> tuple[Requirement, ...]:
        del ecosystem, pin, version
        return ()


def _edited(path: str, data: bytes) -> object:
    """Raise every pin of a file, one after the other; a wrong edit is refused, and that is fine."""
    found = [
        _raised(lock, pin, data)
        for lock in read_locks({path: data})
        for pin in tuple(lock.pins.values())[:5]
        if pin.purl
    ]
    if not found:
        raise MalformedError("no pins")
    return tuple(found)


def _raised(lock: Lock, pin: Pin, data: bytes) -> str:
    change = Change(pin=pin, to=_TO[lock.ecosystem])
    work = Work(
        lock=lock,
        changes={pin.key: change},
        rewrites=(),
        catalogue=_Everything(),
        load=lambda _: data.decode(),
    )
    try:
        edited = edit_lock(work)
        if edited.made:
            check_edit(lock, [change], data, edited.texts)
    except (MalformedError, UnicodeDecodeError) as error:
        return type(error).__name__
    return "edited" if edited.made else "refused"


def _project(data: bytes) -> object:
    """Read a project, and give what it asks for exactly another version."""
    project = read_project(data, "pyproject.toml")
    wanted = {"shop": NewPin(old="1.0", new="1.5", hashes=None)}
    try:
        edit_project(data.decode(), wanted)
    except MalformedError:
        return project, "not there"
    return project, "edited"


TARGETS: Final = (
    Target(
        name=f"{_REMEDY}.locks:read_locks",
        read=lambda data: _edited("requirements.txt", data),
        seeds=lambda: (_REQUIREMENTS,),
    ),
    Target(
        name=f"{_REMEDY}.npmlock:read_npm_lock",
        read=lambda data: _edited("package-lock.json", data),
        seeds=lambda: (seeds.NPM_3, seeds.NPM_1),
    ),
    Target(
        name=f"{_REMEDY}.locks:read_locks",
        read=lambda data: _edited("uv.lock", data),
        seeds=lambda: (_UV,),
    ),
    Target(
        name=f"{_REMEDY}.locks:read_locks",
        read=lambda data: _edited("poetry.lock", data),
        seeds=lambda: (_POETRY,),
    ),
    Target(
        name=f"{_REMEDY}.pythonlock:read_python_lock",
        read=lambda data: _edited("pylock.toml", data),
        seeds=lambda: (_PYLOCK,),
    ),
    Target(
        name=f"{_REMEDY}.pythonlock:read_python_lock",
        read=lambda data: _edited("Pipfile.lock", data),
        seeds=lambda: (_PIPFILE_LOCK,),
    ),
    Target(
        name=f"{_REMEDY}.yarnlock:read_yarn_lock",
        read=lambda data: _edited("yarn.lock", data),
        seeds=lambda: (_YARN,),
        also=(f"{_REMEDY}.yarnblocks:parse_yarn_file", f"{_REMEDY}.nodelocks:read_node_lock"),
    ),
    Target(
        name=f"{_REMEDY}.named:read_named_lock",
        read=lambda data: _edited("pnpm-lock.yaml", data),
        seeds=lambda: (_PNPM,),
    ),
    Target(
        name=f"{_REMEDY}.pyproject:read_pipfile",
        read=lambda data: read_pipfile(data, "Pipfile"),
        seeds=lambda: (b'[packages]\nshop = "<1.5"\ntill = {version = "*"}\n',),
    ),
    Target(
        name=f"{_REMEDY}.pyproject:read_project",
        read=_project,
        seeds=lambda: (_PROJECT,),
        words=(b"^0.0.0", b"~1", b'"shop==1.0"'),
    ),
    Target(
        name=f"{_REMEDY}.indexes.pypi:parse_project_page",
        read=lambda data: parse_project_page(data, "shop"),
        seeds=lambda: (_PAGE, _HTML),
        also=(f"{_REMEDY}.indexes.simplehtml:parse_simple_html",),
    ),
    Target(
        name=f"{_REMEDY}.indexes.pypi:parse_requirements_of",
        read=lambda data: parse_requirements_of(data, name="shop", version="1.5"),
        seeds=lambda: (_METADATA,),
    ),
    Target(
        name=f"{_REMEDY}.indexes.npm:parse_packument",
        read=lambda data: parse_packument(data, "shop"),
        seeds=lambda: (_PACKUMENT,),
    ),
    text(f"{_REMEDY}.indexes.sources:parse_index", lambda: (b"npm=https://x.example/npm",)),
)
