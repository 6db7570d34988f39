"""Write the rules of CycloneDX as the component reader wants them, from the published schemas.

The schemas come with cyclonedx-python-lib, a development dependency. What tells people something
(descriptions, examples) is left out, which leaves a tenth; what decides stays as it is. The test
`tests/sbom/test_schemas.py` compares the files with what this writes: `--check` does the same.
"""

import importlib.util
import json
import sys
from pathlib import Path
from typing import Final

OUTPUT: Final = Path(__file__).resolve().parent.parent / "src" / "assay" / "sbom" / "schemas"
SOURCES: Final = {
    "bom-1.2": "bom-1.2-strict.SNAPSHOT.schema.json",
    "bom-1.3": "bom-1.3-strict.SNAPSHOT.schema.json",
    "bom-1.4": "bom-1.4.SNAPSHOT.schema.json",
    "bom-1.5": "bom-1.5.SNAPSHOT.schema.json",
    "bom-1.6": "bom-1.6.SNAPSHOT.schema.json",
    "bom-1.7": "bom-1.7.SNAPSHOT.schema.json",
    "cryptography-defs": "cryptography-defs.SNAPSHOT.schema.json",
    "jsf-0.82": "jsf-0.82.SNAPSHOT.schema.json",
    "spdx": "spdx.SNAPSHOT.schema.json",
}
NOTE: Final = (
    "Rules of CycloneDX (ECMA-424), Apache-2.0, OWASP Foundation: tools/cyclonedx_schemas.py"
)
_TOLD: Final = {"$comment", "$id", "$schema", "default", "deprecated", "description", "examples"}
_TOLD_TOO: Final = {"title", "meta:enum"}
_NAMES: Final = {"properties", "definitions"}  # whose keys are names, not keywords


def main(arguments: list[str]) -> int:
    """Write all files, or compare them; return an exit status."""
    stale = 0
    for name, text in render_schemas().items():
        path = OUTPUT / name
        if "--check" not in arguments:
            path.write_text(text)
        elif not path.is_file() or path.read_text() != text:
            sys.stdout.write(f"{name} is out of date: run tools/cyclonedx_schemas.py\n")
            stale = 1
    return stale


def render_schemas() -> dict[str, str]:
    """Return the text of each file by its name; one definition on each line."""
    spec = importlib.util.find_spec("cyclonedx")
    if spec is None or spec.origin is None:
        raise SystemExit("cyclonedx-python-lib is not installed")
    folder = Path(spec.origin).parent / "schema" / "_res"
    return {
        f"{name}.json": _lines(_stripped(json.loads((folder / source).read_text())))
        for name, source in SOURCES.items()
    }


def _stripped(schema: object, *, names: bool = False) -> object:
    """Return what decides in `schema`; with `names`, its keys are the document's own."""
    if isinstance(schema, list):
        return [_stripped(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {k: v for k, v in schema.items() if names or k not in _TOLD | _TOLD_TOO}
    return {key: _member(key, value, names=names) for key, value in kept.items()}


def _member(key: str, value: object, *, names: bool) -> object:
    if key == "$ref" and isinstance(value, str) and not names:
        return value.replace(".SNAPSHOT.schema.json", "")
    if key in {"enum", "const"} and not names:
        return value
    return _stripped(value, names=key in _NAMES and not names)


def _lines(schema: object) -> str:
    """Write one member of `definitions` and of the whole on each line, so that a change shows."""
    if not isinstance(schema, dict):
        raise SystemExit("a schema that is no object")
    definitions = schema.pop("definitions", {})
    members = [f'"$comment": {json.dumps(NOTE)}', *map(_line, sorted(schema.items()))]
    inside = ",\n".join(map(_line, sorted(definitions.items())))
    return "{" + ",\n".join([*members, '"definitions": {\n' + inside + "}"]) + "}\n"


def _line(member: tuple[str, object]) -> str:
    name, value = member
    return f"{json.dumps(name)}: {json.dumps(value, ensure_ascii=False, separators=(',', ':'))}"


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
