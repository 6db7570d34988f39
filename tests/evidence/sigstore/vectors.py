"""The public cases of sigstore-conformance, read from beside the checkout."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import SHARED_DATA

FOLDER = SHARED_DATA / "vectors" / "sigstore"


@dataclass(frozen=True, kw_only=True)
class Vector:
    """A case: files, expectations, and whether it must be accepted."""

    name: str
    accepted: bool
    bundle: Path
    artifact: Path
    trusted_root: Path
    identity: str
    issuer: str
    key: Path | None


def vectors() -> Iterator[Vector]:
    """Yield every case of the index, none where the vectors are absent."""
    if not (FOLDER / "index.json").exists():
        return
    index = json.loads((FOLDER / "index.json").read_bytes())
    defaults = index["defaults"]
    for case in index["cases"]:
        folder = FOLDER / case["case"]
        yield Vector(
            name=case["case"],
            accepted=case["expect"] == "accept",
            bundle=folder / "bundle.sigstore.json",
            artifact=_file(folder, "artifact", defaults["artifact"]),
            trusted_root=_file(folder, "trusted_root.json", defaults["trusted_root"]),
            identity=_text(folder, "identity", defaults["identity"]),
            issuer=_text(folder, "issuer", defaults["issuer"]),
            key=folder / "key.pub" if (folder / "key.pub").exists() else None,
        )


def _file(folder: Path, name: str, default: str) -> Path:
    own = folder / name
    return own if own.exists() else FOLDER / default


def _text(folder: Path, name: str, default: str) -> str:
    own = folder / name
    return own.read_text().strip() if own.exists() else default
