"""Vault's transit engine and the key services of Google and Azure, as their documentation says.

Real keys sign; the wire formats, the checks of what is sent and the refusals are those that the
services document. What they do besides (policies, audit, rotation by time) is left out.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from assay.signing.services.crc32c import crc32c
from tests.fakes.restserver import Answered, Asked, RefusedHere, document

TOKEN: Final = "t0p-s3cret-" + "t0ken"
Private = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

PRIVATE: Final[Mapping[str, Private]] = {
    "ed25519": ed25519.Ed25519PrivateKey.generate(),
    "ecdsa-p256": ec.generate_private_key(ec.SECP256R1()),
    "ecdsa-p384": ec.generate_private_key(ec.SECP384R1()),
    "rsa-pss": rsa.generate_private_key(65537, 2048),
}
_SIZES: Final = {"sha2-256": 32, "sha2-384": 48, "sha2-512": 64}
_HASHES: Final = {32: hashes.SHA256(), 48: hashes.SHA384(), 64: hashes.SHA512()}


def pem_of(private: PrivateKeyTypes) -> str:
    public = private.public_key()
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def text(value: object) -> str:
    assert isinstance(value, str)
    return value


def sign_digest(private: Private, digest: bytes, *, salt: int | None = None) -> bytes:
    """Sign a digest: ECDSA in DER, or RSA-PSS with a salt as long as the digest."""
    hashed = _HASHES[len(digest)]
    if isinstance(private, ec.EllipticCurvePrivateKey):
        return private.sign(digest, ec.ECDSA(Prehashed(hashed)))
    assert isinstance(private, rsa.RSAPrivateKey)
    pss = padding.PSS(padding.MGF1(hashed), len(digest) if salt is None else salt)
    return private.sign(digest, pss, Prehashed(hashed))


@dataclass(slots=True)
class Transit:
    """One key with its versions; the newest is the last."""

    kind: str
    versions: list[Private]
    name: str = "assay"
    token: str = TOKEN
    namespace: str = ""

    def answer(self, asked: Asked) -> Answered:
        if asked.headers.get("x-vault-token") != self.token:
            return document({"errors": ["permission denied"]}, 403)
        if asked.headers.get("x-vault-namespace", "") != self.namespace:
            return document({"errors": ["no handler for route"]}, 404)
        if asked.path == f"/v1/transit/keys/{self.name}" and asked.method == "GET":
            return document({"request_id": "r", "lease_id": "", "data": self._described()})
        if asked.path == f"/v1/transit/sign/{self.name}" and asked.method == "POST":
            return self._sign(asked.document())
        return document({"errors": []}, 404)

    def _described(self) -> dict[str, object]:
        keys = {
            str(number): {"creation_time": "2026-01-01T00:00:00Z", "public_key": self._public(key)}
            for number, key in enumerate(self.versions, 1)
        }
        return {
            "name": self.name,
            "type": self.kind,
            "latest_version": len(self.versions),
            "keys": keys,
            "supports_signing": True,
        }

    @staticmethod
    def _public(key: Private) -> str:
        if isinstance(key, ed25519.Ed25519PrivateKey):  # the only kind that is not in PEM
            return base64.b64encode(key.public_key().public_bytes_raw()).decode()
        return pem_of(key)

    def _sign(self, told: dict[str, object]) -> Answered:
        version = told.get("key_version", 0) or len(self.versions)
        assert isinstance(version, int)
        if version > len(self.versions):
            raise self._bad("cannot sign with this version")
        try:
            given = base64.b64decode(text(told["input"]), validate=True)
        except binascii.Error:
            raise self._bad("unable to decode input as base64") from None
        signature = self._made(self.versions[version - 1], given, told)
        encoded = base64.b64encode(signature).decode()
        data = {"key_version": version, "signature": f"vault:v{version}:{encoded}"}
        return document({"request_id": "r", "data": data})

    def _made(self, private: Private, given: bytes, told: dict[str, object]) -> bytes:
        prehashed = told.get("prehashed", False)
        if isinstance(private, ed25519.Ed25519PrivateKey):
            if prehashed:
                raise self._bad("prehashed is not supported for this key")
            return private.sign(given)
        if not prehashed or len(given) != _SIZES[text(told["hash_algorithm"])]:
            raise self._bad("the input is not of the size of the hash")
        if isinstance(private, ec.EllipticCurvePrivateKey):
            if told.get("marshaling_algorithm", "asn1") != "asn1":
                raise self._bad("this fake marshals as asn1 only")
            return sign_digest(private, given)
        if told.get("signature_algorithm", "pss") != "pss":
            raise self._bad("this fake signs pss only")
        salt = {"hash": len(given), "auto": private.key_size // 8 - 2 - len(given)}
        return sign_digest(private, given, salt=salt[text(told.get("salt_length", "auto"))])

    @staticmethod
    def _bad(what: str) -> RefusedHere:
        return RefusedHere({"errors": [what]}, 400)


GCP_NAME: Final = (
    "projects/shop/locations/europe-west1/keyRings/release/cryptoKeys/assay/cryptoKeyVersions/7"
)
_GCP: Final = {
    "ed25519": "EC_SIGN_ED25519",
    "ecdsa-p256": "EC_SIGN_P256_SHA256",
    "ecdsa-p384": "EC_SIGN_P384_SHA384",
    "rsa-pss": "RSA_SIGN_PSS_2048_SHA256",
}


@dataclass(slots=True)
class Gcp:
    """One version of a key of Cloud KMS, and the metadata service of a machine."""

    algorithm: str
    name: str = GCP_NAME
    kind: str = ""
    token: str = TOKEN

    def answer(self, asked: Asked) -> Answered:
        if asked.path == "/computeMetadata/v1/instance/service-accounts/default/token":
            if asked.headers.get("metadata-flavor") != "Google":
                return document({}, 403)
            return document(
                {"access_token": self.token, "expires_in": 3599, "token_type": "Bearer"}
            )
        if asked.headers.get("authorization") != f"Bearer {self.token}":
            return document({"error": {"code": 401, "status": "UNAUTHENTICATED"}}, 401)
        if asked.path == f"/v1/{self.name}/publicKey":
            pem = pem_of(PRIVATE[self.algorithm])
            return document(
                {
                    "pem": pem,
                    "algorithm": self.kind or _GCP[self.algorithm],
                    "pemCrc32c": str(crc32c(pem.encode())),
                    "name": self.name,
                    "protectionLevel": "HSM",
                }
            )
        if asked.path == f"/v1/{self.name}:asymmetricSign" and asked.method == "POST":
            return self._sign(asked.document())
        return document({"error": {"code": 404, "status": "NOT_FOUND"}}, 404)

    def _sign(self, told: dict[str, object]) -> Answered:
        private = PRIVATE[self.algorithm]
        if isinstance(private, ed25519.Ed25519PrivateKey):
            given, member = base64.b64decode(text(told["data"])), "Data"
            checked = told.get("dataCrc32c") == str(crc32c(given))
        else:
            digests = told["digest"]
            assert isinstance(digests, dict)
            ((hashed, encoded),) = digests.items()
            given, member = base64.b64decode(text(encoded)), "Digest"
            assert len(given) == hashlib.new(text(hashed)).digest_size
            checked = told.get("digestCrc32c") == str(crc32c(given))
        if not checked:
            return document({"error": {"code": 400, "status": "INVALID_ARGUMENT"}}, 400)
        if isinstance(private, ed25519.Ed25519PrivateKey):
            signature = private.sign(given)
        else:
            signature = sign_digest(private, given)
        return document(
            {
                "signature": base64.b64encode(signature).decode(),
                "signatureCrc32c": str(crc32c(signature)),
                f"verified{member}Crc32c": True,
                "name": self.name,
                "protectionLevel": "HSM",
            }
        )


AZURE_VERSION: Final = "0123456789abcdef" * 2


def jose(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


@dataclass(slots=True)
class Azure:
    """One key of a vault, and the metadata service of a machine."""

    algorithm: str
    version: str = AZURE_VERSION
    token: str = TOKEN
    resources: list[str] = field(default_factory=list)

    def answer(self, asked: Asked) -> Answered:
        path, _, query = asked.path.partition("?")
        if path == "/metadata/identity/oauth2/token":
            if asked.headers.get("metadata") != "true":
                raise RefusedHere({"error": "invalid_request"}, 400)
            self.resources.append(query)
            return document({"access_token": self.token, "expires_in": "86399"})
        if asked.headers.get("authorization") != f"Bearer {self.token}":
            raise RefusedHere({"error": {"code": "Unauthorized"}}, 401)
        if query != "api-version=7.4":
            raise RefusedHere({"error": {"code": "BadParameter"}}, 400)
        if path in {"/keys/assay/", f"/keys/assay/{self.version}"} and asked.method == "GET":
            return document({"key": self._jwk(), "attributes": {"enabled": True}})
        if path == f"/keys/assay/{self.version}/sign" and asked.method == "POST":
            return self._sign(asked.document())
        return document({"error": {"code": "KeyNotFound"}}, 404)

    @property
    def kid(self) -> str:
        return f"https://shop.vault.azure.net/keys/assay/{self.version}"

    def _jwk(self) -> dict[str, object]:
        public = PRIVATE[self.algorithm].public_key()
        if isinstance(public, rsa.RSAPublicKey):
            numbers = public.public_numbers()
            n, e = (
                jose(value.to_bytes(size, "big"))
                for value, size in ((numbers.n, 256), (numbers.e, 3))
            )
            return {"kid": self.kid, "kty": "RSA-HSM", "key_ops": ["sign"], "n": n, "e": e}
        assert isinstance(public, ec.EllipticCurvePublicKey)
        size = public.key_size // 8
        point = public.public_numbers()
        curve = f"P-{public.key_size}"
        x, y = (jose(value.to_bytes(size, "big")) for value in (point.x, point.y))
        return {"kid": self.kid, "kty": "EC", "crv": curve, "x": x, "y": y, "key_ops": ["sign"]}

    def _sign(self, told: dict[str, object]) -> Answered:
        value = text(told["value"])
        if not re.fullmatch(r"[A-Za-z0-9_-]+", value):
            return document({"error": {"code": "BadParameter"}}, 400)
        digest = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
        private = PRIVATE[self.algorithm]
        wanted = {
            "ecdsa-p256": ("ES256", 32),
            "ecdsa-p384": ("ES384", 48),
            "rsa-pss": ("PS256", 32),
        }
        if (told["alg"], len(digest)) != wanted[self.algorithm]:
            return document({"error": {"code": "BadParameter"}}, 400)
        signature = sign_digest(private, digest)
        if isinstance(private, ec.EllipticCurvePrivateKey):
            r, s = decode_dss_signature(signature)
            size = private.key_size // 8
            signature = r.to_bytes(size, "big") + s.to_bytes(size, "big")
        return document({"kid": self.kid, "value": jose(signature)})


@dataclass(slots=True)
class Aws:
    """The operations GetPublicKey and Sign for an Ed25519 key, which moto does not know."""

    arn: str = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"

    def answer(self, asked: Asked) -> Answered:
        told = asked.document()
        private = PRIVATE["ed25519"]
        assert isinstance(private, ed25519.Ed25519PrivateKey)
        if told.get("KeyId") not in {self.arn, "alias/assay"}:
            return document({"__type": "NotFoundException", "message": "no key"}, 400)
        if asked.headers["x-amz-target"] == "TrentService.GetPublicKey":
            spki = private.public_key().public_bytes(
                Encoding.DER, PublicFormat.SubjectPublicKeyInfo
            )
            return document(
                {
                    "KeyId": self.arn,
                    "KeySpec": "ECC_NIST_EDWARDS25519",
                    "KeyUsage": "SIGN_VERIFY",
                    "PublicKey": base64.b64encode(spki).decode(),
                    "SigningAlgorithms": ["ED25519_SHA_512", "ED25519_PH_SHA_512"],
                }
            )
        message = base64.b64decode(text(told["Message"]))
        if told["SigningAlgorithm"] != "ED25519_SHA_512" or told["MessageType"] != "RAW":
            return document({"__type": "ValidationException"}, 400)
        if len(message) > 4096:
            return document({"__type": "ValidationException"}, 400)
        return document(
            {
                "KeyId": self.arn,
                "Signature": base64.b64encode(private.sign(message)).decode(),
                "SigningAlgorithm": "ED25519_SHA_512",
            }
        )
