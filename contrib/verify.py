"""Check an auditor's kit of Assay without Assay: one file, Python and `cryptography` only.

    python verify.py KIT --subject gitCommit:HEX --trust-root FILE [--anchor NOTE]

It shares no code with Assay: from RFC 8259 and 9162, DSSE, in-toto, C2SP tlog-checkpoint and
tlog-cosignature, docs/explanation/completeness.md. Exits 0: held, 1: did not, 2: usage, 3: untold.
"""

# One line between functions, for the whole is to be read at a sitting:
# fmt: off
import argparse
import base64
import json
import re
from datetime import UTC, datetime
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_public_key

TRUST, POLICY = "urn:assay:predicate:trust-root:v2", "urn:assay:predicate:policy:v1"
VERDICT = "https://slsa.dev/verification_summary/v1"
KINDS = "log-check import forge owners review-coverage scan source supersession waivers vex"
OURS = [f"urn:assay:predicate:{kind}:v1" for kind in KINDS.split()]
EVIDENCE = [*OURS[1:], "https://cyclonedx.org/bom", "https://in-toto.io/attestation/vulns/v0.2"]
ROLES = dict.fromkeys([OURS[0], *EVIDENCE], ("collector",)) | {OURS[1]: ("importer",)}
ROLES |= {POLICY: ("gate",), VERDICT: ("gate",)}
BEHIND = {OURS[4]: "reviews", OURS[8]: "waivers", OURS[9]: "documents"}
ANY = ("author", "collector", "gate", "importer", "owner", "reviewer", "risk-owner", "vex-author")
parse_time, MAX_KIT_BYTES = datetime.fromisoformat, 2**29
MEMBERS = """kit schema subject checkpoints entries lists; checkpoints note consistency sealed;
sealed number path; entries index envelope path; lists subject predicateType entries pages; earlier
key revoked; root schema version history expires owners log witnesses sigstore principals; owners
threshold; log origin key earlier; witnesses quorum keys; principals name kind roles keys identities
emails accounts from until; roles name from until components authors; revoked since reason; keys pem
openpgp from until revoked; accounts forge id; identities issuer subject from until revoked"""
KNOWN = {part: {*names} for part, *names in map(str.split, MEMBERS.split(";"))}  # and no others
ORDER_8 = 0x5FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826  # of Ed25519
NOT_CHECKED = """not checked: policy: the rules were not evaluated; a verdict is the gate's word
not checked: evidence: what collectors say that they saw, and the advisories behind it
not checked: log: what was never recorded; whether its index is whole, as a full replay shows"""

def need(holds: object, what: str) -> None:
    if not holds:
        raise ValueError(what)

def named(data: bytes) -> str:
    return f"sha256:{sha256(data).hexdigest()}"

def unbase64(text: str, also: str = "+/") -> bytes:  # of the standard alphabet, or of another
    text = text if {*"+/"} & {*text} else text.translate(str.maketrans(also, "+/"))
    found = base64.b64decode(text, validate=True)
    need(base64.b64encode(found).decode() == text, "base64 with stray bits")
    return found

def parse_json(data: bytes) -> object:  # in one reading only
    def unique(pairs: list) -> dict:
        need(len(dict(pairs)) == len(pairs), "a repeated name in JSON")
        return dict(pairs)
    read = json.loads(data.decode(), object_pairs_hook=unique)
    level = [[read]] if canonical(read) else []  # no NaN, 1e999, or half a character
    for _ in range(65):
        inside = [v for one in level for v in (one.values() if isinstance(one, dict) else one)]
        level = [one for one in inside if isinstance(one, (dict, list))]
    need(not level, "JSON of more than 64 levels")
    return read

def canonical(value: object) -> bytes:
    how = {"ensure_ascii": False, "allow_nan": False, "sort_keys": True, "separators": (",", ":")}
    return json.dumps(value, **how).encode()

def check_members(value: object, place: str) -> None:
    for one in value if isinstance(value, list) else [value]:
        has = {*one} if isinstance(one, dict) else set()
        fits = has <= KNOWN[place] if has else type(one) in {str, int, type(None)}
        need(fits and (value or place not in {"path","consistency"}), f"not the members of {place}")
        for name in has - {"sigstore"}:
            check_members(one[name], name)

