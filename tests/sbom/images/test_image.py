"""Images in layouts, in archives of `docker save`, and in a registry on the loopback."""

import gzip
import io
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from assay.core.errors import AssayError
from assay.sbom.images.documents import parse_image_config, parse_index, parse_manifest
from assay.sbom.images.image import Image, build_tree
from assay.sbom.images.layout import open_layout
from assay.sbom.images.reference import parse_reference
from assay.sbom.images.registry import Credentials, Registry, fetch_image, parse_token
from assay.sbom.images.savedarchive import open_saved_archive
from assay.sbom.survey import survey_tree
from tests.fakes.restserver import Answered, Asked, RestServer, serving
from tests.fakes.trees import Layout, digest_of, purls, tar_of

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

RELEASE = b"ID=debian\nVERSION_ID=12\n"
BASE = tar_of(
    {
        "usr/lib/os-release": RELEASE,
        "etc/os-release": "../usr/lib/os-release",
        "var/lib/dpkg/status.d/a": b"Package: a\nVersion: 1\nArchitecture: all\n",
        "var/lib/dpkg/status.d/b": b"Package: b\nVersion: 1\nArchitecture: all\n",
    }
)
TOP = tar_of(
    {
        "var/lib/dpkg/status.d/.wh.a": b"",
        "app/package-lock.json": b'{"lockfileVersion": 3, "packages": {}}',
    }
)


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    made = Layout(tmp_path / "layout")
    made.list(made.image([BASE, TOP]), name="latest", platform="linux/amd64")
    return made


def names_in(image: Image, tmp_path: Path) -> list[str]:
    scratch = tmp_path / "scratch"
    scratch.mkdir(exist_ok=True)
    return [file.path for file in build_tree(image, scratch).files]


FILES = ["app/package-lock.json", "usr/lib/os-release", "var/lib/dpkg/status.d/b"]


def test_the_files_of_an_image(layout: Layout, tmp_path: Path) -> None:
    image = open_layout(layout.root, reference="", platform="")
    assert names_in(image, tmp_path) == FILES
    assert image.digest == layout.listed[0]["digest"]


def test_what_is_installed_names_its_layer_and_lock_files_install_nothing(
    layout: Layout, tmp_path: Path
) -> None:
    image = open_layout(layout.root, reference="", platform="")
    inventory = survey_tree(build_tree(image, tmp_path), with_locks=False)
    assert purls(inventory) == ["pkg:deb/debian/b@1?arch=all&distro=debian-12", ""]
    assert inventory.components[0].found_in == (f"var/lib/dpkg/status.d/b@{digest_of(BASE)}",)
    assert inventory.examined == {
        "Debian packages": 1,
        "Debian packages whose copyright file no machine reads": 1,
        "distributions": 1,
        "lock files and manifests, which install nothing here": 1,
    }
    assert inventory.not_checked == ()


def test_one_of_several_images(layout: Layout, tmp_path: Path) -> None:
    other = layout.image([BASE])
    layout.list(other, name="old", platform="linux/arm64")
    assert open_layout(layout.root, reference="old", platform="").digest == other["digest"]
    digest = str(other["digest"])
    assert open_layout(layout.root, reference=digest, platform="").digest == digest
    assert open_layout(layout.root, reference="", platform="linux/arm64").digest == digest


def test_an_index_of_images_for_several_platforms(layout: Layout) -> None:
    inner = {"schemaVersion": 2, "manifests": layout.listed}
    layout.listed = []
    layout.list(layout.blob(json.dumps(inner).encode(), "application/vnd.oci.image.index.v1+json"))
    image = open_layout(layout.root, reference="", platform="linux/amd64")
    assert image.name == "layout"


def refusal(call: object) -> str:
    with pytest.raises(AssayError) as caught:
        call()  # type: ignore[operator]
    return str(caught.value)


