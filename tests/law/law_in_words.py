"""One row of terms as a jurist reads it: each thing that the law says, its source, and whether that is confirmed."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from fractions import Fraction
from typing import Any, Final, NamedTuple

from api.edge.sentences import english, languages
from domain.checks import Check
from domain.country import Country, Source, UnitValue
from domain.days.deadlines import Term
from domain.facts import EVERYTHING, Choice, Conditions, Is, Late, Reach
from domain.fees import Fee, FeePart, Step, Table
from domain.offers import as_json
from domain.procedure import Offer
from domain.terms import (
    Exemption,
    FilingLimit,
    Forever,
    FourEyes,
    Notices,
    Quota,
    Requirement,
    Restriction,
    Terms,
    Times,
)
from tests.law.answers import money

CONFIRMED: Final = "confirmed"
OPEN: Final = "**to be confirmed**"
PARTLY: Final = "**to be confirmed in part**"
OURS: Final = "of this house"
UNKNOWN: Final = "the amount is not known: an officer says it"
_UNITS: Final = {
    "minutes": ("minute", "minutes"),
    "working_days": ("working day", "working days"),
    "calendar_days": ("calendar day", "calendar days"),
    "months": ("month", "months"),
    "years": ("year", "years"),
}
_TIMES: Final = {
    "decide": "to decide, from when consents and fee are there",
    "extend": "to prolong the decision by, once",
    "served": "after which a decision counts as served",
    "appeal": "to appeal, from the service",
    "answer": "to answer a question",
    "consent": "to consent, from the filing",
    "pay": "to pay, from the filing",
    "pay_entry": "to pay before the entry, from the approval",
}
_EFFECTS: Final = {
    "evidence": "else more evidence is asked",
    "officer": "else a senior officer decides",
    "ground": "else it may be refused",
}
_ROUNDING: Final = {
    "none": ("each part", False),
    "part_to_major": ("each part", True),
    "sum_to_major": ("the sum", True),
}


class Said(NamedTuple):
    """One line: what it is about, what the law says of it, by which source (None: this house says so, in all
    countries), and whether all of that is confirmed.
    """

    about: str
    says: str
    source: Source | None
    is_confirmed: bool

    @property
    def mark(self) -> str:
        """How sure it is."""
        if self.source is None:
            return OURS
        if self.is_confirmed:
            return CONFIRMED
        return PARTLY if self.source.confirmed else OPEN


def is_settled(value: Any, otherwise: Source) -> bool:
    """Whether each source in it is confirmed; what has none of its own stands on that of what holds it."""
    if isinstance(value, Source):
        return value.confirmed
    if isinstance(value, Mapping):
        return all(is_settled(each, otherwise) for each in value.values())
    if isinstance(value, tuple):
        return all(is_settled(each, otherwise) for each in value)
    if not is_dataclass(value):
        return True
    own: Source = getattr(value, "source", None) or otherwise
    stands_on = own.confirmed or not hasattr(value, "source")
    return stands_on and all(is_settled(getattr(value, f.name), own) for f in fields(value))


def settled(terms: Terms) -> dict[str, Any]:
    """What of the row is confirmed, member by member as its lines are, in JSON values and without words of ours."""
    found = {f.name: _settled(getattr(terms, f.name), terms.source) for f in fields(terms)}
    days = {"since": terms.since.isoformat()} if (terms.since_source or terms.source).confirmed else {}
    return {**found, "since": None, **days}


def _settled(value: Any, otherwise: Source) -> Any:
    if isinstance(value, Fee):
        parts = [as_json(part) for part in value.parts if is_settled(part, value.source)]
        return [parts, as_json(replace(value, parts=())) if value.source.confirmed else None]
    if isinstance(value, Times):
        return {f.name: _settled(getattr(value, f.name), otherwise) for f in fields(value)}
    if isinstance(value, tuple):
        return [as_json(each) for each in value if is_settled(each, otherwise)]
    is_sure = is_settled(value, otherwise) and (is_dataclass(value) or otherwise.confirmed)
    return as_json(value) if is_sure else None


def sources_in(value: Any) -> Iterator[Source]:
    """Every source in it."""
    if isinstance(value, Source):
        yield value
    elif isinstance(value, Mapping):
        yield from sources_in(tuple(value.values()))
    elif isinstance(value, tuple):
        for each in value:
            yield from sources_in(each)
    elif is_dataclass(value):
        yield from sources_in(tuple(getattr(value, f.name) for f in fields(value)))


def _source_of(value: Any) -> Source | None:
    """Its own; of a choice that of the first that may be chosen."""
    while isinstance(value, Choice):
        value = next(iter(value.of.values()))
    return value if isinstance(value, Source) else getattr(value, "source", None)


class InWords:
    """A row of terms of an offer, line by line."""

    def __init__(self, offer: Offer, terms: Terms, country: Country) -> None:
        self._offer, self._terms, self._country = offer, terms, country
        self._procedure = offer.procedure.name

    def sections(self) -> Iterator[tuple[str, list[Said]]]:
        """Each with its title, those left out of which the law says nothing."""
        every = (
            ("Days and offices", self._frame()),
            ("Fee", self._fees()),
            ("Times", self._times()),
            ("Times to file within", self._limits()),
            ("Evidence", self._evidence()),
            ("Who needs none of it", self._exemptions()),
            ("Grounds to refuse", self._grounds()),
            ("What stands in the way", self._checks()),
            ("Restrictions", self._restrictions()),
            ("How it is decided, mended and kept", self._the_rest()),
        )
        for title, lines in every:
            if said := list(lines):
                yield title, said

    def values(self) -> list[tuple[str, UnitValue]]:
        """The values of the units in which the row counts, oldest first."""
        fees = (self._terms.fee, self._terms.entry_fee)
        units = {part.unit: None for fee in fees if fee for part in fee.parts if part.unit}
        return [(unit, value) for unit in units for value in self._country.units[unit]]

    def titled(self, kind: str, code: str) -> str:
        """The code, what it is called in English, and in the country's own languages where that is written."""
        in_english = english().say(kind, code, procedures=(self._procedure,))
        own = {tag: languages()[tag] for tag in self._country.languages if tag in languages()}
        local = {tag: language.written(kind, code, (self._procedure,)) for tag, language in own.items()}
        told = "; ".join(f"{tag}: {title}" for tag, title in local.items() if title)
        words = f" {in_english}" if in_english != code else ""
        return f"`{code}`{words}{f' ({told})' if told else ''}"

    def _said(self, about: str, says: str, value: Any, otherwise: Source | None = None) -> Said:
        """A line; ``value`` is what bears the sources."""
        otherwise = otherwise or self._terms.source
        return Said(about, says, _source_of(value) or otherwise, is_settled(value, otherwise))

    def _office(self, authority: str) -> str:
        return self.titled("office", authority)

    # --- section by section --------------------------------------------------------------------------------

    def _frame(self) -> Iterator[Said]:
        terms = self._terms
        yield self._said("the law of this row", "", terms.source)
        yield self._said("first day", terms.since.isoformat(), terms.since_source or terms.source)
        if terms.until:
            yield self._said("last day", terms.until.isoformat(), terms.source)
        yield self._said("who decides", self._office(terms.authority), terms.source)
        yield self._said("who answers for the register", self._office(terms.registry), terms.source)
        for register, office in terms.registries.items():
            yield self._said(f"who answers for `{register}`", self._office(office), terms.source)
        for register, by in terms.numbers.items():
            how = "the register" if by == "register" else f"this house, such as {by.number(terms.since, 17)}"
            yield self._said(f"who numbers `{register}`", how, by, terms.source)

    def _fees(self) -> Iterator[Said]:
        yield from self._fee("", self._terms.fee)
        if self._terms.entry_fee:
            yield from self._fee("before the entry, ", self._terms.entry_fee)
        if after := self._terms.after_refusal:
            says = "goes back" if after.gives_back else "is kept"
            yield self._said("after a refusal", f"the fee {says}, whatever the ground", after)

    def _fee(self, which: str, fee: Fee) -> Iterator[Said]:
        if not fee.parts:
            yield self._said(f"{which}in all", "free", fee.source)
        for part in fee.parts:
            yield self._said(f"{which}`{part.name}`", self._part(part), part, fee.source)
        if fee.parts:
            what, is_major = _ROUNDING[fee.rounding]
            step = 10**self._country.minor_units if is_major else 1
            rounded = f"{what} rounded to {money(step, self._country)}, halves up"
            how = f"{rounded}; the values of the day of {fee.unit_day} count"
            yield self._said(f"{which}how it is counted", how, fee.source)

    def _part(self, part: FeePart) -> str:
        units = part.units
        if part.until and part.until < self._terms.since and units == 0:
            return UNKNOWN + _when(part.when)
        if isinstance(units, Table):
            how = _table(units, lambda each: self._units(part, each))
        elif isinstance(units, Choice):
            how = _choice(units, lambda each: self._units(part, each))
        else:
            how = self._units(part, units)
        bounds = [f"at least {money(part.at_least, self._country)}"] if part.at_least else []
        bounds += [f"at most {money(part.at_most, self._country)}"] if part.at_most is not None else []
        bounds += [f"known until {part.until}"] if part.until else []
        return ", ".join((how, *bounds)) + _when(part.when)

    def _units(self, part: FeePart, units: Fraction) -> str:
        if part.ad_valorem:
            return f"{units} of the `{part.ad_valorem}`"
        if part.unit:
            return f"{units} × {part.unit}"
        whole = units.denominator == 1
        return money(units.numerator, self._country) if whole else f"{units} of the smallest coin"

    def _times(self) -> Iterator[Said]:
        times = self._terms.times
        for name, about in _TIMES.items():
            term = getattr(times, name)
            if term is not None:
                yield self._said(about, _term(term), term)

    def _limits(self) -> Iterator[Said]:
        for limit in self._terms.filing_limits:
            yield self._said(f"`{limit.code}`", _limit(limit), limit)

    def _evidence(self) -> Iterator[Said]:
        for each in self._terms.evidence:
            yield self._said(self.titled("evidence", each.kind), _requirement(each), each)

    def _exemptions(self) -> Iterator[Said]:
        for each in self._terms.exemptions:
            yield self._said(self.titled("exemption", each.code), _exemption(each), each)

    def _grounds(self) -> Iterator[Said]:
        for each in self._terms.grounds:
            says = "the fee goes back" if each.gives_back else ""
            yield self._said(self.titled("ground", each.code), says, each)

    def _checks(self) -> Iterator[Said]:
        for check in self._offer.procedure.checks:
            yield Said(self._asked(check), _check(check), check.source, is_confirmed=True)
        for check in self._terms.checks:
            yield self._said(self._asked(check), _check(check), check)

    def _asked(self, check: Check) -> str:
        return self.titled({"refuse": "refusal", "warn": "warning"}[check.effect], check.code)

    def _restrictions(self) -> Iterator[Said]:
        for each in self._terms.restrictions:
            yield self._said(self.titled("restriction", each.kind), self._restriction(each), each)

    def _restriction(self, each: Restriction) -> str:
        lifts = f"; lifted by it or {self._office(each.court.authority)}" if each.court else ""
        return f"placed by {self._office(each.authority)}{lifts}; stops {_reach(each.reach)}"

    def _the_rest(self) -> Iterator[Said]:
        terms = self._terms
        yield self._said("four eyes", _eyes(terms.four_eyes), terms.four_eyes)
        body = terms.appeals
        within = f", within {_term(body.decide)}" if body.decide else ""
        yield self._said("appeals", f"{self._office(body.authority)}{within}", body)
        for each in terms.opinions:
            within = f", within {_term(each.answer)}" if each.answer else ""
            yield self._said("opinion", f"{self._office(each.authority)}{within}", each)
        for inquiry in terms.investigations:
            yield self._said("inquiry", f"`{inquiry.code}`{_when(inquiry.when)}", inquiry)
        if terms.notices:
            yield self._said("hospitals", _notices(terms.notices), terms.notices)
        for quota in terms.quotas:
            yield self._said("quota", _quota(quota), quota)
        if terms.bars_kin:
            yield self._said("kin of a party", "do not judge", terms.bars_kin)
        if terms.amendments:
            court = terms.amendments.court
            by = f", for any reason by {self._office(court.authority)}" if court else ""
            yield self._said("mending", f"for its own error by the office{by}", terms.amendments)
        yield self._said("the case is kept", _kept(terms.retention), terms.retention)
        yield self._said("the entry is kept", _kept(terms.entry_retention), terms.entry_retention)


