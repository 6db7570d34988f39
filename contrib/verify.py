#!/usr/bin/env python3
"""Check an auditor's kit of Assay without Assay: one file, Python and `cryptography` only.

    python verify.py KIT --subject gitCommit:HEX --trust-root FILE [--anchor NOTE]

It shares no code with Assay: from RFC 8259 and 9162, DSSE, in-toto, C2SP tlog-checkpoint and
tlog-cosignature, docs/explanation/completeness.md. Exits 0: held, 1: did not, 2: usage, 3: untold.
"""

import argparse
import base64
import itertools
import json
import re
import sys
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_public_key

TRUST = "urn:assay:predicate:trust-root:v2"
POLICY = "urn:assay:predicate:policy:v1"
VERDICT = "https://slsa.dev/verification_summary/v1"
EVIDENCE = [f"urn:assay:predicate:{kind}:v1" for kind in ("source", "scan", "supersession")]
EVIDENCE += ["https://cyclonedx.org/bom", "https://in-toto.io/attestation/vulns/v0.2"]
ROLES = {POLICY: ("gate",), VERDICT: ("gate",), "urn:assay:predicate:log-check:v1": ("collector",)}
ROLES |= dict.fromkeys(EVIDENCE, ("collector",))
parse_time = datetime.fromisoformat
WRONG = (ValueError, LookupError, TypeError, AttributeError, RecursionError)  # what is no kit gives
NOT_CHECKED = (
    "policy: the rules were not evaluated; a verdict is the signed word of the gate",
    "evidence: what collectors say that they saw, and the advisories behind it",
    "log: what was never recorded; that its index is of all entries, which a full replay shows",
)
BUNDLE = "by a certificate (Sigstore): its issuer, owner, time and log are not read here; ask Assay"
NEWER = "maybe by a kind of key that this `cryptography` lacks: take a newer one, or ask Assay"


def need(holds: object, what: str) -> None:
    if not holds:
        raise ValueError(what)


def load(path: Path) -> bytes:
    if not path.is_file() or path.stat().st_size > 2**29:
        raise OSError(f"{path}: no such file, or of more than 512 MiB")
    return path.read_bytes()


def named(data: bytes) -> str:
    return f"sha256:{sha256(data).hexdigest()}"


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


def members(value: object, **kinds: type) -> list:  # exactly these, each of its type
    need(isinstance(value, dict) and value.keys() == kinds.keys(), f"no object of {list(kinds)}")
    need(all(k in {object, type(value[n])} for n, k in kinds.items()), f"not all of {kinds}")
    return [value[name] for name in kinds]


def is_signed(key: str | object, message: bytes, signature: bytes) -> bool | None:
    """Tell whether a key (or its PEM) signed; None where keys of its kind are not known here."""
    try:
        key = load_pem_public_key(key.encode()) if isinstance(key, str) else key
        if isinstance(key, ec.EllipticCurvePublicKey):
            hashed = {"secp256r1": hashes.SHA256(), "secp384r1": hashes.SHA384()}[key.curve.name]
            key.verify(signature, message, ec.ECDSA(hashed))
        elif isinstance(key, rsa.RSAPublicKey) and 2048 <= key.key_size <= 8192:
            pss = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32)
            key.verify(signature, message, pss, hashes.SHA256())
        elif type(key).__name__ in {"Ed25519PublicKey", "MLDSA65PublicKey"}:
            key.verify(signature, message)
        else:
            return None
    except (UnsupportedAlgorithm, InvalidSignature) as error:  # older versions have no ML-DSA
        return None if isinstance(error, UnsupportedAlgorithm) else False
    return True


