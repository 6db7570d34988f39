"""The last resort, named and never taken: to force a version on those who forbid it."""

import json
from collections.abc import Sequence

from assay.vuln.remedy.model import Lock, Pin


def override_hint(lock: Lock, pin: Pin, versions: Sequence[str]) -> str:
    """Return how the user's own tool is made to take a version all the same; empty for none."""
    if not versions:
        return ""
    wanted = f"{pin.name}=={versions[0]}"
    told = {
        "npm": f'"overrides": {json.dumps({pin.name: versions[0]})} in package.json',
        "pnpm": f'"pnpm": {json.dumps({"overrides": {pin.name: versions[0]}})} in package.json',
        "yarn": f'"resolutions": {json.dumps({pin.name: versions[0]})} in package.json',
        "uv": f"override-dependencies = {json.dumps([wanted])} under [tool.uv]",
    }.get(lock.kind)
    return f"as a last resort, against what its dependents say: {told}" if told else ""