def test_images_that_are_not_told_apart(layout: Layout) -> None:
    layout.list(layout.image([BASE]), name="old", platform="linux/arm64")
    assert refusal(lambda: open_layout(layout.root, reference="", platform="")) == (
        "[usage] 2 images for several platforms "
        "(name one with --platform: linux/amd64, linux/arm64)"
    )
    assert refusal(lambda: open_layout(layout.root, reference="new", platform="")) == (
        "[usage] 0 images of this name, at new (there are: latest, old)"
    )
    assert refusal(lambda: open_layout(layout.root, reference="", platform="linux/s390x")) == (
        "[usage] 0 images for 'linux/s390x' (name one with --platform: linux/amd64, linux/arm64)"
    )


def test_a_document_that_is_not_what_its_digest_says(layout: Layout) -> None:
    digest = str(layout.listed[0]["digest"])
    path = layout.root / "blobs" / digest.replace(":", "/")
    path.write_bytes(path.read_bytes() + b" ")
    found = refusal(lambda: open_layout(layout.root, reference="", platform=""))
    assert found.startswith("[rejected] ")
    assert found.endswith(f" that are {digest}, at {digest}")


def test_a_document_that_is_not_as_long_as_its_pointer_says(layout: Layout) -> None:
    manifest = layout.listed[0]
    manifest["size"] = int(str(manifest["size"])) + 1
    layout.listed.clear()
    layout.list(manifest)
    found = refusal(lambda: open_layout(layout.root, reference="", platform=""))
    assert found.startswith("[rejected] ")
    assert f"not {manifest['size']} that are {manifest['digest']}" in found


def test_a_layer_that_is_not_what_its_digest_says(layout: Layout, tmp_path: Path) -> None:
    image = open_layout(layout.root, reference="", platform="")
    path = image.layers[1].extent.file
    changed = gzip.compress(tar_of({"evil": b""}), mtime=0)
    path.write_bytes(changed.ljust(image.layers[1].extent.size, b"\0"))
    found = refusal(lambda: names_in(open_layout(layout.root, reference="", platform=""), tmp_path))
    assert found.startswith("[rejected] a layer that is sha256:")
    assert found.endswith(f", not {image.layers[1].digest}, at layers[1]")


def test_a_layer_that_unpacks_to_something_else(tmp_path: Path) -> None:
    layout = Layout(tmp_path / "layout")
    layout.list(layout.image([BASE], packed=[gzip.compress(TOP, mtime=0)]))
    found = refusal(lambda: names_in(open_layout(layout.root, reference="", platform=""), tmp_path))
    assert found == (
        f"[rejected] a layer that unpacks to {digest_of(TOP)}, not {digest_of(BASE)}, at layers[0]"
    )


def test_a_configuration_with_other_layers(tmp_path: Path) -> None:
    layout = Layout(tmp_path / "layout")
    layout.list(layout.image([BASE], packed=[BASE, TOP]))
    assert refusal(lambda: open_layout(layout.root, reference="", platform="")) == (
        "[rejected] 2 layers, and 1 in the configuration, at diff_ids"
    )


def test_a_layer_that_is_not_there(layout: Layout) -> None:
    image = open_layout(layout.root, reference="", platform="")
    image.layers[0].extent.file.unlink()
    assert refusal(lambda: open_layout(layout.root, reference="", platform="")) == (
        f"[usage] a layer that is not in the layout, at {image.layers[0].digest}"
    )


def test_a_layout_of_another_version(layout: Layout) -> None:
    (layout.root / "oci-layout").write_text('{"imageLayoutVersion": "2.0.0"}')
    assert refusal(lambda: open_layout(layout.root, reference="", platform="")) == (
        "[malformed] a layout of another version than 1.0.0, at oci-layout"
    )


