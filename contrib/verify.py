#!/usr/bin/env python3
"""Check an auditor's kit of Assay without Assay: one file, Python and `cryptography` only.

    python verify.py KIT --subject gitCommit:HEX --trust-root FILE [--anchor NOTE]

To be read in one sitting. It shares no code with Assay, and was written from the formats: RFC 8259,
RFC 9162, C2SP tlog-checkpoint, tlog-cosignature, DSSE, in-toto, docs/explanation/completeness.md.
Exit status: 0 all of it held, 1 something did not, 2 wrong usage, 3 it could not be told. What is
never checked here is printed each time: above all, no policy is evaluated.
"""

import argparse
import base64
import functools
import hashlib
import json
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_public_key

TRUST = "urn:assay:predicate:trust-root:v2"
POLICY = "urn:assay:predicate:policy:v1"
VERDICT = "https://slsa.dev/verification_summary/v1"
EVIDENCE = (  # what a gate decides from
    "urn:assay:predicate:source:v1",
    "urn:assay:predicate:scan:v1",
    "https://cyclonedx.org/bom",
    "https://in-toto.io/attestation/vulns/v0.2",
    "urn:assay:predicate:supersession:v1",
)
ROLES = {POLICY: ["gate"], VERDICT: ["gate"], "urn:assay:predicate:log-check:v1": ["collector"]}
ROLES |= {kind: ["collector"] for kind in EVIDENCE}
MAX_BYTES = 2**29
WRONG = (ValueError, LookupError, TypeError, AttributeError, RecursionError)  # what is no kit gives
NOT_CHECKED = (
    "policy: the rules were not evaluated; a verdict is the signed word of the gate",
    "evidence: what collectors say that they saw, and the advisories behind it",
    "index: that it was computed from all entries; a full replay of the log would show it",
    "log: what was never recorded in it",
)


def need(holds: object, what: str) -> None:
    if not holds:
        raise ValueError(what)


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def named(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def unbase64(text: str) -> bytes:
    found = base64.b64decode(text, validate=True)
    need(base64.b64encode(found).decode() == text, "base64 with stray bits")
    return found


def parse_json(data: bytes) -> object:  # in one reading only
    def unique(pairs: list) -> dict:
        need(len(dict(pairs)) == len(pairs), "a repeated name in JSON")
        return dict(pairs)

    return json.loads(data.decode(), object_pairs_hook=unique, parse_constant={}.__getitem__)


def canonical(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def members(value: object, **kinds: type) -> list:
    """Return the members of an object that has exactly these names, each of its type."""
    need(isinstance(value, dict) and value.keys() == kinds.keys(), f"no object of {list(kinds)}")
    need(all(k in {object, type(value[n])} for n, k in kinds.items()), f"not all of {kinds}")
    return [value[name] for name in kinds]


def is_signed(key: object, message: bytes, signature: bytes) -> bool:  # the key says how
    try:
        if isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, message)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            hashed = {"secp256r1": hashes.SHA256(), "secp384r1": hashes.SHA384()}[key.curve.name]
            key.verify(signature, message, ec.ECDSA(hashed))
        elif isinstance(key, rsa.RSAPublicKey) and 2048 <= key.key_size <= 8192:
            pss = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32)
            key.verify(signature, message, pss, hashes.SHA256())
        else:
            return False  # none that is known here
    except InvalidSignature:
        return False
    return True


@functools.cache
def load_key(pem: str) -> object:
    try:
        return load_pem_public_key(pem.encode())
    except UnsupportedAlgorithm:
        return None  # signs nothing here


