"""Readers of what signs commits, and of what is said of them: SSH, OpenPGP, CMS, reviews."""

import base64
from collections.abc import Sequence
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ed25519
from tests.fakes.certificates import AT
from tests.fakes.gitsign import entry_message, gitsign, proto
from tests.fakes.pgp import armour, created, mpi, packet, pgp_sign
from tests.fakes.reviewfacts import COVERAGE, REVIEW, REVISION
from tests.fakes.sigstore import Instance

from assay.core.strictjson import render_canonical_json
from assay.signing.sshwire import string_of
from fuzz.target import raw, text, value

_KEY = ed25519.Ed25519PrivateKey.generate()
_RAW = _KEY.public_key().public_bytes_raw()
_SSH_KEY = string_of(b"ssh-ed25519") + string_of(_RAW)
_OID = bytes.fromhex("092b06010401da470f01")


def _signatures() -> Sequence[bytes]:
    return (pgp_sign(_KEY, b"message"),)


def _blocks() -> Sequence[bytes]:
    content = b"\x04" + created()[2:] + b"\x16" + _OID + mpi(b"\x40" + _RAW)
    return (armour(packet(6, content), "PGP PUBLIC KEY BLOCK"),)


def _ssh_keys() -> Sequence[bytes]:
    token = string_of(b"sk-ssh-ed25519@openssh.com") + string_of(_RAW) + string_of(b"ssh:")
    return (_SSH_KEY, token)


def _ssh_lines() -> Sequence[bytes]:
    return (b"ssh-ed25519 " + base64.b64encode(_SSH_KEY) + b" somebody",)


def _ssh_signatures() -> Sequence[bytes]:
    signature = string_of(b"ssh-ed25519") + string_of(_KEY.sign(b"message"))
    parts = (_SSH_KEY, b"git", b"", b"sha512", signature)
    body = b"SSHSIG\0\0\0\1" + b"".join(string_of(part) for part in parts)
    lines = (b"BEGIN", base64.b64encode(body), b"END")
    armoured = b"-----%b SSH SIGNATURE-----\n%b\n-----%b SSH SIGNATURE-----"
    return (armoured % lines,)


def _cms() -> Sequence[bytes]:
    return (gitsign(Instance(), b"message"),)


def _entries() -> Sequence[bytes]:
    entry = Instance().promised("hashedrekord", "0.0.1", b"{}", at=AT)
    return (entry_message(entry), proto(1, 7))


def _tags() -> Sequence[bytes]:
    header = b"object %b\ntype commit\ntag v1\ntagger A <a@example.org> 1 +0000\n\n" % (b"12" * 20)
    return (header + b"Release\n" + pgp_sign(_KEY, b"message"),)


def _people() -> Sequence[bytes]:
    return (b"Ann Other <ann@example.org> 1767268800 +0200",)


TARGETS: Final = (
    raw("assay.core.protowire:parse_proto", _entries),
    raw("assay.signing.openpgp:parse_armour", _signatures, label=b"PGP SIGNATURE"),
    text("assay.signing.openpgp:parse_pgp_keys", _blocks),
    raw("assay.signing.sshwire:parse_ssh_key", _ssh_keys),
    text("assay.signing.sshwire:parse_ssh_line", _ssh_lines),
    raw("assay.source.pgpsig:parse_pgp_signature", _signatures),
    raw("assay.source.sshsig:parse_ssh_signature", _ssh_signatures),
    raw("assay.source.cms:parse_cms", _cms),
    raw("assay.source.tag:parse_tag", _tags, words=(b"-----BEGIN SSH SIGNATURE-----",)),
    raw("assay.source.commit:parse_person", _people),
    raw("assay.source.gitsign:parse_log_entry_message", _entries, body=b"{}"),
    value("assay.source.review:parse_review", lambda: (render_canonical_json(REVIEW.as_json()),)),
    value(
        "assay.source.coverage:parse_coverage",
        lambda: (render_canonical_json(COVERAGE.as_json()),),
    ),
    value(
        "assay.source.revision:parse_revision",
        lambda: (render_canonical_json(REVISION.as_json()),),
    ),
)