def ed25519_key(raw: bytes) -> ed25519.Ed25519PublicKey:
    y, prime = int.from_bytes(raw, "little") % 2**255, 2**255 - 19
    need(y < prime and min(y, prime - y) not in {0, 1, ORDER_8}, "a key for which anybody can sign")
    return ed25519.Ed25519PublicKey.from_public_bytes(raw)

def is_signed(key: object, message: bytes, signature: bytes) -> bool | None:  # None: cannot tell
    try:
        key = load_pem_public_key(key.encode()) if isinstance(key, str) else key
        if isinstance(key, ec.EllipticCurvePublicKey):
            hashed = {"secp256r1": hashes.SHA256(), "secp384r1": hashes.SHA384()}[key.curve.name]
            key.verify(signature, message, ec.ECDSA(hashed))
        elif isinstance(key, rsa.RSAPublicKey):
            need(2048 <= key.key_size <= 8192 and key.public_numbers().e == 65537, "a bad RSA key")
            pss = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32)
            key.verify(signature, message, pss, hashes.SHA256())
        else:
            need(type(key).__name__ in {"Ed25519PublicKey", "MLDSA65PublicKey"}, "another key")
            need(len(raw := key.public_bytes_raw()) != 32 or ed25519_key(raw), "a weak key")
            key.verify(signature, message)
    except (UnsupportedAlgorithm, InvalidSignature) as error:  # older versions have no ML-DSA
        return None if isinstance(error, UnsupportedAlgorithm) else False
    return True

def note_times(note: str, vkey: str, kind: int | None = None) -> list:  # C2SP signed-note
    name, claimed, typed = [*vkey.split("+", 2), "", ""][:3]
    raw = unbase64(typed)
    need(claimed == sha256(name.encode() + b"\n" + raw).digest()[:4].hex(), "not a verifier key")
    key, kind = ed25519_key(raw[1:]), kind or raw[0]
    own = (name, sha256(name.encode() + b"\n" + bytes([kind]) + raw[1:]).digest()[:4])
    text, _, lines = note.rpartition("\n\n")
    need(text and lines[-1:] == "\n" and not re.search(r"[\0-\t\v-\x1f]", note), "not a note")
    found = []
    for line in lines[:-1].split("\n"):
        split = re.fullmatch(r"— ([^\s+]+) (\S+)", line)
        need(split and len(signature := unbase64(split[2])) > 4, "not a signature line of a note")
        if (split[1], signature[:4]) == own:
            at, message, signature = 0, f"{text}\n".encode(), signature[4:]  # type 1: no time
            if kind == 4:
                at, signature = int.from_bytes(signature[:8]), signature[8:]
                message = b"cosignature/v1\ntime %d\n" % at + message
            need(at < 253402300800 and is_signed(key, message, signature), f"forged, not by {name}")
            found.append(at)
    return found

class Checkpoint:  # a tree head that the log signed and dated, with the root of the index
    def __init__(self, note: str, keys: list) -> None:
        *before, log_key = [key for start, key in keys if start < int(note.split("\n")[1])]
        signed, dated = (note_times(note, log_key, kind=kind) for kind in (1, 4))
        need(signed and dated, "a checkpoint that the log did not sign and date")
        self.note, self.at = note, datetime.fromtimestamp(min(dated), tz=UTC)
        self.origin, size, root, *more = note.rpartition("\n\n")[0].split("\n")
        need(self.origin == log_key.partition("+")[0] and all(more), "a checkpoint of another log")
        need(re.fullmatch(r"0|[1-9][0-9]{0,18}", size), "a checkpoint without a size")
        self.size, self.root = int(size), unbase64(root)
        [self.index] = [unbase64(line[6:]) for line in more if line.startswith("index ")]
        self.before = [unbase64(line[9:]) for line in more if line.startswith("previous ")]
        self.seal = [line.split()[1:] for line in more if line.startswith("sealed ")]
        rotated = before and self.size - 1 in [start for start, _ in keys]
        need(not rotated or note_times(note, before[-1], kind=1), "a new key without the old one")

    def check_sealed(self, one: dict, heads: list, sealed: int) -> None:  # under the log's new key
        need((self.size <= sealed) == ("sealed" in one), "no proof of a seal, or one too many")
        if self.size <= sealed:
            [[[count, root]]] = [head.seal for head in heads if head.size == sealed + 1]
            place, path = one["sealed"]["number"], [*map(unbase64, one["sealed"]["path"])]
            leaf = sha256(b"\0" + self.note.encode()).digest()
            _, found = roots_of(place + 1, int(count), path, leaf, leaf=True)
            held = 0 <= place < int(count) and found == unbase64(root)
            need(held, "a checkpoint that the log's new key did not seal")