def note_times(note: str, vkey: str, kind: int | None = None) -> list:
    """Return the time of each signature by a key (C2SP signed-note); type 1 has none: 0 here."""
    name, claimed, typed = [*vkey.split("+", 2), "", ""][:3]
    raw = unbase64(typed)
    need(claimed == sha256(name.encode() + b"\n" + raw).digest()[:4].hex(), "not a verifier key")
    kind = kind or raw[0]
    own = (name, sha256(name.encode() + b"\n" + bytes([kind]) + raw[1:]).digest()[:4])
    text, _, lines = note.rpartition("\n\n")
    need(text and lines[-1:] == "\n" and not re.search(r"[\0-\t\v-\x1f]", note), "not a note")
    found = []
    for line in lines[:-1].split("\n"):
        split = re.fullmatch(r"— ([^\s+]+) (\S+)", line)
        need(split and len(signature := unbase64(split[2])) > 4, "not a signature line of a note")
        if (split[1], signature[:4]) == own:
            at, message, signature = 0, f"{text}\n".encode(), signature[4:]
            if kind == 4:
                at, signature = int.from_bytes(signature[:8]), signature[8:]
                message = b"cosignature/v1\ntime %d\n" % at + message
            key, soon = ed25519.Ed25519PublicKey.from_public_bytes(raw[1:]), at < 253402300800
            need(soon and is_signed(key, message, signature), f"a false signature of {name}")
            found.append(at)
    return found


class Checkpoint:  # a tree head that the log signed and dated, with the root of the index
    def __init__(self, note: str, log_key: str) -> None:
        signed, dated = (note_times(note, log_key, kind=kind) for kind in (1, 4))
        need(signed and dated, "a checkpoint that the log did not sign and date")
        self.note, self.at = note, datetime.fromtimestamp(min(dated), tz=UTC)
        self.origin, size, root, *more = note.rpartition("\n\n")[0].split("\n")
        need(self.origin == log_key.split("+", maxsplit=1)[0], "a checkpoint of another log")
        need(re.fullmatch(r"0|[1-9][0-9]{0,18}", size) and all(more), "a checkpoint without a size")
        self.size, self.root = int(size), unbase64(root)
        [self.index] = [unbase64(line[6:]) for line in more if line.startswith("index ")]


def root_of(leaf: bytes, index: int, size: int, path: list) -> bytes:  # of an inclusion path
    need((size == 1) == (not path) and 0 <= index < size, "an inclusion path of a wrong length")
    if size == 1:
        return leaf
    left = 1 << ((size - 1).bit_length() - 1)  # how many leaves are below the left child
    if index < left:
        return sha256(b"\1" + root_of(leaf, index, left, path[:-1]) + path[-1]).digest()
    return sha256(b"\1" + path[-1] + root_of(leaf, index - left, size - left, path[:-1])).digest()


def roots_of(old: int, size: int, path: list, known: bytes | None) -> tuple:
    """Return both roots of a consistency path, which leaves out the old one while it is `known`."""
    if old == size:
        need(len(path) == (known is None), "a consistency path of a wrong length")
        return (known or path[0],) * 2
    need(path and 0 < old < size, "a consistency path of a wrong length")
    left = 1 << ((size - 1).bit_length() - 1)
    if old <= left:
        small, large = roots_of(old, left, path[:-1], known)
        return small, sha256(b"\1" + large + path[-1]).digest()
    small, large = roots_of(old - left, size - left, path[:-1], None)
    return sha256(b"\1" + path[-1] + small).digest(), sha256(b"\1" + path[-1] + large).digest()


def index_key(kind: bytes, name: str) -> bytes:
    told = name.encode()
    return sha256(b"assay.index/v1 key\n%d %b %d %b" % (len(kind), kind, len(told), told)).digest()


def held_under(key: bytes, root: bytes, pages: list) -> tuple:
    """Return how many entries the index with this root holds under `key`, and their chain."""
    need(1 <= len(pages) <= 32, "an index path of a wrong length")
    found = root
    for depth, page in enumerate(pages):
        need(sha256(b"assay.index/v1 page\n" + page).digest() == found, "not a signed page")
        leaves, below = (int.from_bytes(page[at : at + 32]) for at in (0, 32))  # maps of the slots
        end = 64 + 72 * leaves.bit_count() + 32 * below.bit_count()
        need(len(page) == end and not leaves & below, "not an index page")
        leaves, below = leaves >> (255 - key[depth]), below >> (255 - key[depth])
        end = 64 + 72 * leaves.bit_count() + 32 * below.bit_count()
        found = page[end - (72 if leaves & 1 else 32 if below & 1 else 0) : end]
    need(len(found) != 32, "an index path of a wrong length")
    is_here = found[: len(pages)] == key[: len(pages)] and any(found[32:40])
    need(is_here or not found, "a leaf of the index in a wrong place, or that counts nothing")
    return (int.from_bytes(found[32:40]), found[40:]) if found[:32] == key else (0, bytes(32))


