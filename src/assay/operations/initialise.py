"""`assay init`: keys for this user, once; a log and a trust root for one repository.

Doing it again changes nothing that is there: keys are never overwritten, a log never restarted.
"""

import secrets
from dataclasses import dataclass, replace
from pathlib import Path

from assay.core.clock import Clock
from assay.core.errors import UsageError
from assay.evidence.storage.connecting import place_of
from assay.operations.home import (
    Home,
    Signers,
    load_origin,
    load_signer_choices,
    load_signers,
    load_trust,
    log_location,
    open_home,
    open_log,
    save_origin,
)
from assay.operations.identitykey import ensure_identity_key
from assay.operations.ledger import check_anchor, load_keys
from assay.operations.record import check_keys
from assay.operations.signersettings import (
    LOG,
    STATEMENTS,
    SignerChoice,
    SignerChoices,
    absolute_uri,
    save_choices,
)
from assay.signing.algorithms import ALGORITHMS
from assay.signing.keyfile import create_key_file
from assay.signing.notekey import note_key, render_note_key
from assay.signing.spki import ED25519
from assay.signing.trust import (
    ROLES,
    Principal,
    PrincipalKind,
    RoleGrant,
    TrustedKey,
    TrustRoot,
    Window,
    render_trust_root,
)
from assay.source.repository import Repository, open_repository
from assay.system.clock import now
from assay.system.files import save_file

PRINCIPAL = "local"  # everything that this user's key signs; a team's trust root names people


@dataclass(frozen=True, slots=True, kw_only=True)
class Initialised:
    """What is there now, and whether this call made it."""

    log: str
    origin: str
    trust: Path
    signer: str  # the URI of what signs statements
    key_id: str
    algorithm: str
    made: tuple[str, ...]  # of "keys", "log", "trust root"
    has_advisories: bool  # whether a check here could tell of known vulnerabilities


def initialise(
    path: Path,
    *,
    algorithm: str = ED25519,
    signer: str = "",
    log_signer: str = "",
    clock: Clock = now,
) -> Initialised:
    """Make what is missing of keys, log and trust root for the repository at `path`.

    `signer` and `log_signer` are URIs of keys that are there already; they are remembered. Where
    they are empty, what is configured is used, and a key file is made where nothing is.

    Raises:
        UsageError: No repository, an unknown algorithm, a signer that cannot be used, or a trust
            root that this user's keys are not in.
        UnavailableError: Something cannot be written.
    """
    if algorithm not in ALGORITHMS:
        known = ", ".join(ALGORITHMS)
        raise UsageError(f"unknown algorithm {algorithm!r}", hint=f"one of: {known}")
    repository, home = open_repository(path), open_home()
    given = {STATEMENTS: signer, LOG: log_signer}
    given = {role: absolute_uri(uri) for role, uri in given.items() if uri}
    choices = _chosen(load_signer_choices(home), given)
    made = _make_keys(home, choices, algorithm)
    signers = load_signers(home, choices)
    if given:
        save_choices(home.settings, given)
    origin = _existing_log(repository, home, choices)
    if not origin:
        origin = f"assay.local/{secrets.token_hex(8)}"  # random: no two logs share a name
        _make_trust(home, origin, signers, clock)  # first: a log without one could not be used
        save_origin(repository, origin)
        open_log(repository, home, create=True).close()
        made = (*made, "trust root", "log")
    public = signers.statements.public
    return Initialised(
        log=place_of(log_location(repository)),
        origin=origin,
        trust=home.trust(origin),
        signer=choices.statements.uri,
        key_id=public.key_id,
        algorithm=public.algorithm,
        made=made,
        has_advisories=home.advisories.is_dir() and any(home.advisories.iterdir()),
    )


def _chosen(choices: SignerChoices, given: dict[str, str]) -> SignerChoices:
    """Return the choices, with those that are given on the command line before them."""

    def pick(choice: SignerChoice) -> SignerChoice:
        uri = given.get(choice.role)
        return choice if uri is None else replace(choice, uri=uri, chosen_by="the command line")

    return SignerChoices(statements=pick(choices.statements), log=pick(choices.log))


def _make_keys(home: Home, choices: SignerChoices, algorithm: str) -> tuple[str, ...]:
    made = []
    if choices.statements.default and not home.signer_key.exists():
        create_key_file(home.signer_key, algorithm=algorithm)
        made.append("signing key")
    if choices.log.default and not home.log_key.exists():
        create_key_file(home.log_key, algorithm=ED25519)  # what C2SP checkpoints are signed with
        made.append("log key")
    if ensure_identity_key(home.folder):
        made.append("identity key")
    return tuple(made)


def _existing_log(repository: Repository, home: Home, choices: SignerChoices) -> str:
    """Return the origin of the log that is there, empty where there is none.

    A log whose making was interrupted is finished.

    Raises:
        UsageError: It is there, and this home has no trust root for it, or other keys than the
            trust root names.
        TamperedError: It was cut, set back or replaced, or it has gone.
    """
    origin = load_origin(repository)
    if not origin:
        return ""
    if not home.trust(origin).exists():
        raise UsageError(
            f"the log {origin!r} was made under another ASSAY_HOME",
            where=place_of(log_location(repository)),
            hint="set ASSAY_HOME to that folder; or move this one away, and begin a new log",
        )
    trust = load_trust(home, origin)
    check_keys(home, trust, load_signers(home, choices, trust=trust))
    with open_log(repository, home, create=True) as store:
        check_anchor(home, store, load_keys(store, trust))
    return origin


def _make_trust(home: Home, origin: str, signers: Signers, clock: Clock) -> None:
    window = Window(valid_from=clock().replace(microsecond=0))
    root = TrustRoot(
        principals=(
            Principal(
                name=PRINCIPAL,
                kind=PrincipalKind.PERSON,
                roles=tuple(RoleGrant(role=role, window=window) for role in sorted(ROLES)),
                keys=(TrustedKey(public=signers.statements.public, window=window),),
                window=window,
            ),
        ),
        log_origin=origin,
        log_key=render_note_key(note_key(origin, signers.log.public)),
    )
    save_file(home.trust(origin), render_trust_root(root))