# --- words ------------------------------------------------------------------------------------------------


def _term(term: Term | Choice[Term]) -> str:
    if isinstance(term, Choice):
        return _choice(term, _term)
    one, many = _UNITS[term.unit]
    moved = "" if term.is_moved else ", not moved off a day off"
    anew = ", anew from an answer" if term.after_answer == "starts_anew" else ""
    return f"{term.count} {one if term.count == 1 else many}{moved}{anew}"


def _choice(choice: Choice[Any], said: Callable[[Any], str]) -> str:
    each = (
        f"`{code}` {_choice(of, said) if isinstance(of, Choice) else said(of)}"
        for code, of in choice.of.items()
    )
    return f"by `{choice.by}`: {', '.join(each)}"


def _table(table: Table, said: Callable[[Fraction], str]) -> str:
    years = "years since " if table.in_years else ""
    steps = "; ".join(_step(step, said) for step in table.steps)
    times = f"; times, {_table(table.times, str)}" if table.times else ""
    return f"by {years}`{'.'.join(table.by)}`: {steps}{times}"


def _step(step: Step, said: Callable[[Fraction], str]) -> str:
    upto = f"to {step.up_to:,}" if step.up_to is not None else "above"
    more = f" and {said(step.rate)} for each one above the step before" if step.rate else ""
    return f"{upto}: {said(step.start)}{more}"


