"""The words of SPDX 3.0 for what 2.3 and CycloneDX have words for too."""

from typing import Final

NONE: Final = "https://spdx.org/rdf/3.0.1/terms/Core/NoneElement"
NONES: Final = frozenset({NONE, "NoneElement", "https://spdx.org/rdf/3.0.0/terms/Core/NoneElement"})
NO_ASSERTION_ELEMENT: Final = "https://spdx.org/rdf/3.0.1/terms/Core/NoAssertionElement"
NO_ASSERTIONS: Final = frozenset(
    {
        "NoAssertionElement",
        "https://spdx.org/rdf/3.0.0/terms/Core/NoAssertionElement",
        NO_ASSERTION_ELEMENT,
    }
)
# By the names that 2.3 has for the algorithms.
HASHES: Final = {
    "MD5": "md5",
    "SHA1": "sha1",
    "SHA256": "sha256",
    "SHA384": "sha384",
    "SHA512": "sha512",
    "SHA3-256": "sha3_256",
    "SHA3-384": "sha3_384",
    "SHA3-512": "sha3_512",
    "BLAKE2b-256": "blake2b256",
    "BLAKE2b-384": "blake2b384",
    "BLAKE2b-512": "blake2b512",
    "BLAKE3": "blake3",
}
HASHES_BACK: Final = {theirs: name for name, theirs in HASHES.items()}
# By CycloneDX's kinds of components.
PURPOSES_3: Final = {
    "application": "application",
    "container": "container",
    "data": "data",
    "device": "device",
    "device-driver": "deviceDriver",
    "file": "file",
    "firmware": "firmware",
    "framework": "framework",
    "library": "library",
    "machine-learning-model": "model",
    "operating-system": "operatingSystem",
    "platform": "platform",
}
# By CycloneDX's phases, those that have a type of SBOM.
SBOM_TYPES: Final = {
    "design": "design",
    "pre-build": "source",
    "build": "build",
    "post-build": "analyzed",
    "operations": "deployed",
}
PHASES_3: Final = {type_: phase for phase, type_ in SBOM_TYPES.items()} | {"runtime": "operations"}
KINDS_3: Final = {purpose: kind for kind, purpose in PURPOSES_3.items()}
