"""Readers of what is installed: lock files of other languages, packages, programs, images."""

import io
import json
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from tests.fakes import programs, rpmforms
from tests.fakes.trees import rpm_header, tar_of
from tests.sbom import otherlocks
from tests.sbom.reading import text as dedented

from assay.core.errors import MalformedError
from assay.sbom.binaries.sections import Load, read_programs
from assay.sbom.distribution import Distribution
from assay.sbom.images.rootfs import RootFolder
from assay.sbom.installed.pythondist import parse_direct_url
from assay.sbom.survey import survey_tree
from assay.system.filetree import MemoryTree
from assay.system.tarindex import index_tar
from assay.system.ziptree import Allowance, open_zip
from fuzz.target import Target, consumed, named, raw, text

_LOCKS: Final = "assay.sbom.lockfiles"
_SBOM: Final = "assay.sbom"
_DEBIAN: Final = Distribution(id="debian", version="12")
_LOCK_FILES: Final = {
    "bunlock:parse_bun_lock": otherlocks.BUN,
    "composerlock:parse_composer_lock": otherlocks.COMPOSER,
    "condalock:parse_conda_explicit": otherlocks.EXPLICIT,
    "condalock:parse_conda_lock": otherlocks.CONDA,
    "denolock:parse_deno_lock": otherlocks.DENO,
    "gradleverification:parse_gradle_verification": otherlocks.VERIFICATION,
    "pixilock:parse_pixi_lock": otherlocks.PIXI,
    "gemfilelock:parse_gemfile_lock": otherlocks.GEMFILE,
    "gradlelock:parse_gradle_lock": otherlocks.GRADLE,
    "mixlock:parse_mix_lock": otherlocks.MIX,
    "nugetlock:parse_nuget_lock": otherlocks.NUGET,
    "podfilelock:parse_podfile_lock": otherlocks.PODFILE,
    "pubspeclock:parse_pubspec_lock": otherlocks.PUBSPEC,
    "pomxml:parse_pom": otherlocks.POM,
    "swiftresolved:parse_package_resolved": otherlocks.SWIFT_3,
}
_METADATA: Final = (
    b"Metadata-Version: 2.1\nName: a\nVersion: 1.0\nLicense: MIT\nAuthor: Ann\n"
    b"Requires-Dist: b>=1 ; python_version > '3'\nRequires-Dist: c ; extra == 'x'\n\ntext\n"
)
_ORIGIN: Final = json.dumps(
    {"url": "https://h.example/a.git", "vcs_info": {"vcs": "git", "commit_id": "01234567" * 5}}
).encode()
_NODE: Final = (
    b'{"name":"a","version":"1.0.0","license":"MIT","dependencies":{"b":"1"},"author":"x"}'
)
_CONDA_URL: Final = "https://conda.anaconda.org/conda-forge/noarch/a-1.0-h1_0.conda#" + "ab" * 32
_CONDA: Final = json.dumps(
    {"name": "a", "version": "1.0", "url": _CONDA_URL, "depends": ["b >=1"], "files": ["c"]}
).encode()
_COPYRIGHT: Final = (
    b"Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\n"
    b"Files: *\nLicense: GPL-2+ or Artistic, and Expat\n Text.\n"
)
_POM: Final = b"#Maven\nversion=1.0\ngroupId=org.example\nartifactId=core\n"
_JAR: Final = b"Manifest-Version: 1.0\r\nBundle-License: MIT\r\nImplementation-Vendor: a\r\n b\r\n"
_DPKG: Final = (
    b"Package: a\nStatus: install ok installed\nArchitecture: all\nVersion: 1:2-3\n"
    b"Source: b (2)\nDepends: c (>= 1) | d, e\nProvides: f\n\n"
)
_APK: Final = b"C:Q1abc=\nP:musl\nV:1.2\nA:x86_64\nL:MIT\no:x\nD:so:a !b c>1\np:so:m=1\n\n"
_RELEASE: Final = b"ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME='Debian 12'\n"
_GO: Final = programs.elf({".go.buildinfo": programs.inline_build()})
_RUST: Final = programs.crates(
    [
        {"name": "a", "version": "1.0.0", "source": "crates.io", "kind": "build"},
        {"name": "b", "version": "1.0.0", "source": "local", "root": True, "dependencies": [0]},
    ]
)
_DIGEST: Final = f"sha256:{'ab' * 32}"
_LAYER: Final = {
    "mediaType": "application/vnd.oci.image.layer.v1.tar",
    "digest": _DIGEST,
    "size": 1,
}
_INDEX: Final = json.dumps(
    {
        "schemaVersion": 2,
        "manifests": [
            {**_LAYER, "platform": {"os": "linux", "architecture": "arm", "variant": "v7"}}
        ],
    }
).encode()
_MANIFEST: Final = json.dumps(
    {
        "schemaVersion": 2,
        "config": {**_LAYER, "mediaType": "application/vnd.oci.image.config.v1+json"},
        "layers": [_LAYER],
    }
).encode()


