"""A public key that notes what it is asked: for tests of how often something is verified."""

from dataclasses import dataclass, field

from assay.signing.keys import PublicKey


@dataclass(eq=False)
class AskedKey:
    """The key `real`; two of them are never equal. `log` may be shared by several."""

    real: PublicKey
    log: list[str] = field(default_factory=list)  # the id of the key, for each time

    @property
    def algorithm(self) -> str:
        return self.real.algorithm

    @property
    def spki(self) -> bytes:
        return self.real.spki

    @property
    def key_id(self) -> str:
        return self.real.key_id

    @property
    def pem(self) -> bytes:
        return self.real.pem

    def verify(self, message: bytes, signature: bytes) -> None:
        self.log.append(self.real.key_id)
        self.real.verify(message, signature)