def roots_of(old: int, size: int, path: list, known: bytes | None, *, leaf: bool = False) -> tuple:
    if size == 1 or (old == size and not leaf):  # the roots of the `old` first leaves and of all
        need(len(path) == (known is None), "a path of a wrong length")
        return (known or path[0],) * 2  # a consistency path has the old root where it is not known
    need(path and 0 < old <= size, "a path of a wrong length")
    left, above = 1 << ((size - 1).bit_length() - 1), path[-1]  # how many are below the left child
    if old <= left:
        small, large = roots_of(old, left, path[:-1], known, leaf=leaf)
        return small, sha256(b"\1" + large + above).digest()
    both = roots_of(old - left, size - left, path[:-1], known if leaf else None, leaf=leaf)
    return tuple(sha256(b"\1" + above + one).digest() for one in both)

def log_keys(kit: dict, first: str) -> list:  # after how many entries each began; not judged yet
    changes = [i for one in kit["lists"] if one["predicateType"] == TRUST for i in one["entries"]]
    keys = []
    for one in [one for one in kit["entries"] if one["index"] in changes]:
        envelope = parse_json(unbase64(one["envelope"]))
        payload = parse_json(unbase64(envelope.get("dsseEnvelope", envelope)["payload"], "-_"))
        key = payload["predicate"]["root"]["log"]["key"]
        keys += [(one["index"] if keys else -1, key)] * (not keys or key != keys[-1][1])
    return keys if first in [key for _, key in keys] else [(-1, first)]

def index_key(kind: bytes, name: str) -> bytes:
    told = name.encode()
    return sha256(b"assay.index/v1 key\n%d %b %d %b" % (len(kind), kind, len(told), told)).digest()

def check_list(one: dict, entries: dict, last: Checkpoint) -> list:  # all that the log has
    subject, kind, indexes = one["subject"], one["predicateType"], one["entries"]
    need((subject is None) != (kind is None), "a list that is not of a subject or of a type")
    need(indexes == sorted({*indexes} & entries.keys()), "a list of entries in another order")
    chain, listed = bytes(32), [entries[i] for i in indexes]
    for e in listed:
        need(subject in {None, *e.subjects} and kind in {None, e.kind}, "an entry about another")
        told = e.index.to_bytes(8) + e.leaf + index_key(b"type", e.kind)
        chain = sha256(b"assay.index/v1 chain\n" + chain + told).digest()
    key = index_key(b"type", kind) if subject is None else index_key(b"subject", subject)
    found, pages = last.index, [*map(unbase64, one["pages"])]
    need(1 <= len(pages) <= 32, "an index path of a wrong length")
    for depth, page in enumerate(pages):
        need(sha256(b"assay.index/v1 page\n" + page).digest() == found, "not a signed page")
        slots = [int.from_bytes(page[at : at + 32]) for at in (0, 32)]  # with leaves, with pages
        before = [slot >> (255 - key[depth]) for slot in slots]
        ends = [64 + 72 * a.bit_count() + 32 * b.bit_count() for a, b in (slots, before)]
        need(len(page) == ends[0] and not slots[0] & slots[1], "not an index page")
        size = 72 if before[0] & 1 else 32 if before[1] & 1 else 0
        found = page[ends[1] - size : ends[1]]
    is_here = found[: len(pages)] == key[: len(pages)] and any(found[32:40])
    need(is_here or not found, "a leaf of the index in a wrong place, or a path that goes on")
    held = found[32:] if found[:32] == key else bytes(40)  # how many, and their chain
    need(held == len(listed).to_bytes(8) + chain, f"not what the log has for {subject or kind}")
    return listed

