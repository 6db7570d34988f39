"""Trees of files, images and packages for the tests of what is installed."""

import gzip
import hashlib
import io
import json
import sqlite3
import struct
import subprocess
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from assay.sbom.component import Inventory
from assay.sbom.survey import survey_tree
from assay.system.filetree import MemoryTree

Files = Mapping[str, bytes]


def survey(files: Files, *, with_locks: bool = False) -> Inventory:
    """Look through files that are at hand."""
    return survey_tree(MemoryTree(contents=dict(files)), with_locks=with_locks)


def purls(inventory: Inventory) -> list[str]:
    return [component.purl for component in inventory.components]


def whys(inventory: Inventory) -> list[str]:
    return [f"{note.what}, {note.where}: {note.why}" for note in inventory.not_checked]


def tar_of(members: Mapping[str, bytes | str | None]) -> bytes:
    """Return a tar file: bytes are files, a text is a link to there, None a folder."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            if isinstance(content, bytes):
                info.size, info.mode = len(content), 0o755
                archive.addfile(info, io.BytesIO(content))
                continue
            info.type = tarfile.DIRTYPE if content is None else tarfile.SYMTYPE
            info.linkname = content or ""
            archive.addfile(info)
    return out.getvalue()


def digest_of(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def zstd(data: bytes, program: Path) -> bytes:
    return subprocess.run([program, "-cq"], input=data, stdout=subprocess.PIPE, check=True).stdout


class Layout:
    """An OCI image layout in the making."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "blobs" / "sha256").mkdir(parents=True)
        (root / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
        self.listed: list[dict[str, object]] = []

    def blob(self, data: bytes, media_type: str) -> dict[str, object]:
        digest = digest_of(data)
        (self.root / "blobs" / digest.replace(":", "/")).write_bytes(data)
        return {"mediaType": media_type, "digest": digest, "size": len(data)}

    def image(
        self, layers: Sequence[bytes], *, packed: Sequence[bytes] | None = None
    ) -> dict[str, object]:
        """Add an image; `layers` are tar files, `packed` what they are stored as."""
        stored = (
            packed if packed is not None else [gzip.compress(layer, mtime=0) for layer in layers]
        )
        config = self.blob(
            json.dumps(
                {"rootfs": {"type": "layers", "diff_ids": [digest_of(layer) for layer in layers]}}
            ).encode(),
            "application/vnd.oci.image.config.v1+json",
        )
        layer_type = "application/vnd.oci.image.layer.v1.tar+gzip"
        manifest = {
            "schemaVersion": 2,
            "config": config,
            "layers": [self.blob(layer, layer_type) for layer in stored],
        }
        return self.blob(
            json.dumps(manifest).encode(), "application/vnd.oci.image.manifest.v1+json"
        )

    def list(self, manifest: Mapping[str, object], **more: object) -> None:
        """Name a manifest in the index; `name` and `platform` say which it is."""
        row = dict(manifest)
        if "name" in more:
            row["annotations"] = {"org.opencontainers.image.ref.name": more["name"]}
        if "platform" in more:
            system, _, machine = str(more["platform"]).partition("/")
            row["platform"] = {"os": system, "architecture": machine}
        self.listed.append(row)
        index = {"schemaVersion": 2, "manifests": self.listed}
        (self.root / "index.json").write_text(json.dumps(index))


def rpm_header(
    texts: Mapping[int, str],
    lists: Mapping[int, Sequence[str]],
    epoch: int,
    places: Sequence[int] = (),
) -> bytes:
    """Return a header of RPM as its database holds it; `places` are the folders of its files."""
    store, entries = b"", []
    for tag, text in texts.items():
        entries.append((tag, 6, len(store), 1))
        store += text.encode() + b"\0"
    for tag, items in lists.items():
        entries.append((tag, 8, len(store), len(items)))
        store += b"".join(item.encode() + b"\0" for item in items)
    for tag, numbers in ((1003, (epoch,) if epoch else ()), (1116, places)):
        if numbers:
            store += b"\0" * (-len(store) % 4)
            entries.append((tag, 4, len(store), len(numbers)))
            store += b"".join(number.to_bytes(4, "big") for number in numbers)
    head = struct.pack(">2I", len(entries), len(store))
    return head + b"".join(struct.pack(">4I", *entry) for entry in entries) + store


def rpm_database(path: Path, headers: Sequence[bytes]) -> bytes:
    """Return an rpmdb.sqlite with these headers, written at `path`."""
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, blob BLOB NOT NULL)")
    database.executemany("INSERT INTO Packages (blob) VALUES (?)", [(row,) for row in headers])
    database.commit()
    database.close()
    return path.read_bytes()