def _when(when: Conditions) -> str:
    return f", where {' and '.join(_condition(each) for each in when)}" if when else ""


def _condition(condition: Any) -> str:
    if isinstance(condition, Late):
        return "filed after " + " or ".join(f"`{code}`" for code in sorted(condition.limits, reverse=True))
    if not isinstance(condition, Is):
        return f"`{condition.code}`"
    values = condition.values
    return f"`{condition.member}`" + ("" if values == (True,) else f" is {' or '.join(map(_value, values))}")


def _value(value: str | int | bool | None) -> str:  # noqa: FBT001 - a value of a form, whatever it is
    if value is None:
        return "not said"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _limit(limit: FilingLimit) -> str:
    day = f"`{'.'.join(limit.from_member)}`"
    if limit.term:
        says = f"{_term(limit.term)} from {day}"
    else:
        closes = f"{_term(limit.closes)} before it" if limit.closes else "that day"
        says = (
            f"from {_term(limit.opens)} before {day} to {closes}" if limit.opens else f"by {closes}, of {day}"
        )
    return f"{says}{_when(limit.when)}; {_EFFECTS[limit.effect]}"


def _requirement(each: Requirement) -> str:
    age = f", not older than {_term(each.not_older_than)}" if each.not_older_than else ""
    by = f" by `{'.'.join(each.dated_by)}`" if each.dated_by else ""
    told = ", but where a hospital told the same" if each.or_notice else ""
    return f"{'has to be brought' if each.is_required else 'may be brought'}{age}{by}{_when(each.when)}{told}"