def covers(limits: dict, at: datetime) -> bool:  # a window, and a revocation
    ends = [limits["until"], (limits.get("revoked") or {}).get("since")]
    return parse_time(limits["from"]) <= at and all(at < parse_time(end) for end in ends if end)

def holders(root: dict, roles: tuple, at: datetime) -> set:  # (owner, key) of who may sign then
    people, ends = root["principals"], root["expires"]
    roles = roles if not ends or at < parse_time(ends) else {"owner"} & {*roles}
    held = [(p, r, k) for p in people for r in p["roles"] for k in p["keys"] if r["name"] in roles]
    return {(p["name"], k["pem"]) for p, r, k in held if all(covers(it, at) for it in (p, r, k))}

class Entry:  # an envelope (DSSE, in-toto) at its place in the log, recorded by the time `at`
    def __init__(self, value: dict, checkpoints: list) -> None:
        self.index, data, self.certified = value["index"], unbase64(value["envelope"]), False
        large = b"assay.blob/v1\n%b %d\n" % (named(data).encode(), len(data))
        leaf = sha256(b"\0" + (large if len(data) >> 16 else data)).digest()
        under = next((c for c in checkpoints if c.size > self.index), checkpoints[-1])
        path = [*map(unbase64, value["path"])]
        _, root = roots_of(self.index + 1, under.size, path, leaf, leaf=True)
        need(root == under.root, f"entry {self.index} is not the one of the log")
        need(under.follows, "a checkpoint that was left out: an entry is older than it looks")
        self.digest, self.leaf, self.at, envelope = named(data), leaf, under.at, parse_json(data)
        if b'"mediaType"' in data:  # a Sigstore bundle, or several beside the signatures by keys
            several = "bundles" in envelope
            self.certified = several or "publicKey" not in envelope["verificationMaterial"]
            envelope = envelope if several else envelope["dsseEnvelope"]
        payload, kind = unbase64(envelope["payload"], "-_"), envelope["payloadType"].encode()
        need(kind == b"application/vnd.in-toto+json", "an envelope of another type")
        self.message = b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)
        self.signatures = [unbase64(one["sig"], "-_") for one in envelope["signatures"]]
        told = parse_json(payload)
        need(told["_type"] == "https://in-toto.io/Statement/v1", "no in-toto statement")
        self.kind, self.predicate = told["predicateType"], told.get("predicate") or {}
        self.subjects = [f"{a}:{v}" for one in told["subject"] for a, v in one["digest"].items()]
        count = len(self.signatures) + self.certified
        need(self.kind and self.subjects and 0 < count <= 65, "nothing is signed")

    def signed_by(self, root: dict, roles: tuple) -> dict:  # (owner, key): True; None if untold
        people = root["principals"] if self.certified else ()
        found = {(who["name"], ""): None for who in people if who["identities"]}
        for owner, pem in holders(root, roles, self.at):
            told = {is_signed(pem, self.message, one) for one in self.signatures}
            if told - {False}:
                found[owner, pem] = (True in told and not self.certified) or None
        return found

    def counts(self, root: dict) -> bool | None:  # None: that cannot be told here
        found, behind = self.signed_by(root, ROLES.get(self.kind, ANY)).values(), set()
        for one in self.predicate[BEHIND[self.kind]] if self.kind in BEHIND else ():  # by people
            held = holders(root, (one["role"],), parse_time(one["recordedAt"]))
            keys = [unbase64("".join(pem.split("\n")[1:-2])) for _, pem in held]
            sure = {sha256(key).hexdigest() for key in keys} & {*one["keys"]}
            behind.add(bool(sure) or (None if any(" " in key for key in one["keys"]) else False))
        held = any(found) and (None if None in behind else True)
        return False if False in behind else held or (None if found else False)