def _load_from(data: bytes) -> Load:
    return lambda offset, count: data[offset : offset + count]


def _program(name: str, data: bytes) -> object:
    load = _load_from(data)
    return tuple(named(name)(load, program) for program in read_programs(load))


def _stanza(name: str, data: bytes) -> object:
    fields: dict[str, str] = {}
    for line in data.decode(errors="replace").splitlines():
        key, _, value = line.partition(":")
        fields.setdefault(key, value.strip())
    return named(name)(fields, _DEBIAN, "place")


def _all_of(name: str, data: bytes) -> object:
    return consumed(named(name)(data))


def _made(make: Callable[[Sequence[bytes]], bytes]) -> Sequence[bytes]:
    return (make([b"short", b"x" * 700]),)


def _survey(path: str, data: bytes) -> object:
    """Look into a file by way of its source: whatever is wrong with it has to become a note."""
    contents = {path: data, "etc/os-release": _RELEASE}
    return survey_tree(MemoryTree(contents=contents), with_locks=True)


def _layers(data: bytes) -> object:
    root = RootFolder()
    root.add_layer(index_tar(io.BytesIO(data), size=len(data)))
    return tuple(root.files())


def _zip(data: bytes) -> object:
    with open_zip(data, Allowance(left=2**20)) as tree:
        return [tree.load(file.path, max_bytes=2**20) for file in tree.files]


def _zips() -> Sequence[bytes]:
    import zipfile  # noqa: PLC0415  # for this one seed

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("META-INF/maven/org.example/core/pom.properties", _POM)
        archive.writestr("META-INF/MANIFEST.MF", _JAR)
    return (out.getvalue(),)


def _read_image(data: bytes) -> object:
    from assay.sbom.images.documents import Descriptor  # noqa: PLC0415  # for this one target

    class Nothing:
        def load_blob(self, blob: Descriptor) -> bytes:
            raise MalformedError(blob.digest)

        find_blob = load_blob

    blob = Descriptor(media_type="x", digest=_DIGEST, size=len(data))
    return named(f"{_SBOM}.images.layout:read_image")(Nothing(), blob, data, name="x")


_SURVEYED: Final[dict[str, tuple[bytes, ...]]] = {
    "var/lib/dpkg/status": (_DPKG,),
    "lib/apk/db/installed": (_APK,),
    "usr/bin/a": (
        _GO,
        programs.pointed_elf(),
        programs.pe({".dep-v0": _RUST}),
        programs.universal(programs.macho({"rust-deps-v0": _RUST})),
    ),
}