def check_list(one: dict, entries: dict, last: Checkpoint) -> list:
    """Return the entries of a list, when they are all that the log holds under its key."""
    form = members(one, subject=object, predicateType=object, entries=list, pages=list)
    subject, kind, indexes, pages = form
    need((subject is None) != (kind is None), "a list that is not of a subject or of a type")
    need(all(type(i) is int and i in entries for i in indexes), "a listed entry is not in the kit")
    need(indexes == sorted(set(indexes)), "a list that is not in the order of the log")
    chain, listed = bytes(32), [entries[i] for i in indexes]
    for e in listed:
        need(
            subject in {None, *e.subjects} and kind in {None, e.kind},
            "an entry about something else",
        )
        told = e.index.to_bytes(8) + e.leaf + index_key(b"type", e.kind)
        chain = sha256(b"assay.index/v1 chain\n" + chain + told).digest()
    key = index_key(b"type", kind) if subject is None else index_key(b"subject", subject)
    held = held_under(key, last.index, [*map(unbase64, pages)])
    need(held == (len(listed), chain), f"not the entries that the log has for {subject or kind}")
    return listed


class Entry:  # an envelope (DSSE, in-toto) at its place in the log, recorded by the time `at`
    def __init__(self, value: dict, checkpoints: list) -> None:
        self.index, text, path = members(value, index=int, envelope=str, path=list)
        data, self.certified = unbase64(text), False
        large = b"assay.blob/v1\n%b %d\n" % (named(data).encode(), len(data))
        leaf = sha256(b"\0" + (large if len(data) >> 16 else data)).digest()
        under = next((c for c in checkpoints if c.size > self.index), checkpoints[-1])
        found = root_of(leaf, self.index, under.size, [*map(unbase64, path)])
        need(found == under.root, f"entry {self.index} is not the one of the log")
        self.digest, self.leaf, self.at, envelope = named(data), leaf, under.at, parse_json(data)
        if b'"mediaType"' in data:  # a Sigstore bundle
            self.certified = "publicKey" not in envelope["verificationMaterial"]
            envelope = envelope["dsseEnvelope"]
        payload = unbase64(envelope["payload"].replace("-", "+").replace("_", "/"))
        kind, signed = envelope["payloadType"].encode(), envelope["signatures"]
        need(kind == b"application/vnd.in-toto+json", "an envelope of another type")
        self.message = b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)
        texts = [item["sig"].replace("-", "+").replace("_", "/") for item in signed]
        self.signatures, told = [*map(unbase64, texts)], parse_json(payload)
        need(told["_type"] == "https://in-toto.io/Statement/v1", "no in-toto statement")
        self.kind, self.predicate = told["predicateType"], told.get("predicate") or {}
        self.subjects = [f"{a}:{v}" for one in told["subject"] for a, v in one["digest"].items()]

    def signers(self, root: dict, roles: tuple) -> dict:
        """Return who signed in one of `roles`; False where that cannot be told here."""
        people, ends = root["principals"], root["expires"]
        if self.certified:
            return {person["name"]: False for person in people if person["identities"]}
        roles = roles if not ends or self.at < parse_time(ends) else {"owner"} & {*roles}
        found, held = {}, [(p, r, k) for p in people for r in p["roles"] for k in p["keys"]]
        for person, role, key in held:
            if role["name"] in roles and all(covers(it, self.at) for it in (person, role, key)):
                told = {is_signed(key["pem"], self.message, one) for one in self.signatures}
                if told - {False}:
                    found[person["name"]] = found.get(person["name"]) or True in told
        return found

    def counts(self, root: dict) -> bool | None:  # None: that cannot be told here
        found = self.signers(root, ROLES.get(self.kind, ("collector", "gate", "owner")))
        return any(found.values()) or (None if found else False)


def covers(limits: dict, at: datetime) -> bool:  # a window, and a revocation
    ends = [limits["until"], (limits.get("revoked") or {}).get("since")]
    return parse_time(limits["from"]) <= at and all(at < parse_time(end) for end in ends if end)


def credentials(root: dict) -> dict:  # each key and identity: whose it is, and its limits
    all_of = [(p["name"], one) for p in root["principals"] for one in p["keys"] + p["identities"]]
    found = {one.get("pem") or (one["issuer"], one["subject"]): (name, one) for name, one in all_of}
    need(len(found) == len(all_of), "a key or an identity that is there twice")
    return found


