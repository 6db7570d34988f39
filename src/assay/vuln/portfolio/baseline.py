"""What of the mirror was pushed already: the state of its files when that was done.

The mirror goes on; the difference between the two is what is to be pushed. `pushed` is what was
pushed last, `pushing` what is being pushed now, which takes its place when all of it is done.
Each is a mirror of its own, and read as one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from assay.system.lock import hold_lock
from assay.system.scratch import link_files
from assay.system.snapshots import drop_folder, recover_folder, replace_folder

_LOCK_SECONDS: Final = 60.0
_KINDS: Final = ("*.json", "*.advisories", "*.foreign", "*.signals")


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """The mirror as it was pushed last, and as it is now; both are folders."""

    old: Path
    new: Path

    def close(self) -> None:
        """Let what is now be what was pushed last.

        Raises:
            UnavailableError: It cannot be written.
        """
        replace_folder(self.old, self.new)


@contextmanager
def hold_difference(mirror: Path) -> Iterator[Difference]:
    """Hold both states while one push is at work; nobody else pushes meanwhile.

    Raises:
        UnavailableError: Somebody else does for too long, or it cannot be written.
    """
    mirror.mkdir(parents=True, exist_ok=True)
    old, new = mirror / "pushed", mirror / "pushing"
    with hold_lock(mirror / ".pushing.lock", seconds=_LOCK_SECONDS):
        recover_folder(old)
        with hold_lock(mirror / ".lock", seconds=_LOCK_SECONDS):  # no list changes under our hands
            drop_folder(new)
            new.mkdir()
            link_files(mirror, [path.name for kind in _KINDS for path in mirror.glob(kind)], new)
        yield Difference(old=old, new=new)
