"""Filing limits, presumptions, exemptions, the age of evidence, as they stand for a request."""

from collections.abc import Iterator
from datetime import date, datetime
from functools import cache
from typing import Any, Final, Literal

from domain.countries import legal_day
from domain.country import Country
from domain.days.deadlines import after, before, compute, is_past
from domain.facts import Facts, Late, Request, applies
from domain.terms import Exemption, FilingLimit, Presumption, Requirement, Terms

Standing = Literal["in_time", "late", "early"]

EVIDENCE_MISSING: Final = "evidence_missing"  # of whoever is late, and is asked for more
# Told to the officer with what it is about ("evidence_too_old:insurance"); never a reason to refuse by itself.
WARNINGS: Final = (
    "late",
    "early",
    "not_presumed",
    "exempt",
    EVIDENCE_MISSING,
    "evidence_of_tomorrow",
    "evidence_too_old",
    "quota_unknown",
)
SENIOR: Final = "late:officer"  # the warning of a limit whose effect is that a senior officer decides


def facts_of(
    terms: Terms, request: Request, filed_at: datetime, country: Country, day: date | None = None
) -> Facts:
    """What the terms look at: ``day`` is that of the filing, unless another one counts (that of payment)."""
    if not terms.filing_limits and day is not None:
        return Facts(request, day)
    filed_on = legal_day(filed_at, country)
    facts = Facts(request, filed_on)
    passed = [
        limit.code for limit in terms.filing_limits if standing(limit, facts, filed_at, country) == "late"
    ]
    return Facts(request, day or filed_on, frozenset(passed))


def standing(limit: FilingLimit, facts: Facts, at: datetime, country: Country) -> Standing:
    """Whether a filing at that moment is in time; it is where the limit does not apply or has no day to run from."""
    day = day_in(facts.request, limit.from_member)
    if day is None or not applies(limit.when, facts):
        return "in_time"
    if limit.term is not None:
        return "late" if is_past(compute(limit.term, day, country), at) else "in_time"
    if facts.day > (before(limit.closes, day) if limit.closes else day):
        return "late"
    return "early" if limit.opens and facts.day < before(limit.opens, day) else "in_time"


def is_presumed(presumption: Presumption, facts: Facts) -> bool:
    """Whether it holds, or there is nothing to presume: one of its days is not known, or it is about something else."""
    began = day_in(facts.request, presumption.from_member)
    happened = day_in(facts.request, presumption.to_member)
    if began is None or happened is None or not applies(presumption.when, facts):
        return True
    return happened <= last_day(presumption, began)


def last_day(presumption: Presumption, began: date) -> date:
    """The last day of what is presumed; a day off or not."""
    return after(presumption.term, began)


def exempt(terms: Terms, facts: Facts) -> tuple[Exemption, ...]:
    """The exemptions that seem to fit; whether one does is for an officer to say (rules.md 13)."""
    return tuple(exemption for exemption in terms.exemptions if applies(exemption.when, facts))


def requirements(terms: Terms, facts: Facts) -> tuple[Requirement, ...]:
    """The kinds of evidence that have a place in this request."""
    return tuple(requirement for requirement in terms.evidence if applies(requirement.when, facts))


def needed_to_file(terms: Terms, facts: Facts) -> tuple[Requirement, ...]:
    """Those without which nothing is filed; of one with ``or_notice`` a notice that proves the same is enough."""
    late = asked_of_the_late(terms)
    return tuple(r for r in requirements(terms, facts) if r.is_required and r not in late)


@cache
def asked_of_the_late(terms: Terms) -> tuple[Requirement, ...]:
    """Whoever is late is asked for more, and never sent away for it (rules.md 12): the officer sees what is missing."""
    return tuple(r for r in terms.evidence if any(isinstance(condition, Late) for condition in r.when))


def warnings(terms: Terms, facts: Facts, at: datetime, country: Country) -> Iterator[str]:
    """Codes for the officer's eyes (rules.md 12, 13): each once, in the order of the terms."""
    stand = ((standing(limit, facts, at, country), limit.effect) for limit in terms.filing_limits)
    yield from dict.fromkeys(f"{found}:{effect}" for found, effect in stand if found != "in_time")
    for presumption in terms.presumptions:
        if not is_presumed(presumption, facts):
            yield f"not_presumed:{presumption.code}"
    for exemption in exempt(terms, facts) if terms.exemptions else ():
        yield f"exempt:{exemption.code}"
    for requirement in requirements(terms, facts) if terms.evidence else ():
        made_on = day_in(facts.request, requirement.dated_by) if requirement.dated_by else None
        if made_on is None:
            continue
        if made_on > facts.day:
            yield f"evidence_of_tomorrow:{requirement.kind}"
        elif requirement.not_older_than and is_past(
            compute(requirement.not_older_than, made_on, country), at
        ):
            yield f"evidence_too_old:{requirement.kind}"


def day_in(request: Request, path: tuple[str, ...]) -> date | None:
    """The day that stands there in the form, or None: nobody said it."""
    value: Any = request
    for member in path:
        value = value.get(member) if value is not None else None
    return None if value is None else date.fromisoformat(value)