def note_times(note: str, vkey: str, kind: int | None = None) -> list:
    """Return the time of each signature by a key (C2SP signed-note); type 1 has none: 0 here."""
    name, claimed, typed = vkey.split("+", 2)
    raw = unbase64(typed)
    need(claimed == sha256(name.encode() + b"\n" + raw)[:4].hex(), "not a verifier key")
    kind = kind or raw[0]
    own = (name, sha256(name.encode() + b"\n" + bytes([kind]) + raw[1:])[:4])
    text, _, lines = note.rpartition("\n\n")
    need(text and lines[-1:] == "\n" and not re.search(r"[\0-\t\v-\x1f]", note), "not a note")
    found = []
    for line in lines[:-1].split("\n"):
        split = re.fullmatch(r"— ([^\s+]+) (\S+)", line)
        need(split and len(signature := unbase64(split[2])) > 4, "not a signature line of a note")
        if (split[1], signature[:4]) != own:
            continue  # somebody else's
        at, message, signature = 0, f"{text}\n".encode(), signature[4:]
        if kind == 4:
            at, signature = int.from_bytes(signature[:8]), signature[8:]
            message = b"cosignature/v1\ntime %d\n" % at + message
        key = ed25519.Ed25519PublicKey.from_public_bytes(raw[1:])
        need(is_signed(key, message, signature), f"a false signature of {name} on a checkpoint")
        found.append(at)
    return found


class Checkpoint:
    """A tree head that the log signed and dated, with the root of the index."""

    def __init__(self, note: str, log_key: str) -> None:
        signed, dated = (note_times(note, log_key, kind=kind) for kind in (1, 4))
        need(signed and dated, "a checkpoint that the log did not sign and date")
        self.note, self.at = note, datetime.fromtimestamp(min(dated), tz=UTC)
        self.origin, size, root, *more = note.rpartition("\n\n")[0].split("\n")
        need(self.origin == log_key.split("+", maxsplit=1)[0], "a checkpoint of another log")
        need(re.fullmatch(r"0|[1-9][0-9]{0,18}", size) and all(more), "a checkpoint without a size")
        self.size, self.root = int(size), unbase64(root)
        [index] = [line.removeprefix("index ") for line in more if line.startswith("index ")]
        self.index = unbase64(index)


def root_of(leaf: bytes, index: int, size: int, path: list) -> bytes:
    """Return the root to which an inclusion path leads; its last hash is the highest."""
    need((size == 1) == (not path) and 0 <= index < size, "an inclusion path of a wrong length")
    if size == 1:
        return leaf
    left = 1 << ((size - 1).bit_length() - 1)  # how many leaves are below the left child
    if index < left:
        return sha256(b"\1" + root_of(leaf, index, left, path[:-1]) + path[-1])
    return sha256(b"\1" + path[-1] + root_of(leaf, index - left, size - left, path[:-1]))


def roots_of(old: int, size: int, path: list, known: bytes | None) -> tuple:
    """Return both roots of a consistency path, which leaves out the old one while it is `known`."""
    if old == size:
        need(len(path) == (known is None), "a consistency path of a wrong length")
        return (known or path[0],) * 2
    need(path and 0 < old < size, "a consistency path of a wrong length")
    left = 1 << ((size - 1).bit_length() - 1)
    if old <= left:
        small, large = roots_of(old, left, path[:-1], known)
        return small, sha256(b"\1" + large + path[-1])
    small, large = roots_of(old - left, size - left, path[:-1], None)
    return sha256(b"\1" + path[-1] + small), sha256(b"\1" + path[-1] + large)


def index_key(kind: bytes, name: str) -> bytes:
    told = name.encode()
    return sha256(b"assay.index/v1 key\n%d %b %d %b" % (len(kind), kind, len(told), told))


def held_under(key: bytes, root: bytes, pages: list) -> tuple:
    """Return how many entries the index with this root holds under `key`, and their chain."""
    need(1 <= len(pages) <= 32, "an index path of a wrong length")
    found = root
    for depth, page in enumerate(pages):
        need(sha256(b"assay.index/v1 page\n" + page) == found, "an index page that was not signed")
        leaves, below = (int.from_bytes(page[at : at + 32]) for at in (0, 32))  # maps of the slots
        end = 64 + 72 * leaves.bit_count() + 32 * below.bit_count()
        need(len(page) == end and not leaves & below, "not an index page")
        leaves, below = leaves >> (255 - key[depth]), below >> (255 - key[depth])
        end = 64 + 72 * leaves.bit_count() + 32 * below.bit_count()
        found = page[end - (72 if leaves & 1 else 32 if below & 1 else 0) : end]
    need(len(found) != 32, "an index path of a wrong length")
    if found:
        need(found[: len(pages)] == key[: len(pages)], "a leaf of the index in a wrong place")
        need(any(found[32:40]), "a leaf of the index that counts nothing")
    return (int.from_bytes(found[32:40]), found[40:]) if found[:32] == key else (0, bytes(32))


