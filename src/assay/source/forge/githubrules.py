"""What one protection or ruleset of GitHub enforces, and what several of them do together."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from assay.core.jsonvalue import JsonValue
from assay.source.forge.facts import Control, RefRules, rules_from
from assay.source.forge.reading import any_of, count_of, flag_of, name_of, text_of

_RULES: Final = {  # types of rules in a ruleset
    "non_fast_forward": Control.NO_FORCE,
    "deletion": Control.NO_DELETION,
    "required_signatures": Control.SIGNED,
    "required_linear_history": Control.LINEAR,
    "required_status_checks": Control.CHECKS,
    "pull_request": Control.REQUESTS,
}
_PULL_REQUEST: Final = {  # parameters of a rule about pull requests
    "dismiss_stale_reviews_on_push": Control.STALE,
    "require_code_owner_review": Control.OWNERS,
    "require_last_push_approval": Control.LAST_PUSH,
}
_Answers = dict[Control, bool | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesPart:
    """What one protection or ruleset says about a ref; a control that is not in it is not held."""

    answers: _Answers
    approvals: int = 0
    checks: tuple[str, ...] = ()
    bypass: tuple[str, ...] = ()


UNKNOWN: Final = RulesPart(answers=dict.fromkeys(Control))
NOTHING: Final = RulesPart(answers={})


def protection_part(found: JsonValue) -> RulesPart:
    """Read classic protection."""
    reviews = found.optional("required_pull_request_reviews")
    checks = found.optional("required_status_checks")
    approvals = count_of(reviews, "required_approving_review_count") if reviews else 0
    exempt = reviews and reviews.optional("bypass_pull_request_allowances")
    return RulesPart(
        answers={
            Control.REQUESTS: reviews is not None,
            Control.APPROVAL: approvals > 0,
            Control.STALE: flag_of(reviews, "dismiss_stale_reviews") or False,
            Control.OWNERS: flag_of(reviews, "require_code_owner_reviews") or False,
            Control.LAST_PUSH: flag_of(reviews, "require_last_push_approval") or False,
            Control.ADMINS: _enabled(found, "enforce_admins"),
            Control.NO_FORCE: not _enabled(found, "allow_force_pushes"),
            Control.NO_DELETION: not _enabled(found, "allow_deletions"),
            Control.SIGNED: _enabled(found, "required_signatures"),
            Control.LINEAR: _enabled(found, "required_linear_history"),
            Control.CHECKS: checks is not None,
        },
        approvals=approvals,
        checks=tuple(text_of(name) for name in checks.optional_items("contexts")) if checks else (),
        bypass=tuple(_allowed(exempt)) if exempt else (),
    )


def _enabled(found: JsonValue, name: str) -> bool:
    member = found.optional(name)
    return member is not None and member.field("enabled").boolean()


def _allowed(exempt: JsonValue) -> Iterator[str]:
    for kind, member in (("users", "login"), ("teams", "slug"), ("apps", "slug")):
        for one in exempt.optional_items(kind):
            yield f"{kind[:-1]} {name_of(one, member)}"


def ruleset_part(rules: list[JsonValue], exempt: tuple[str, ...] | None) -> RulesPart:
    """Read the rules of one ruleset; without its exemptions it is not known who they bind."""
    answers: _Answers = {Control.ADMINS: None if exempt is None else not exempt}
    approvals, checks = 0, list[str]()
    for rule in rules:
        control = _RULES.get(rule.field("type").text())
        if control is None:
            continue
        answers[control] = True
        parameters = rule.optional("parameters") or JsonValue({}, rule.where)
        if control is Control.REQUESTS:
            approvals = max(approvals, count_of(parameters, "required_approving_review_count"))
            for name, asked in _PULL_REQUEST.items():
                answers[asked] = bool(answers.get(asked)) or bool(flag_of(parameters, name))
        if control is Control.CHECKS:
            required = parameters.optional_items("required_status_checks")
            checks += [text_of(check.field("context")) for check in required]
    answers[Control.APPROVAL] = approvals > 0
    return RulesPart(
        answers=answers, approvals=approvals, checks=tuple(checks), bypass=exempt or ()
    )


def exempt_of(ruleset: JsonValue) -> tuple[str, ...] | None:
    """Return who is exempt from a ruleset; None where GitHub does not tell."""
    actors = ruleset.optional("bypass_actors")
    if actors is None:
        return None
    return tuple(
        f"{text_of(actor.field('actor_type'))} {count_of(actor, 'actor_id')}"
        for actor in actors.items()
    )


def patterns_of(ruleset: JsonValue) -> tuple[str, ...]:
    """Return the patterns of the tags that a ruleset is about."""
    names = ruleset.field("conditions").field("ref_name")
    patterns = (text_of(pattern) for pattern in names.field("include").items())
    return tuple("refs/tags/*" if pattern == "~ALL" else pattern for pattern in patterns)


def join_parts(ref: str, parts: list[RulesPart]) -> RefRules:
    """Join what several parts say: a control is held if one of them holds it."""
    answers: _Answers = {
        control: any_of(part.answers.get(control, False) for part in parts) for control in Control
    }
    answers[Control.ADMINS] = _binds_all(parts)
    return rules_from(
        ref,
        answers,
        approvals=max((part.approvals for part in parts), default=0),
        checks=tuple(check for part in parts for check in part.checks),
        bypass=tuple(name for part in parts for name in part.bypass),
    )


def _binds_all(parts: list[RulesPart]) -> bool | None:
    """Tell whether all parts that enforce something do so for administrators too.

    A part that is not told holds nothing in our eyes, so that it is of no matter beside others.
    """
    bound = {part.answers.get(Control.ADMINS, False) for part in parts if _enforces(part)}
    if not bound:
        return None if UNKNOWN in parts else False
    return False if False in bound else (None if None in bound else True)


def _enforces(part: RulesPart) -> bool:
    return any(held for control, held in part.answers.items() if control is not Control.ADMINS)