DIGEST = f'"sha256:{"ab" * 32}"'
DOCUMENTS = {
    "index-version": (parse_index, '{"schemaVersion": 1}', "version 1 is not known, at schemaVersion"),
    "index-type": (
        parse_index,
        '{"schemaVersion": 2, "mediaType": "a/b"}',
        "'a/b' is not known, at mediaType",
    ),
    "digest": (
        parse_index,
        '{"schemaVersion": 2, "manifests": [{"mediaType": "a", "digest": "sha256:1", "size": 1}]}',
        "'sha256:1' is no digest, at manifests[0].digest (sha256:… in lower case)",
    ),
    "size": (
        parse_index,
        f'{{"schemaVersion": 2, "manifests": [{{"mediaType": "a", "digest": {DIGEST}, "size": -1}}]}}',
        "a size below zero, at manifests[0].size",
    ),
    "no-image": (
        parse_manifest,
        f'{{"schemaVersion": 2, "config": {{"mediaType": "x", "digest": {DIGEST}, "size": 1}}, "layers": []}}',
        "'x' is no container image, at config.mediaType",
    ),
    "many-layers": (
        parse_manifest,
        '{"schemaVersion": 2, "config": {"mediaType": "application/vnd.oci.image.config.v1+json", '
        f'"digest": {DIGEST}, "size": 1}}, "layers": ['
        + ", ".join([f'{{"mediaType": "x", "digest": {DIGEST}, "size": 1}}'] * 1001)
        + "]}",
        "1001 layers, where at most 1000 are read",
    ),
    "root": (
        parse_image_config,
        '{"rootfs": {"type": "tree"}}',
        "a root folder that is not made of layers, at rootfs.type",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", DOCUMENTS)
def test_refused_documents(case: str) -> None:
    parse, text, what = DOCUMENTS[case]
    assert refusal(lambda: parse(text.encode())) == f"[malformed] {what}"


def test_attestations_are_no_images() -> None:
    listed = {"mediaType": "x", "digest": f"sha256:{'ab' * 32}", "size": 1}
    unknown = {"platform": {"os": "unknown", "architecture": "unknown"}}
    document = {"schemaVersion": 2, "manifests": [listed, {**listed, **unknown}]}
    assert len(parse_index(json.dumps(document).encode())) == 1


def saved(tmp_path: Path, members: dict[str, bytes | str | None]) -> Path:
    path = tmp_path / "saved.tar"
    path.write_bytes(tar_of(members))
    return path


CONFIG = json.dumps(
    {"rootfs": {"type": "layers", "diff_ids": [digest_of(BASE), digest_of(TOP)]}}
).encode()
MANIFEST = json.dumps(
    [{"Config": "c.json", "RepoTags": ["shop:1"], "Layers": ["1/layer.tar", "2/layer.tar"]}]
).encode()
SAVED: dict[str, bytes | str | None] = {
    "manifest.json": MANIFEST,
    "c.json": CONFIG,
    "0/layer.tar": BASE,
    "1/layer.tar": "../0/layer.tar",
    "2/layer.tar": gzip.compress(TOP, mtime=0),
}


def test_an_archive_of_docker_save(tmp_path: Path) -> None:
    image = open_saved_archive(saved(tmp_path, SAVED), reference="")
    assert (image.name, image.digest) == ("shop:1", digest_of(CONFIG))
    assert names_in(image, tmp_path) == FILES


def test_archives_that_are_refused(tmp_path: Path) -> None:
    path = saved(tmp_path, SAVED)
    assert refusal(lambda: open_saved_archive(path, reference="shop:2")) == (
        "[usage] 0 images of this tag, at manifest.json (there are: shop:1)"
    )
    path = saved(tmp_path, {"manifest.json": MANIFEST})
    assert refusal(lambda: open_saved_archive(path, reference="")) == (
        "[malformed] not in the archive, at c.json.c.json"
    )
    path.write_bytes(gzip.compress(b"x"))
    assert refusal(lambda: open_saved_archive(path, reference="")) == (
        f"[malformed] a packed file, not a tar archive, at {path} (unpack it first)"
    )
    absent = tmp_path / "absent"
    assert refusal(lambda: open_saved_archive(absent, reference="")) == (
        f"[usage] no such file, at {absent}"
    )


def test_a_member_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for data in (b"1", b"22"):
            info = tarfile.TarInfo("manifest.json")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    path = tmp_path / "saved.tar"
    path.write_bytes(out.getvalue())
    assert refusal(lambda: open_saved_archive(path, reference="")) == (
        f"[malformed] a name that is there twice, at {path}.'manifest.json'"
    )


class FakeRegistry:
    """A registry with a bearer token, over the blobs of a layout."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.url = ""
        self.realm = ""
        self.layers_at = ""  # where it sends for layers, if not here

    def answer(self, asked: Asked) -> Answered:
        path = asked.path.partition("?")[0]
        if path == "/token":
            return Answered(status=200, body=b'{"token": "opens"}')
        if asked.headers.get("authorization") != "Bearer opens" and not path.startswith("/cdn/"):
            challenge = f'Bearer realm="{self.realm or self.url}/token",service="here"'
            return Answered(status=401, body=b"{}", headers={"WWW-Authenticate": challenge})
        last = path.rpartition("/")[2]
        if last == "latest":
            last = str(self.layout.listed[0]["digest"])
        file = self.layout.root / "blobs" / last.replace(":", "/")
        if not file.is_file():
            return Answered(status=404, body=b"{}")
        if self.layers_at and "/blobs/" in path:
            return Answered(
                status=307, body=b"", headers={"Location": f"{self.layers_at}/cdn/{last}"}
            )
        return Answered(status=200, body=file.read_bytes())


@pytest.fixture
def fake(layout: Layout) -> FakeRegistry:
    return FakeRegistry(layout)


@pytest.fixture
def server(fake: FakeRegistry) -> Iterator[RestServer]:
    with serving(fake.answer) as served:
        fake.url = served.url
        yield served


def registry_at(server: RestServer, tmp_path: Path, reference: str = ":latest") -> Registry:
    (tmp_path / "fetched").mkdir()
    return Registry(
        reference=parse_reference(f"{server.url.removeprefix('http://')}/team/shop{reference}"),
        folder=tmp_path / "fetched",
        hosts=frozenset(),
        credentials=Credentials(user="", password=""),
    )


def test_an_image_from_a_registry(server: RestServer, fake: FakeRegistry, tmp_path: Path) -> None:
    image = fetch_image(registry_at(server, tmp_path), platform="")
    assert names_in(image, tmp_path) == FILES
    assert image.digest == fake.layout.listed[0]["digest"]
    (token,) = (asked for asked in server.asked if asked.path.startswith("/token"))
    assert token.path == "/token?service=here&scope=repository%3Ateam%2Fshop%3Apull"


def test_an_image_by_its_digest_from_a_registry_that_lies(
    server: RestServer, fake: FakeRegistry, tmp_path: Path
) -> None:
    digest = digest_of(b"other")
    (fake.layout.root / "blobs" / digest.replace(":", "/")).write_bytes(b'{"schemaVersion": 2}')
    registry = registry_at(server, tmp_path, f"@{digest}")
    found = refusal(lambda: fetch_image(registry, platform=""))
    assert found.startswith("[rejected] an image that is sha256:")
    assert found.endswith(f", at {registry.reference}")


def test_a_layer_from_elsewhere_gets_no_token(
    server: RestServer, fake: FakeRegistry, tmp_path: Path
) -> None:
    with serving(fake.answer) as elsewhere:
        fake.layers_at = elsewhere.url
        image = fetch_image(registry_at(server, tmp_path), platform="")
        assert names_in(image, tmp_path) == FILES
        assert {asked.headers.get("authorization") for asked in elsewhere.asked} == {None}


def test_a_token_is_not_fetched_from_a_host_that_was_not_named(
    server: RestServer, fake: FakeRegistry, tmp_path: Path
) -> None:
    fake.realm = "http://169.254.169.254"
    registry = registry_at(server, tmp_path)
    assert refusal(lambda: fetch_image(registry, platform="")) == (
        f"[rejected] the registry sends to the host '169.254.169.254', at {registry.reference} "
        "(if it belongs to the registry: --also-ask HOST)"
    )


def test_a_token_is_not_fetched_from_what_is_no_url(
    server: RestServer, fake: FakeRegistry, tmp_path: Path
) -> None:
    fake.realm = "https://[x"
    registry = registry_at(server, tmp_path)
    assert refusal(lambda: fetch_image(registry, platform="")) == (
        f"[rejected] the registry sends to the host '', at {registry.reference} "
        "(if it belongs to the registry: --also-ask HOST)"
    )


def test_a_layer_is_not_fetched_from_a_host_that_was_not_named(
    server: RestServer, fake: FakeRegistry, tmp_path: Path
) -> None:
    fake.layers_at = "http://[::1]:9"
    registry = registry_at(server, tmp_path)
    found = refusal(lambda: fetch_image(registry, platform=""))
    assert found.startswith("[rejected] the host '::1', where 127.0.0.1 is expected")


def test_an_image_that_is_not_there(server: RestServer, tmp_path: Path) -> None:
    registry = registry_at(server, tmp_path, ":absent")
    assert refusal(lambda: fetch_image(registry, platform="")) == (
        f"[unavailable] the registry answers 404, at {registry.reference} "
        "(look at the name, or set ASSAY_REGISTRY_USER and ASSAY_REGISTRY_PASSWORD)"
    )


def test_a_blob_that_is_not_what_its_digest_says(
    server: RestServer, fake: FakeRegistry, tmp_path: Path
) -> None:
    server.garble(
        lambda asked, answer: (
            Answered(status=200, body=b"other") if "/blobs/" in asked.path else answer
        )
    )
    found = refusal(lambda: fetch_image(registry_at(server, tmp_path), platform=""))
    assert found.startswith(
        f"[rejected] content that is {digest_of(b'other')}, 5 bytes, at sha256:"
    )


def test_a_user_is_told_to_the_one_that_gives_tokens(server: RestServer, tmp_path: Path) -> None:
    registry = registry_at(server, tmp_path)
    registry.credentials = Credentials(user="ann", password="pw")  # noqa: S106
    fetch_image(registry, platform="")
    (token,) = (asked for asked in server.asked if asked.path.startswith("/token"))
    assert token.headers["authorization"] == "Basic YW5uOnB3"
    assert "pw" not in repr(registry)


REFERENCES = {
    "tag": ("docker.io/library/alpine:3.20", "https://registry-1.docker.io"),
    "digest": (f"ghcr.io/a/b@sha256:{'ab' * 32}", "https://ghcr.io"),
    "port": ("127.0.0.1:5000/a:b", "http://127.0.0.1:5000"),
}


@pytest.mark.parametrize(("text", "origin"), REFERENCES.values(), ids=REFERENCES)
def test_references(text: str, origin: str) -> None:
    assert (str(parse_reference(text)), parse_reference(text).origin) == (text, origin)


@pytest.mark.parametrize(
    "text",
    [
        "alpine",
        "alpine:3",
        "h/a",
        "h/A:1",
        "h/a@sha256:1",
        "h/a:",
        "h/../a:1",
        "u@h/a:1",
        "h/a:1/b",
    ],
)
def test_refused_references(text: str) -> None:
    assert refusal(lambda: parse_reference(text)) == (
        f"[usage] no name of an image, at {text} "
        "(HOST/NAME:TAG or HOST/NAME@sha256:…, such as docker.io/library/alpine:3.20)"
    )


@pytest.mark.parametrize("body", [b"{}", b'{"token": "a b"}', b'{"token": ""}'])
def test_refused_tokens(body: bytes) -> None:
    assert refusal(lambda: parse_token(body)) == "[malformed] no token"