TARGETS: Final[tuple[Target, ...]] = (
    *(
        raw(f"{_LOCKS}.{name}", partial(tuple[bytes, ...], (dedented(content),)), path="lock")
        for name, content in _LOCK_FILES.items()
    ),
    raw(f"{_SBOM}.installed.metadata:parse_metadata", lambda: (_METADATA,)),
    Target(
        name=f"{_SBOM}.installed.pythondist:parse_direct_url",
        read=lambda data: parse_direct_url(data, "a", "1.0"),
        seeds=lambda: (_ORIGIN,),
    ),
    raw(f"{_SBOM}.installed.nodemodules:parse_node_manifest", lambda: (_NODE,)),
    raw(f"{_SBOM}.installed.jar:parse_pom_properties", lambda: (_POM,)),
    raw(f"{_SBOM}.installed.jar:parse_jar_manifest", lambda: (_JAR,)),
    raw(f"{_SBOM}.ospackages.osrelease:parse_os_release", lambda: (_RELEASE,)),
    Target(
        name=f"{_SBOM}.ospackages.dpkg:parse_dpkg_stanza",
        read=partial(_stanza, f"{_SBOM}.ospackages.dpkg:parse_dpkg_stanza"),
        seeds=lambda: (_DPKG,),
    ),
    Target(
        name=f"{_SBOM}.ospackages.apk:parse_apk_stanza",
        read=partial(_stanza, f"{_SBOM}.ospackages.apk:parse_apk_stanza"),
        seeds=lambda: (_APK,),
    ),
    raw(
        f"{_SBOM}.ospackages.rpmheader:parse_rpm_header",
        lambda: (rpm_header({1000: "a", 1001: "1", 1002: "2"}, {1047: ("a", "b")}, 1),),
    ),
    *(
        Target(
            name=f"{_SBOM}.ospackages.{module}:{function}",
            read=partial(_all_of, f"{_SBOM}.ospackages.{module}:{function}"),
            seeds=partial(_made, make),
        )
        for module, function, make in (
            ("rpmbdb", "read_bdb_headers", rpmforms.bdb_of),
            ("rpmndb", "read_ndb_headers", rpmforms.ndb_of),
        )
    ),
    raw(
        f"{_SBOM}.ospackages.debcopyright:parse_debian_copyright",
        lambda: (_COPYRIGHT,),
        words=(b"License: ", b"Files: *\n", b" and ", b" or ", b", ", b"GPL-2+"),
    ),
    raw(f"{_SBOM}.installed.condameta:parse_conda_record", lambda: (_CONDA,)),
    text(f"{_SBOM}.lockfiles.condaurl:parse_conda_url", lambda: (_CONDA_URL.encode(),)),
    Target(
        name=f"{_SBOM}.binaries.sections:read_programs",
        read=lambda data: read_programs(_load_from(data)),
        seeds=lambda: (_GO, programs.macho({"a": b"x"}), programs.pe({"a": b"x"})),
    ),
    Target(
        name=f"{_SBOM}.binaries.gobuildinfo:read_go_build",
        read=partial(_program, f"{_SBOM}.binaries.gobuildinfo:read_go_build"),
        seeds=lambda: (_GO, programs.pointed_elf()),
    ),
    Target(
        name=f"{_SBOM}.binaries.gobuildinfo:parse_go_build",
        read=lambda data: named(f"{_SBOM}.binaries.gobuildinfo:parse_go_build")(
            "go1.22", data.decode(errors="replace")
        ),
        seeds=lambda: (programs.MODULES.encode(),),
    ),
    Target(
        name=f"{_SBOM}.binaries.cargoaudit:read_crates",
        read=partial(_program, f"{_SBOM}.binaries.cargoaudit:read_crates"),
        seeds=lambda: (programs.elf({".dep-v0": _RUST}),),
    ),
    raw(f"{_SBOM}.binaries.cargoaudit:parse_crates", lambda: (_RUST,)),
    raw(f"{_SBOM}.images.documents:parse_index", lambda: (_INDEX,)),
    raw(f"{_SBOM}.images.documents:parse_manifest", lambda: (_MANIFEST,)),
    raw(
        f"{_SBOM}.images.documents:parse_image_config",
        lambda: (json.dumps({"rootfs": {"type": "layers", "diff_ids": [_DIGEST]}}).encode(),),
    ),
    raw(
        f"{_SBOM}.images.documents:parse_saved_images",
        lambda: (b'[{"Config": "c.json", "RepoTags": ["a:1"], "Layers": ["l.tar"]}]',),
    ),
    Target(
        name=f"{_SBOM}.images.layout:read_image",
        read=_read_image,
        seeds=lambda: (_MANIFEST,),
        refuses_examples=True,
    ),
    text(
        f"{_SBOM}.images.reference:parse_reference",
        lambda: (b"ghcr.io/a/b:1", f"127.0.0.1:5000/a@{_DIGEST}".encode()),
    ),
    raw(f"{_SBOM}.images.registry:parse_token", lambda: (b'{"token": "abc"}',)),
    Target(
        name="assay.system.tarindex:index_tar",
        read=_layers,
        seeds=lambda: (tar_of({"a/b": b"x", "l": "a", ".wh.c": b"", "a" * 120: b"y"}),),
    ),
    Target(name="assay.system.ziptree:open_zip", read=_zip, seeds=_zips),
    *(
        Target(
            name="assay.sbom.survey:survey_tree",
            read=partial(_survey, path),
            seeds=partial(tuple[bytes, ...], seeds),
        )
        for path, seeds in _SURVEYED.items()
    ),
)
