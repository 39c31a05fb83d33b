"""What a draft would ask of whoever files it: fee, days, evidence; pure, and of no register.

A draft may lack members. What cannot be told without them is None, and what only may change with them says so.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any, Final, TypeVar

from domain import limits
from domain.about import About
from domain.country import Country, Source
from domain.days.deadlines import before, compute
from domain.facts import Choice, Facts, Is, applies, chosen
from domain.fees import Fee, FeePart, Table, assess, holds_until
from domain.terms import FilingLimit, Terms

T = TypeVar("T")
UNTOLD: Final = (
    LookupError,
    TypeError,
    AttributeError,
    ValueError,
)  # what a rule raises that finds nothing there


def estimate(
    about: About, country: Country, missing: frozenset[str], unsaid: frozenset[str]
) -> dict[str, Any]:
    """In codes and JSON values. ``missing``: members of the form that the draft lacks, or lacks a part of; ``unsaid``:
    those that it does not say, be they needed or not.
    """
    terms = about.terms

    def told(what: Callable[[Facts], T]) -> T | None:
        if not missing:
            return what(about.facts())
        try:
            return what(about.facts())
        except UNTOLD:
            return None

    fee = told(lambda facts: _fee("fee", terms, facts, country, missing | unsaid))
    later = (
        told(lambda facts: _fee("entry_fee", terms, facts, country, missing | unsaid))
        if terms.entry_fee
        else None
    )
    return {
        "fee": fee,
        "entry_fee": later,
        "last_days": told(lambda _facts: list(_last_days(about, country, fee))),
        "limits": told(lambda _facts: filing_limits(about, country)),
        "evidence": told(
            lambda facts: [
                {"kind": each.kind, "is_required": each.is_required, "unconfirmed": not each.source.confirmed}
                for each in limits.requirements(terms, facts)
            ]
        ),
        "exemptions": told(
            lambda facts: [
                {"code": each.code, "unconfirmed": not each.source.confirmed}
                for each in limits.exempt(terms, facts)
            ]
        ),
        "four_eyes": told(terms.four_eyes.apply_to),
        "missing": sorted(missing),
        "missing_evidence": told(lambda facts: [each.kind for each in limits.needed_to_file(terms, facts)]),
        "unconfirmed": list(terms.unconfirmed),
    }


def _fee(which: str, terms: Terms, facts: Facts, country: Country, unsaid: frozenset[str]) -> dict[str, Any]:
    fee: Fee = getattr(terms, which)
    found = assess(fee, facts, country)
    until = None if found["provisional"] else holds_until(fee, facts, country)
    return {
        "amount": found["amount"],
        "currency": found["currency"],
        "formula": found["formula"],
        "provisional": found["provisional"],
        "amount_until": until and until.isoformat(),
        "depends_on": sorted(unsaid.intersection(_looked_at(fee))),
        "unconfirmed": which in terms.unconfirmed,
    }


def _looked_at(fee: Fee) -> Iterator[str]:
    """The members of the form that the fee follows from, as far as its rules name them."""
    for part in fee.parts:
        yield from (condition.member for condition in part.when if isinstance(condition, Is))
        yield from _measured(part)


def _measured(part: FeePart) -> Iterator[str]:
    if part.ad_valorem:
        yield part.ad_valorem
    units: Any = part.units
    while isinstance(units, Table):
        yield units.by[0]
        units = units.times
    if isinstance(units, Choice):
        yield units.by


def _last_days(about: About, country: Country, fee: Mapping[str, Any] | None) -> Iterator[dict[str, Any]]:
    """The days that would follow from a filing now."""
    times = about.terms.times
    asks_consent = any(party.is_asked(about.request) for party in about.offer.procedure.parties)
    asks_money = fee is None or fee["amount"] or fee["provisional"]
    for what, term in (
        ("consent", times.consent if asks_consent else None),
        ("pay", asks_money and times.pay),
    ):
        if term:
            until = compute(chosen(term, about.request), about.at, country)
            yield {
                "what": what,
                "until": until["due"],
                "unconfirmed": f"times.{what}" in about.terms.unconfirmed,
            }


def filing_limits(about: About, country: Country) -> list[dict[str, Any]]:
    """The times to file within that concern the request, as a filing at ``about.at`` stands to them."""
    facts = about.facts()
    return [_limit(*each, facts, about, country) for each in _of(about.terms, facts)]


def _of(terms: Terms, facts: Facts) -> Iterator[tuple[FilingLimit, date]]:
    """The times to file within that concern the draft, with the day that each runs from; not where there is none."""
    for limit in terms.filing_limits:
        day = limits.day_in(facts.request, limit.from_member)
        if day is not None and applies(limit.when, facts):
            yield limit, day


def _limit(limit: FilingLimit, day: date, facts: Facts, about: About, country: Country) -> dict[str, Any]:
    first = before(limit.opens, day) if limit.opens else None
    last = _last_day(limit, day, country)
    standing = limits.standing(limit, facts, about.at, country)
    return {
        "code": limit.code,
        "effect": limit.effect,
        "standing": standing,
        "first_day": first.isoformat() if first else None,
        "last_day": last.isoformat(),
        "days_late": max((facts.day - last).days, 0) if standing == "late" else 0,
        "unconfirmed": not _sources_are_confirmed(limit),
    }


def _last_day(limit: FilingLimit, day: date, country: Country) -> date:
    if limit.term is not None:
        return date.fromisoformat(compute(limit.term, day, country)["due"])
    return before(limit.closes, day) if limit.closes else day


def _sources_are_confirmed(limit: FilingLimit) -> bool:
    terms = (limit.term, limit.opens, limit.closes)
    sources: list[Source | None] = [limit.source, *(term.source for term in terms if term)]
    return all(source.confirmed for source in sources if source)
