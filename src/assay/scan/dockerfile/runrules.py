"""Rules about the commands that build an image."""

import itertools
import re
from collections.abc import Iterator
from typing import Final

from assay.findings.finding import Severity
from assay.scan.dockerfile.parse import Dockerfile
from assay.scan.dockerfile.rule import DockerRule, Hit, commands, runs
from assay.scan.dockerfile.shell import SHELLS, Command

_FETCHERS: Final = frozenset({"curl", "wget", "fetch", "aria2c"})
_INTERPRETERS: Final = SHELLS | {"python", "python3", "perl", "ruby", "node", "php"}
_SUBSTITUTED: Final = re.compile(r"(?:\$\(|`|<\()\s*(?:curl|wget)\b")
_UNSIGNED: Final = (
    "--allow-unauthenticated",
    "--force-yes",
    "--allow-untrusted",
    "--nogpgcheck",
    "--no-gpg-checks",
    "--allow-insecure-repositories",
)
_OFF: Final = re.compile(
    r"(?:NODE_TLS_REJECT_UNAUTHORIZED=['\"]?0|PYTHONHTTPSVERIFY=['\"]?0|GIT_SSL_NO_VERIFY=['\"]?(?:1|true)"
    r"|http\.sslVerify[= ]['\"]?false|strict-ssl[= ]['\"]?false)",
    re.IGNORECASE,
)
_INSECURE: Final = ("--insecure", "--no-check-certificate", "--trusted-host")
_SHORT_K: Final = re.compile(r"-[a-zA-Z]*k[a-zA-Z]*\Z")
_ANY_WRITES: Final = re.compile(r"0?[0-7]?[0-7]{2}[2367]\Z|[uga]*[ao][ugo]*\+[rxX]*w")
_SETS_ID: Final = re.compile(r"0?[2-7][0-7]{3}\Z|[ugoa]*\+[rwx]*s")


def _piped(file: Dockerfile) -> Iterator[Hit]:
    for one, several in runs(file):
        for command, after in itertools.pairwise(several):
            piped = command.name in _FETCHERS and command.joined_by in {"|", "|&"}
            if piped and after.name in _INTERPRETERS:
                yield Hit(one, f"{command.name} | {after.name}")
        if _SUBSTITUTED.search(one.script) and any(
            c.name in _INTERPRETERS | {"eval", "source", "."} for c in several
        ):
            yield Hit(one, "a shell runs what is downloaded")


def _unsigned(file: Dockerfile) -> Iterator[Hit]:
    for one, command in commands(file):
        found = [word for word in command.words if word in _UNSIGNED or "trusted=yes" in word]
        if found:
            yield Hit(one, found[0])


def _tls_off(file: Dockerfile) -> Iterator[Hit]:
    for one in file.instructions:
        if one.name in {"ENV", "RUN"} and (off := _OFF.search(one.script)):
            yield Hit(one, off.group())
    for one, command in commands(file):
        words = command.bare[1:]
        loose = [w for w in words if w.partition("=")[0] in _INSECURE]
        if command.name == "curl":
            loose += [word for word in words if _SHORT_K.match(word)]
        if loose:
            yield Hit(one, f"{command.name} {loose[0]}")


def _plain_http(file: Dockerfile) -> Iterator[Hit]:
    for one, command in commands(file):
        if command.name in _FETCHERS and any(
            w.lower().startswith("http://") for w in command.words
        ):
            yield Hit(one, command.name)


def _passwords(file: Dockerfile) -> Iterator[Hit]:
    for one, several in runs(file):
        for command, after in zip(several, (*several[1:], Command((), "")), strict=False):
            told = command.name in {"echo", "printf"} and after.name == "chpasswd"
            empty = command.name == "passwd" and command.has("-d", "--delete")
            if told or empty:
                yield Hit(one, "chpasswd" if told else "passwd -d")


def _sudo(file: Dockerfile) -> Iterator[Hit]:
    for one, command in commands(file):
        if command.words[0] == "sudo":
            yield Hit(one)


def _writable(file: Dockerfile) -> Iterator[Hit]:
    for one, command in commands(file):
        if command.name == "chmod" and any(map(_ANY_WRITES.match, command.bare[1:])):
            yield Hit(one)