def check_list(one: dict, entries: dict, last: Checkpoint) -> list:
    """Return the entries of a list, when they are all that the log holds under its key."""
    form = members(one, subject=object, predicateType=object, entries=list, pages=list)
    subject, kind, indexes, pages = form
    need((subject is None) != (kind is None), "a list that is not of a subject or of a type")
    need(all(type(i) is int and i in entries for i in indexes), "a listed entry is not in the kit")
    need(indexes == sorted(set(indexes)), "a list that is not in the order of the log")
    chain, listed = bytes(32), [entries[i] for i in indexes]
    for entry in listed:
        need(subject is None or subject in entry.subjects, "an entry about something else")
        need(kind in {None, entry.kind}, "an entry of another type")
        told = entry.index.to_bytes(8) + entry.leaf + index_key(b"type", entry.kind)
        chain = sha256(b"assay.index/v1 chain\n" + chain + told)
    key = index_key(b"type", kind) if subject is None else index_key(b"subject", subject)
    held = held_under(key, last.index, [*map(unbase64, pages)])
    need(held == (len(listed), chain), f"not the entries that the log has for {subject or kind}")
    return listed


class Entry:
    """An envelope (DSSE, in-toto) at its place in the log; `at` is when it had been recorded."""

    def __init__(self, value: dict, checkpoints: list) -> None:
        self.index, text, path = members(value, index=int, envelope=str, path=list)
        data = unbase64(text)
        large = b"assay.blob/v1\n%b %d\n" % (named(data).encode(), len(data))
        self.digest, self.leaf = named(data), sha256(b"\0" + (large if len(data) >> 16 else data))
        under = next((c for c in checkpoints if c.size > self.index), checkpoints[-1])
        found = root_of(self.leaf, self.index, under.size, [*map(unbase64, path)])
        need(found == under.root, f"entry {self.index} is not the one of the log")
        self.at, envelope = under.at, parse_json(data)
        self.certified = "dsseEnvelope" in envelope  # a Sigstore bundle
        envelope = envelope.get("dsseEnvelope", envelope)
        payload = unbase64(envelope["payload"].replace("-", "+").replace("_", "/"))
        kind, signed = envelope["payloadType"].encode(), envelope["signatures"]
        need(kind == b"application/vnd.in-toto+json", "an envelope of another type")
        self.message = b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)
        texts = [item["sig"].replace("-", "+").replace("_", "/") for item in signed]
        self.signatures, told = [*map(unbase64, texts)], parse_json(payload)
        need(told["_type"] == "https://in-toto.io/Statement/v1", "no in-toto statement")
        self.kind, self.predicate = told["predicateType"], told.get("predicate") or {}
        digests = [item for one in told["subject"] for item in one["digest"].items()]
        self.subjects = [f"{algorithm}:{value}" for algorithm, value in digests]

    def signers(self, root: dict, roles: list | None) -> set:
        """Return the principals that signed, each once, of those that held one of `roles` then."""
        expires = root["expires"]
        ended = expires and datetime.fromisoformat(expires) <= self.at
        return {
            person["name"]
            for person in root["principals"]
            for role, key in ((r, k) for r in person["roles"] for k in person["keys"])
            if role["name"] in (roles or [role["name"]]) and (role["name"] == "owner" or not ended)
            if all(covers(limits, self.at) for limits in (person, role, key))
            if any(is_signed(load_key(key["pem"]), self.message, s) for s in self.signatures)
        }


def covers(limits: dict, at: datetime) -> bool:
    """Tell whether `at` is in a window, and before a revocation."""
    ends = [limits["until"], (limits.get("revoked") or {}).get("since")]
    begin, *ends = (datetime.fromisoformat(text) for text in (limits["from"], *ends) if text)
    return begin <= at and all(at < end for end in ends)