def credentials(root: dict) -> dict:  # whose each key and identity is, and its limits
    check_members(root, "root")
    found = {}
    for who in root["principals"]:
        for one in who["keys"] + who["identities"]:
            name = one.get("pem") or (one["issuer"], one["subject"])
            need(name not in found, "a key or an identity that is there twice")
            found[name] = (who["name"], one)
            need("pem" not in one or not is_signed(name, b"", b""), "")  # refuses a bad key
    earlier, key = root["log"].get("earlier", []), {"key": root["log"]["key"], "revoked": None}
    need(len(earlier) <= len(root["history"]), "more keys of the log than versions")
    return found | {one["key"]: ("the log", one) for one in [*earlier, key]}

def walk_trust(changes: list, pinned: dict | None) -> tuple:  # all (change, root); what is untold
    versions, untold = [], []
    for change in changes:
        new, known = change.predicate["root"], [named(canonical(root)) for _, root in versions]
        need(change.subjects == [named(canonical(new))], "a trust root under another digest")
        need(new["schema"] == "assay.trust-root/v2" and credentials(new), "another kind of root")
        if known[-1:] != change.subjects:  # else the same again
            need((new["history"], new["version"]) == (known, len(known) + 1), "a gap in versions")
            versions.append((change, new))
    versions = versions or [(None, pinned)] * bool(pinned and not pinned["history"])
    need(versions and pinned in [None, *(root for _, root in versions)], "another trust root")
    for (_, old), (change, new) in pairwise(versions):
        for root, enough in ((one, one["owners"]["threshold"]) for one in (old, new)):
            then, now = (change.signed_by(one, ("owner",)) for one in (root, versions[-1][1]))
            few = f"too few owners of version {root['version']}"
            need(enough <= len({who for who, _ in then}), f"{few} signed version {new['version']}")
            still = len({one[0] for one, sure in then.items() if sure and now.get(one)}) >= enough
            if not still and (not pinned or new["version"] > pinned["version"]):
                untold.append(f"{few} signed {new['version']} by a key that counts still, and here")
        after = credentials(new)
        for name, (owner, before) in credentials(old).items():
            need(after.get(name, [""])[0] == owner, f"a key or identity of {owner} has gone")
            was, now = before["revoked"], after[name][1]["revoked"]
            kept = now and was and now["reason"] in {"compromised", was["reason"]}
            need(not was or (kept and now["since"] <= was["since"]), f"revocation of {owner} fell")
        was, now = ([n for n, (_, k) in credentials(r).items() if "key" in k] for r in (old, new))
        need(now[: len(was)] == was and len(now) <= len(was) + 1, "not all keys that the log had")
    return versions, untold

def check_verdict(verdict: Entry, about: list, lists: dict, root: dict, gone: set) -> list:
    told, own = verdict.predicate, verdict.predicate["assay_verdict"]  # what is wrong in these?
    listed = {"sha256:" + one["digest"]["sha256"] for one in told["inputAttestations"]}
    before = [e for e in about if e.kind in EVIDENCE and e.index < verdict.index]
    there, void = {e.digest: e.counts(root) for e in before}, {*own["voided"]}
    fits = {True: listed - void, False: void - listed, None: listed ^ void}
    policy = "sha256:" + told["policy"]["digest"]["sha256"]
    wrong = [f"names evidence that is not there: {n}" for n in sorted((listed | void) - {*there})]
    wrong += [f"leaves out evidence: {one}" for one in there if one not in fits[there[one]]]
    bundles = []
    for texts in (e.predicate["files"] for e in lists.get(policy, []) if e.kind == POLICY):
        rules = [text for name, text in texts.items() if not name.endswith("_test.rego")]
        modules = {re.search(r"(?m)^package\s+(\S+)", text)[1]: text for text in rules}
        bundles.append(named(canonical({"schema": "assay.policy-bundle/v1", "modules": modules})))
    wrong += [f"names a policy that is not there: {policy}"] * (policy not in bundles)
    other, fell = own["trustRoot"] != named(canonical(root)), {verdict.digest, *listed} & gone
    wrong += ["was made under another trust root than the one in force"] * other
    wrong += ["does not stand any more, and no later verdict takes its place"] * bool(fell)
    return [f"the verdict, entry {verdict.index}, {one}" for one in wrong]