def check_change(old: dict, new: dict, change: Entry, newest: dict) -> list:
    """Refuse unless owners of both versions signed and no revocation falls; say what is untold."""
    need(old["log"] == new["log"], "a trust root of another log")
    untold = []
    for root, still in ((old, newest), (new, new)):
        signed, kept = (change.signers(one, ("owner",)) for one in (root, still))
        few, enough = f"too few owners of version {root['version']}", root["owners"]["threshold"]
        need(1 <= enough <= len(signed), f"{few} signed version {new['version']}")
        if sum(signed[name] and kept.get(name, False) for name in signed) < enough:
            untold.append(f"{few} signed {new['version']} by a key that counts still, and here")
    after = credentials(new)
    for name, (owner, before) in credentials(old).items():
        need(after.get(name, [""])[0] == owner, f"a key or identity of {owner} has gone")
        was, now = before["revoked"], after[name][1]["revoked"]
        kept = now and was and now["reason"] in {"compromised", was["reason"]}
        need(not was or (kept and now["since"] <= was["since"]), f"a revocation of {owner} fell")
    return untold


def walk_trust(changes: list, pinned: dict | None) -> tuple:
    """Return (change, root) of all versions, one of which is `pinned`, and what is untold."""
    versions, untold = [], []
    for change in changes:
        new, known = change.predicate["root"], [named(canonical(root)) for _, root in versions]
        need(change.subjects == [named(canonical(new))], "a trust root under another digest")
        need(new["schema"] == "assay.trust-root/v2", "a trust root of another version")
        if known[-1:] != change.subjects:  # else the same again
            need((new["history"], new["version"]) == (known, len(known) + 1), "a gap in versions")
            versions.append((change, new))
    versions = versions or [(None, pinned)] * bool(pinned and not pinned["history"])
    need(versions and pinned in [None, *(root for _, root in versions)], "another trust root")
    for (_, old), (change, new) in itertools.pairwise(versions):
        doubts = check_change(old, new, change, versions[-1][1])
        untold += doubts if not pinned or new["version"] > pinned["version"] else []
    return versions, untold


def check_verdict(verdict: Entry, about: list, lists: dict, root: dict, gone: set) -> list:
    """Return what is wrong with what it names; statements in `gone` do not count any more."""
    told, own = verdict.predicate, verdict.predicate["assay_verdict"]
    listed = {"sha256:" + one["digest"]["sha256"] for one in told["inputAttestations"]}
    before = [e for e in about if e.kind in EVIDENCE and e.index < verdict.index]
    there, void = {e.digest: e.counts(root) for e in before}, {*own["voided"]}
    fits = {True: listed - void, False: void - listed, None: listed ^ void}
    policy = "sha256:" + told["policy"]["digest"]["sha256"]
    wrong = [f"names evidence that is not there: {n}" for n in sorted((listed | void) - {*there})]
    wrong += [f"leaves out evidence: {one}" for one in there if one not in fits[there[one]]]
    if policy not in [policy_digest(e) for e in lists.get(policy, []) if e.kind == POLICY]:
        wrong.append(f"names a policy that is not there: {policy}")
    if own["trustRoot"] != named(canonical(root)):
        wrong.append("was made under another trust root than the one in force")
    if {verdict.digest, *listed} & gone:
        wrong.append("does not stand any more, and no later verdict takes its place")
    return [f"the verdict, entry {verdict.index}, {one}" for one in wrong]


def policy_digest(entry: Entry) -> str:
    texts = [t for n, t in entry.predicate["files"].items() if not n.endswith("_test.rego")]
    modules = {re.search(r"(?m)^package\s+(\S+)", text)[1]: text for text in texts}
    return named(canonical({"schema": "assay.policy-bundle/v1", "modules": modules}))