def _notices(found: Notices) -> str:
    in_person = " or ".join(_condition(each) for each in found.in_person)
    but = f", but where {in_person}: then the parents come themselves" if in_person else ""
    files = f", and file what the parents declare to them{but}" if found.declares else ""
    return f"tell of births, signed{files}"


def _exemption(each: Exemption) -> str:
    may = "; may be approved all the same" if each.may_be_approved else ""
    return f"{_when(each.when).removeprefix(', ')}{may}"


def _check(check: Check) -> str:
    does = {"refuse": "is refused", "warn": "warns the officer"}[check.effect]
    return f"{does}, at {' and '.join(check.moments)}"


def _reach(reach: Reach) -> str:
    if reach == EVERYTHING:
        return "every change"
    if reach.only:
        return f"only {', '.join(f'`{title}`' for title in reach.only)}"
    return f"every change but {', '.join(f'`{title}`' for title in reach.but)}"


def _eyes(eyes: FourEyes) -> str:
    return f"two persons decide{_when(eyes.when)}" if eyes.are_asked else "one person decides"


def _quota(quota: Quota) -> str:
    return f"`{quota.name}`, so many a year{_when(quota.when)}"


def _kept(kept: Term | Forever) -> str:
    return "for good" if isinstance(kept, Forever) else _term(kept)