def _setuid(file: Dockerfile) -> Iterator[Hit]:
    for one, command in commands(file):
        if command.name == "chmod" and any(map(_SETS_ID.match, command.bare[1:])):
            yield Hit(one)


def _unconfined(file: Dockerfile) -> Iterator[Hit]:
    for one in file.instructions:
        flags = dict(one.flags) if one.name == "RUN" else {}
        if flags.get("security") == "insecure" or flags.get("network") == "host":
            yield Hit(one, "security=insecure" if "security" in flags else "network=host")


_X: Final = "FROM debian:12.5\nRUN "
RUN_RULES: Final[tuple[DockerRule, ...]] = (
    DockerRule(
        id="download-to-shell",
        title="Whatever a server sends is run while the image is built",
        remedy="Download to a file, compare its SHA-256 with one that is known, then run it.",
        severity=Severity.HIGH,
        weakness="CWE-494",
        find=_piped,
        bad=f"{_X}curl -fsSL https://example.com/install | bash\n",
        good=f"{_X}curl -fsSLo i https://example.com/i && sha256sum -c sums && sh i\n",
    ),
    DockerRule(
        id="unsigned-packages",
        title="Packages are installed whoever signed them, or nobody",
        remedy="Add the key of the repository, and take the option out.",
        severity=Severity.HIGH,
        weakness="CWE-347",
        find=_unsigned,
        bad=f"{_X}apt-get install -y --allow-unauthenticated tool=1.2\n",
        good=f"{_X}apt-get install -y --no-install-recommends tool=1.2\n",
    ),
    DockerRule(
        id="tls-check-off",
        title="Any server is believed while the image is built",
        remedy="Add the certificate of your authority to the image, and take the option out.",
        severity=Severity.HIGH,
        weakness="CWE-295",
        find=_tls_off,
        bad=f"{_X}curl -sk https://example.com/tool -o tool\n",
        good=f"{_X}curl -sS https://example.com/tool -o tool\n",
    ),
    DockerRule(
        id="download-in-clear",
        title="Something is downloaded without encryption: anybody on the way can replace it",
        remedy="Write https://.",
        severity=Severity.MEDIUM,
        weakness="CWE-319",
        find=_plain_http,
        bad=f"{_X}wget http://example.com/tool\n",
        good=f"{_X}wget https://example.com/tool\n",
    ),
    DockerRule(
        id="password-in-build",
        title="A password is set, or taken away, while the image is built",
        remedy="Give the account no password; who may log in is not for an image to say.",
        severity=Severity.HIGH,
        weakness="CWE-259",
        find=_passwords,
        bad=f"{_X}echo 'root:x' | chpasswd\n",
        good=f"{_X}passwd -l root\n",
    ),
    DockerRule(
        id="unconfined-build",
        title="A step of the build has the rights, or the network, of the machine",
        remedy="Take --security=insecure and --network=host out.",
        severity=Severity.HIGH,
        weakness="CWE-250",
        find=_unconfined,
        bad="FROM debian:12.5\nRUN --security=insecure make\n",
        good="FROM debian:12.5\nRUN --network=none make\n",
    ),
    DockerRule(
        id="sudo",
        title="sudo hides as whom a step runs, and stays in the image for others",
        remedy="Switch with USER before the step, and back behind it.",
        severity=Severity.LOW,
        weakness="CWE-250",
        find=_sudo,
        bad=f"{_X}sudo make install\n",
        good=f"{_X}make install\n",
    ),
    DockerRule(
        id="writable-by-all",
        title="Everybody in the container may write to it",
        remedy="Give it to the user that needs it: COPY --chown, chmod u+w.",
        severity=Severity.MEDIUM,
        weakness="CWE-732",
        find=_writable,
        bad=f"{_X}chmod -R 777 /app\n",
        good=f"{_X}chmod 755 /app\n",
    ),
    DockerRule(
        id="sets-user-id",
        title="A program gets the rights of its owner, whoever starts it",
        remedy="Give the one right that it needs with setcap, or do without.",
        severity=Severity.MEDIUM,
        weakness="CWE-250",
        find=_setuid,
        bad=f"{_X}chmod u+s /app/tool\n",
        good=f"{_X}chmod 0755 /app/tool\n",
    ),
)