def check_kit(kit: dict, options: argparse.Namespace) -> tuple:
    """Return what is wrong, what could not be told, and lines that say what was found."""
    form = members(kit, schema=str, subject=str, checkpoints=list, entries=list, lists=list)
    schema, subject, noted, packed, listed = form
    asked = f"assay.audit-kit/v1 on {options.subject}"
    need(f"{schema} on {subject}" == asked, f"{schema} on {subject}, where {asked} is asked for")
    pinned = options.trust_root and parse_json(load(options.trust_root))
    log_key = pinned["log"]["key"] if pinned else options.log_key
    heads = [Checkpoint(members(one, note=str, consistency=list)[0], log_key) for one in noted]
    last, sizes, dates = heads[-1], [c.size for c in heads], [c.at for c in heads]
    need(sizes == sorted(set(sizes)) and dates == sorted(dates), "checkpoints not in their order")
    for head, one in zip(heads, noted, strict=True):
        roots = roots_of(head.size, last.size, [*map(unbase64, one["consistency"])], head.root)
        need(roots == (head.root, last.root), "a checkpoint of another history")
    entries = {entry.index: entry for entry in (Entry(one, heads) for one in packed)}
    need([one["index"] for one in packed] == sorted(entries), "entries that are not in order")
    lists = {e["subject"] or e["predicateType"]: check_list(e, entries, last) for e in listed}
    ordered = len(listed) == len(lists) and [*lists] == [subject, *sorted({*lists} - {subject})]
    need(ordered and TRUST in lists, "not all lists, or one twice, or in another order")
    need({e.index for one in lists.values() for e in one} == {*entries}, "an entry in no list")
    if options.anchor:
        seen = Checkpoint(load(options.anchor).decode(), log_key)
        need(seen.root in [c.root for c in heads if c.size == seen.size], "not after the anchor")
    (versions, untold), about = walk_trust(lists[TRUST], pinned), lists[subject]
    root, quorum = versions[-1][1], versions[-1][1]["witnesses"]["quorum"]
    need(root["log"] == {"key": log_key, "origin": last.origin}, "a trust root of another log")
    signed = {w.split("+")[2] for w in root["witnesses"]["keys"] if any(note_times(last.note, w))}
    need(len(signed) >= quorum, f"only {len(signed)} witnesses cosigned, where {quorum} must")
    now = {i: one.counts(root) for i, one in entries.items() if one.kind != TRUST}
    then = {i: [r for c, r in versions if c and c.index < i] or [versions[0][1]] for i in entries}
    gone = [i for i in now if now[i] is False]
    never = [i for i in gone if entries[i].counts(then[i][-1]) is False]
    wrong = [f"entry {i}: signed by nobody trusted then" for i in never]
    unread = [(i, BUNDLE if entries[i].certified else NEWER) for i in now if now[i] is None]
    untold += [f"entry {i}: not told who signed it, {why}" for i, why in unread]
    found = [f"log {last.origin}, {last.size} entries, {last.at}; {len(signed)} witnesses"]
    found += [f"trust root {named(canonical(root))}; {len(about)} statements: all on {subject}"]
    found += [f"entry {i}: its signature does not count any more" for i in gone]
    said, over, verdicts = [], set(), [e for e in about if e.kind == VERDICT]
    for one in reversed(verdicts):
        fallen = {entries[i].digest for i in gone} if one.digest not in over else set()
        wrong += check_verdict(one, about, lists, then[one.index][-1], fallen)
        own, fell = one.predicate["assay_verdict"], ", withdrawn" * (one.digest in over)
        said.append(f"the verdict of entry {one.index}: {own['result']}{fell}")
        over |= {item["verdict"] for item in own["withdraws"] if now[one.index] is not False}
    late = [
        e.index for e in about if e.kind in EVIDENCE and e.index > (verdicts or about)[-1].index
    ]
    untold += [f"entry {i} was recorded after the newest verdict" for i in late if i not in gone]
    untold += [] if verdicts else ["there is no verdict about this subject"]
    untold += [] if pinned else [f"is {named(canonical(versions[0][1]))} the trust root?"]
    return wrong, untold, found + said[::-1]


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
        kit = parse_json(data := load(options.kit))
        need(canonical(kit) == data, "not the one form of a kit")
        wrong, untold, found = check_kit(kit, options)
    except OSError as error:
        parser.error(str(error))
    except WRONG as error:
        wrong, untold, found = [f"not as it should be: {error!r}"], [], []
    result, status = ("FAILED", 1) if wrong else ("UNKNOWN", 3) if untold else ("PASSED", 0)
    for line in (result, *found, *wrong, *untold, *(f"not checked: {one}" for one in NOT_CHECKED)):
        print(re.sub("[^ -~]", "?", line))
    return status


if __name__ == "__main__":
    sys.exit(main())
