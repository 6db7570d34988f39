"""Reading an edited lock file again, with the inventory's reader: is it what was planned?"""

from collections import Counter
from collections.abc import Iterable, Mapping

from assay.core.errors import MalformedError
from assay.sbom.filekinds import lock_parser
from assay.sbom.lockfiles.reading import Reading
from assay.sbom.lockfiles.requirements import parse_requirements
from assay.vuln.remedy.candidates import purl_at
from assay.vuln.remedy.changes import Change
from assay.vuln.remedy.model import Lock


def check_edit(lock: Lock, made: Iterable[Change], before: bytes, texts: Mapping[str, str]) -> None:
    """Refuse an edited file that has not the new versions, and everything else as before.

    A package that had a hash has one, and nothing is unreadable that was readable.

    Raises:
        MalformedError: It reads otherwise, or not at all.
    """
    old = _read(lock.path, before)
    new = _read(lock.path, texts[lock.path].encode())
    expected = Counter(one.purl for one in old.components)
    hashed = Counter(one.purl for one in old.components if one.hashes)
    pinned = Counter(pin.purl for pin in lock.pins.values())
    for change in made:
        old_purl, new_purl = change.pin.purl, purl_at(change.pin, change.to)
        for counted in (expected, hashed) if change.pin.hashed else (expected,):
            moved = 1 if pinned[old_purl] > 1 else counted[old_purl]  # one pin may stand for two
            counted[old_purl] -= moved
            counted[new_purl] += moved
    found = Counter(one.purl for one in new.components)
    lost = hashed - Counter(one.purl for one in new.components if one.hashes)
    expected = Counter({name: count for name, count in expected.items() if count})
    if expected != found or lost or len(old.not_checked) != len(new.not_checked):
        raise MalformedError("the edited file does not read as planned")


def _read(path: str, data: bytes) -> Reading:
    parse = lock_parser(path) or parse_requirements
    return parse(data, path)
