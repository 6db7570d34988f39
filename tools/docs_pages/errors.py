"""The page about errors: every code, its exit status and what it means."""

import importlib
import inspect
import pkgutil

import assay
from assay.core.errors import AssayError


def errors_page() -> str:
    """Return the table of error codes."""
    parts = [
        "# Errors and exit status\n",
        "Every error prints as `[code] what, at where (hint)`. With `--json` the same parts come",
        "as one document with the schema `assay.error/v1` on stdout.\n",
        "| Code | Exit | HTTP | Means |",
        "|---|---|---|---|",
    ]
    # A kind below one of these is for the code that catches it: it prints as the one above it.
    kinds = {kind for kind in _all_errors() if "code" in vars(kind)}
    for kind in sorted(kinds, key=lambda k: (k.exit_status, k.code)):
        means = inspect.cleandoc(kind.__doc__ or "").splitlines()[0]
        parts.append(f"| `{kind.code}` | {kind.exit_status} | {kind.http_status} | {means} |")
    parts += [
        "| `interrupted` | 130 | - | It was stopped by Ctrl-C (by SIGTERM 143, by SIGHUP 129). |",
        "| `bug` | 70 | 500 | Anything else that escapes; please report it. |",
        "",
        "Exit status of an answer: 0 PASSED, 1 FAILED, 3 UNKNOWN; 141 where nobody read it, as in",
        "`assay status | head -1`, which shells know as a closed pipe.\n",
    ]
    return "\n".join(parts)


def _all_errors() -> set[type[AssayError]]:
    for module in pkgutil.walk_packages(assay.__path__, "assay."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    found, todo = set(), list(AssayError.__subclasses__())
    while todo:
        kind = todo.pop()
        found.add(kind)
        todo += kind.__subclasses__()
    return found