def credentials(root: dict) -> dict:
    """Return each key and identity that a trust root names: whose it is, and its limits."""
    all_of = [(p["name"], one) for p in root["principals"] for one in p["keys"] + p["identities"]]
    return {one.get("pem") or (one["issuer"], one["subject"]): (name, one) for name, one in all_of}


def check_change(old: dict, new: dict, change: Entry) -> None:
    """Refuse unless the owners of both versions signed, and nothing that was revoked comes back."""
    need(old["log"] == new["log"], "a trust root of another log")
    for root in (old, new):
        enough = root["owners"]["threshold"] <= len(change.signers(root, ["owner"]))
        need(enough, f"too few owners of version {root['version']} signed the change")
    after = credentials(new)
    for name, (owner, before) in credentials(old).items():
        need(after.get(name, [""])[0] == owner, f"a key or identity of {owner} has gone")
        was, now = before["revoked"], after[name][1]["revoked"]
        kept = now and was and now["reason"] in {"compromised", was["reason"]}
        need(not was or (kept and now["since"] <= was["since"]), f"a revocation of {owner} fell")


def walk_trust(changes: list, pinned: dict | None) -> list:
    """Return (index, root) of all versions; each follows the one before, and one is `pinned`."""
    versions = []
    for change in changes:
        new, known = change.predicate["root"], [named(canonical(root)) for _, root in versions]
        need(change.subjects == [named(canonical(new))], "a trust root under another digest")
        need(new["schema"] == "assay.trust-root/v2", "a trust root of another version")
        if known[-1:] == change.subjects:
            continue  # the same again
        need(new["history"] == known and new["version"] == len(known) + 1, "a gap in the versions")
        if versions:
            check_change(versions[-1][1], new, change)
        versions.append((change.index, new))
    if pinned and not versions and not pinned["history"]:
        versions = [(-1, pinned)]
    need(versions and pinned in [None, *(root for _, root in versions)], "another trust root")
    return versions


def check_verdict(verdict: Entry, about: list, lists: dict, versions: list) -> list:
    """Return what is wrong with the evidence, the policy and the trust root that it names."""
    told = verdict.predicate
    listed = {"sha256:" + item["digest"]["sha256"] for item in told["inputAttestations"]}
    there = {e.digest for e in about if e.kind in EVIDENCE and e.index < verdict.index}
    wrong = [f"names evidence that is not there: {one}" for one in sorted(listed - there)]
    wrong += [f"leaves out evidence: {one}" for one in sorted(there - listed)]
    policy = "sha256:" + told["policy"]["digest"]["sha256"]
    if policy not in [policy_digest(e) for e in lists.get(policy, []) if e.kind == POLICY]:
        wrong.append(f"names a policy that is not there: {policy}")
    in_force = ([root for index, root in versions if index < verdict.index] or [versions[0][1]])[-1]
    if told["assay_verdict"]["trustRoot"] != named(canonical(in_force)):
        wrong.append("was made under another trust root than the one in force")
    return [f"the verdict, entry {verdict.index}, {one}" for one in wrong]


def policy_digest(entry: Entry) -> str:
    files = entry.predicate["files"].items()
    texts = [text for name, text in files if not name.endswith("_test.rego")]
    modules = {re.search(r"(?m)^package\s+(\S+)", text)[1]: text for text in texts}
    return named(canonical({"schema": "assay.policy-bundle/v1", "modules": modules}))


