"""Lock files of Yarn, pnpm and Bun as `Lock`s."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from assay.core.errors import MalformedError
from assay.vuln.remedy import yarnlock
from assay.vuln.remedy.model import Lock
from assay.vuln.remedy.named import read_named_lock

BERRY: Final = "yarn-berry"
_BERRY: Final = re.compile(rb"^__metadata:", re.MULTILINE)


def read_node_lock(kind: str, data: bytes, path: str, files: Mapping[str, bytes]) -> Lock:
    """Read the lock file of the tool `kind` at `path`; `files` are those of the commit, by path.

    Raises:
        MalformedError: It is not what the inventory reads.
    """
    if kind == yarnlock.KIND and _BERRY.search(data):
        return read_named_lock(BERRY, data, path, files)
    if kind == yarnlock.KIND:
        try:
            return yarnlock.read_yarn_lock(data, path, files)
        except MalformedError as error:  # the plan then ends in a command
            return replace(read_named_lock(kind, data, path, files), why_not=error.what)
    return read_named_lock(kind, data, path, files)