def check_kit(kit: dict, options: argparse.Namespace) -> tuple:  # what is wrong, untold, found
    subject, noted, packed = kit["subject"], kit["checkpoints"], kit["entries"]
    need(kit["schema"] == "assay.audit-kit/v1", f"a kit of {kit['schema']}")
    need(subject == options.subject, f"a kit on {subject}, where another is asked for")
    pinned = options.trust_root and parse_json(options.trust_root.read_bytes())
    keys = log_keys(kit, pinned["log"]["key"] if pinned else options.log_key)
    heads, (sealed, log_key) = [Checkpoint(one["note"], keys) for one in noted], keys[-1]
    last, sizes, dates = heads[-1], [c.size for c in heads], [c.at for c in heads]
    need(sizes == sorted(set(sizes)) and dates == sorted(dates), "checkpoints not in their order")
    for before, head, one in zip([None, *heads[:-1]], heads, noted, strict=True):
        roots = roots_of(head.size, last.size, [*map(unbase64, one["consistency"])], head.root)
        need(roots == (head.root, last.root), "a checkpoint of another history")
        head.check_sealed(one, heads, sealed)
        head.follows = head.before == [sha256(c.note.encode()).digest() for c in [before] if c]
    entries = {entry.index: entry for entry in (Entry(one, heads) for one in packed)}
    need([one["index"] for one in packed] == sorted(entries), "entries not in their order")
    lists = {e["subject"] or e["predicateType"]: check_list(e, entries, last) for e in kit["lists"]}
    whole = [*lists] == [subject, *sorted({*lists} - {subject})] and TRUST in lists
    need(whole and len(lists) == len(kit["lists"]), "not all lists, one twice, or another order")
    need({e.index for one in lists.values() for e in one} == {*entries}, "an entry in no list")
    if options.anchor:
        seen = Checkpoint(options.anchor.read_bytes().decode(), keys)
        need(seen.root in [c.root for c in heads if c.size == seen.size], "not after the anchor")
    (versions, untold), about = walk_trust(lists[TRUST], pinned), lists[subject]
    root, quorum = versions[-1][1], versions[-1][1]["witnesses"]["quorum"]
    own = {log_key, last.origin, *({options.log_key} - {None})}  # of keys, the newest one
    need({root["log"]["key"], *(v["log"]["origin"] for _, v in versions)} == own, "another log")
    signed = {w.split("+")[2] for w in root["witnesses"]["keys"] if any(note_times(last.note, w))}
    untold += [f"of {quorum} witnesses only {len(signed)} cosigned"] * (len(signed) < quorum)
    now = {i: one.counts(root) for i, one in entries.items() if one.kind != TRUST}
    then = {i: [versions[0][1], *(r for c, r in versions if c and c.index < i)] for i in entries}
    gone = [i for i in now if now[i] is False]
    never = [i for i in gone if entries[i].counts(then[i][-1]) is False]
    wrong = [f"entry {i}: signed by nobody trusted then" for i in never]
    untold += [f"entry {i}: only Assay can tell who signed it" for i in now if now[i] is None]
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
    late = [e.index for e in about if e.kind in EVIDENCE if e.index > (verdicts or about)[-1].index]
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
        need(options.kit.stat().st_size <= MAX_KIT_BYTES, "a kit of more bytes than are read")
        kit = parse_json(data := options.kit.read_bytes())
        need(canonical(kit) == data, "not the one form of a kit")
        check_members(kit, "kit")
        wrong, untold, found = check_kit(kit, options)
    except OSError as error:
        parser.error(str(error))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        wrong, untold, found = [f"not as it should be: {error!r}"], [], []
    result, status = ("FAILED", 1) if wrong else ("UNKNOWN", 3) if untold else ("PASSED", 0)
    for line in (result, *found, *wrong, *untold, *NOT_CHECKED.split("\n")):
        print(re.sub("[^ -~]", "?", line))
    return status

if __name__ == "__main__":
    raise SystemExit(main())