def check_kit(kit: dict, options: argparse.Namespace) -> tuple:
    """Return what is wrong, what could not be told, and lines that say what was found."""
    form = members(kit, schema=str, subject=str, checkpoints=list, entries=list, lists=list)
    schema, subject, noted, packed, listed = form
    need(schema == "assay.audit-kit/v1" and subject == options.subject, f"{schema} on {subject}")
    pinned = options.trust_root and parse_json(options.trust_root.read_bytes())
    log_key = pinned["log"]["key"] if pinned else options.log_key
    heads = [Checkpoint(members(one, note=str, consistency=list)[0], log_key) for one in noted]
    last, sizes, dates = heads[-1], [c.size for c in heads], [c.at for c in heads]
    need(sizes == sorted(set(sizes)) and dates == sorted(dates), "checkpoints not in their order")
    for head, one in zip(heads, noted, strict=True):
        roots = roots_of(head.size, last.size, [*map(unbase64, one["consistency"])], head.root)
        need(roots == (head.root, last.root), "a checkpoint of another history")
    entries = {entry.index: entry for entry in (Entry(one, heads) for one in packed)}
    need([one["index"] for one in packed] == sorted(entries), "entries that are not in order")
    keys = [one["subject"] or one["predicateType"] for one in listed]
    lists = {key: check_list(one, entries, last) for key, one in zip(keys, listed, strict=True)}
    need(len(lists) == len(listed) and {subject, TRUST} <= {*lists}, "not all lists, or one twice")
    need({e.index for one in lists.values() for e in one} == {*entries}, "an entry in no list")
    if options.anchor:
        seen = Checkpoint(options.anchor.read_text(), log_key)
        need(seen.root in [c.root for c in heads if c.size == seen.size], "not after the anchor")
    versions, about = walk_trust(lists[TRUST], pinned), lists[subject]
    root = versions[-1][1]
    need(root["log"] == {"key": log_key, "origin": last.origin}, "a trust root of another log")
    signed = [vkey for vkey in root["witnesses"]["keys"] if note_times(last.note, vkey)]
    need(len(signed) >= root["witnesses"]["quorum"], f"only {len(signed)} witnesses cosigned")
    others = [e for e in entries.values() if e.kind != TRUST]
    unsigned = [e for e in others if not e.signers(root, ROLES.get(e.kind))]
    wrong = [f"entry {e.index}: signed by nobody trusted then" for e in unsigned if not e.certified]
    verdicts = [e for e in about if e.kind == VERDICT]
    wrong += [one for v in verdicts for one in check_verdict(v, about, lists, versions)]
    later = [e for e in about if e.kind in EVIDENCE and verdicts and e.index > verdicts[-1].index]
    untold = [f"entry {e.index} was recorded after the newest verdict" for e in later]
    untold += [f"entry {e.index}: a certificate, not read here" for e in unsigned if e.certified]
    untold += [] if verdicts else ["there is no verdict about this subject"]
    untold += [] if pinned else [f"is {named(canonical(versions[0][1]))} the trust root?"]
    found = [
        f"log {last.origin}, {last.size} entries, {last.at}; cosigned by {len(signed)} witnesses",
        f"trust root version {len(versions)}, {named(canonical(root))}",
        f"{len(about)} statements about {subject}: all that the log has",
    ]
    said = [(e.index, e.predicate["assay_verdict"]["result"]) for e in verdicts]
    return wrong, untold, found + [f"the verdict of entry {index}: {word}" for index, word in said]


def main(arguments: list | None = None) -> int:
    parser = argparse.ArgumentParser(description="Check an auditor's kit of Assay, without Assay.")
    parser.add_argument("kit", type=Path)
    parser.add_argument("--subject", required=True, help="what it must be about: gitCommit:HEX")
    parser.add_argument("--anchor", type=Path, help="a checkpoint of the log that you kept")
    trust = parser.add_mutually_exclusive_group(required=True)
    trust.add_argument("--trust-root", type=Path, help="the trust root, which you got another way")
    trust.add_argument("--log-key", help="or the log's key alone: who may sign stays untold")
    options = parser.parse_args(arguments)
    try:
        data = options.kit.read_bytes()
        kit = parse_json(data)
        need(len(data) <= MAX_BYTES and canonical(kit) == data, "not the one form of a kit")
        wrong, untold, found = check_kit(kit, options)
    except OSError as error:
        parser.error(str(error))
    except WRONG as error:
        wrong, untold, found = [f"{type(error).__name__}: {error}"], [], []
    result, status = ("FAILED", 1) if wrong else ("UNKNOWN", 3) if untold else ("PASSED", 0)
    for line in (result, *found, *wrong, *untold, *(f"not checked: {one}" for one in NOT_CHECKED)):
        print(re.sub("[^ -~]", "?", line))
    return status


if __name__ == "__main__":
    sys.exit(main())
