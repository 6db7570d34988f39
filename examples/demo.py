"""The 60-second demo: a shop with planted faults is refused, mended, passed, and its log guarded.

Everything is real: a Git repository with a history, the checks, the signatures, the log. It runs
in the folder `demo`, or the one that is named; its keys, which must not lie in a repository, are in
the user's cache folder. It needs no network. Exits 0 only when every step did what it says.

Usage: demo.py [FOLDER]. The folder must not be there yet; only `demo` is made anew each time.
"""

import os
import random
import shutil
import sqlite3
import string
import subprocess
import sys
import time
import zlib
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parent
DEMO = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else EXAMPLES.parent / "demo"
SHOP = DEMO / "shop"
HOME = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "assay-demo"
ASSAY = Path(sys.executable).with_name("assay")
ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "HOME": str(HOME),
    "ASSAY_HOME": str(HOME / "assay"),
    "GIT_CONFIG_NOSYSTEM": "1",
    "FILTER_BRANCH_SQUELCH_WARNING": "1",
    "LANG": "C.UTF-8",
} | {name: os.environ[name] for name in ("COLUMNS", "NO_COLOR") if name in os.environ}
PASSED, FAILED = 0, 1


def main() -> None:
    """Run all steps; leave with a message at the first that does not do what it says."""
    began = time.monotonic()
    if len(sys.argv) > 1 and DEMO.exists():
        sys.exit(f"{DEMO} is there already: name a folder that is not.")
    for folder in (DEMO, HOME):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)

    title("1. A shop with faults in its code, history, dependencies and workflow")
    make_shop()
    git("log", "--oneline", "--stat=70")

    title("2. Keys and trust, outside the repository; advisories, from a local folder")
    assay("init", SHOP)
    assay("vulns", "import", EXAMPLES / "advisories")

    title("3. The gate refuses, and says why and what to do")
    assay("check", SHOP, "--output", DEMO / "refused.html", expect=FAILED)

    title("4. The prepared fixes: mended files, and a history without the key (which is revoked)")
    mend_shop()
    git("log", "--oneline")

    title("5. The gate passes")
    verdict = DEMO / "verdict.json"
    assay("check", SHOP, "--output", DEMO / "passed.html", "--save-verdict", verdict)

    title("6. The verdict, verified offline by somebody who has only the file and the trust root")
    head = git("rev-parse", "HEAD", show=False).strip()
    [trust] = (HOME / "assay" / "trust").iterdir()
    assay("verify", verdict, "--subject", f"gitCommit:{head}", "--trust-root", trust)
    assay("replay", verdict, "--repository", SHOP)

    title("7. How far this meets the SSDF, from the same evidence")
    assay("status", SHOP, "--brief")

    title("8. One byte of the log is flipped; the log names it")
    assay("log", "verify", "--repository", SHOP)
    flip_one_byte(SHOP / ".assay" / "log.sqlite")
    assay("log", "verify", "--repository", SHOP, expect=FAILED)

    title("Done")
    print(f"The shop was refused, mended and passed, in {time.monotonic() - began:.1f} s.")
    print(f"Reports to look at: {DEMO / 'refused.html'}")
    print(f"                    {DEMO / 'passed.html'}")


def make_shop() -> None:
    """Make the repository: three commits, the second of which carries a key, the third none."""
    shutil.copytree(EXAMPLES / "shop", SHOP)
    git("init", "--quiet", "--initial-branch=main")
    commit("Start the shop", "2026-03-02T09:00:00Z")
    settings = SHOP / "deploy" / "settings.env"
    settings.parent.mkdir()
    settings.write_text(f"SHOP_REGION=eu\nSHOP_DEPLOY_TOKEN={planted_token()}\n")
    commit("Add the settings of the deployment", "2026-03-03T09:00:00Z")
    settings.write_text("SHOP_REGION=eu\nSHOP_DEPLOY_TOKEN=\n")
    commit("Take the key out again", "2026-03-03T09:12:00Z")


def mend_shop() -> None:
    """Put the mended files in, and take the key out of the history."""
    shutil.copytree(EXAMPLES / "fixes", SHOP, dirs_exist_ok=True)
    commit("Mend what the gate refused", "2026-03-04T10:00:00Z")
    forget = "git rm -r --quiet --cached --ignore-unmatch deploy"
    git("filter-branch", "--index-filter", forget, "--", "--all", show=False)
    git("update-ref", "-d", "refs/original/refs/heads/main", show=False)
    git("reflog", "expire", "--expire=now", "--all", show=False)
    git("gc", "--quiet", "--prune=now", show=False)


def planted_token() -> str:
    """Return a token in GitHub's format, checksum included, that no server ever issued."""
    letters = string.digits + string.ascii_uppercase + string.ascii_lowercase
    body = "".join(random.Random(20260302).choices(letters, k=30))
    number, check = zlib.crc32(body.encode()), ""
    for _ in range(6):
        number, digit = divmod(number, 62)
        check = letters[digit] + check
    return "ghp_" + body + check


def flip_one_byte(log: Path) -> None:
    """Change one byte of a stored envelope, behind Assay's back."""
    with sqlite3.connect(log) as database:
        [envelope] = database.execute("SELECT envelope FROM entries WHERE number = 3").fetchone()
        changed = bytearray(envelope)
        changed[len(changed) // 2] ^= 1
        database.execute("UPDATE entries SET envelope = ? WHERE number = 3", (bytes(changed),))
    print(f"(byte {len(changed) // 2} of entry 3 changed in {log.relative_to(DEMO)})", flush=True)


def commit(message: str, date: str) -> None:
    """Commit all files as the shop's developer, at a fixed time."""
    git("add", "--all", show=False)
    person = {
        f"GIT_{role}_{part}": value
        for role in ("AUTHOR", "COMMITTER")
        for part, value in (("NAME", "Ada"), ("EMAIL", "ada@shop.example"), ("DATE", date))
    }
    git("commit", "--quiet", "--message", message, show=False, extra=person)


def git(*arguments: str, show: bool = True, extra: dict[str, str] | None = None) -> str:
    """Run Git in the shop; return what it prints, and show it unless told not to."""
    done = subprocess.run(
        ["git", *arguments],
        cwd=SHOP,
        env=ENVIRONMENT | (extra or {}),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        sys.exit(f"git {arguments[0]} failed: {done.stderr}")
    if show and done.stdout:
        print(done.stdout, end="", flush=True)
    return done.stdout


def assay(*arguments: str | Path, expect: int = PASSED) -> None:
    """Run Assay as a user would; stop the demo unless it exits with `expect`."""
    words = [str(a) for a in arguments]
    shown = " ".join(words).replace(f"{DEMO}/", "").replace(str(HOME), "~/.cache/assay-demo")
    print(f"\n$ assay {shown}", flush=True)
    status = subprocess.run([ASSAY, *words], cwd=DEMO, env=ENVIRONMENT, check=False).returncode
    print(f"(exit status {status})", flush=True)
    if status != expect:
        sys.exit(f"The demo expected exit status {expect}. This is a fault: please report it.")


def title(text: str) -> None:
    """Print the heading of a step."""
    print(f"\n━━ {text} {'━' * max(0, 92 - len(text))}", flush=True)


if __name__ == "__main__":
    main()
