"""What the law answers to a row, in the row's own words: from terms, limits, fees and days, and from a filing."""

from collections.abc import Mapping
from copy import deepcopy
from datetime import UTC, date, datetime, time
from importlib import import_module
from typing import Any, Final
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from domain import limits
from domain.countries import country_of, legal_day
from domain.country import Country
from domain.days.deadlines import Deadline, Term, answered, before, compute
from domain.facts import Choice, Facts, applies, chosen
from domain.fees import Assessment, Fee, assess
from domain.forms import plain
from domain.procedure import Offer
from domain.refusals import Invalid, Refusal, WrongValue
from domain.register import Register
from domain.terms import FilingLimit, Terms
from tests.domain.acts import bring, file, restrict
from tests.domain.story import Story, as_filed, given, imported, in_the_way
from tests.examples import NoExample, example_entries, example_request
from tests.law import NOT_ASKED, Row

LAW: Final = "domain.law"
_OF_THE_STORY: Final = ("warnings", "no_warnings", "obstacles")


def answers(offer: Offer, row: Row) -> dict[str, Any]:
    """What the law answers to everything that the row expects, and whether the filing is refused, in any case."""
    return Case(offer, row).answers()


def moment(text: str, country: Country) -> datetime:
    """The moment that a row names: by the clock of the authority, or by UTC's; of a day its noon. In UTC."""
    bare = text.removesuffix(" UTC")
    zone = UTC if bare != text else ZoneInfo(country.time_zone)
    if len(bare) == len("2026-01-01"):
        return datetime.combine(date.fromisoformat(bare), time(12), zone).astimezone(UTC)
    return datetime.fromisoformat(bare).replace(tzinfo=zone).astimezone(UTC)


def changed(value: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """A request or a content with these changes, by dotted paths or nested; a number in a path counts from 0. What has
    other members than what stood there takes its place whole, as a company that of a person.
    """
    found = deepcopy(dict(value))
    for path, new in changes.items():
        *way, last = path.split(".")
        place: Any = found
        for member in way:
            place = place[int(member) if isinstance(place, list) else member]
        key: Any = int(last) if isinstance(place, list) else last
        old = place.get(key) if isinstance(place, dict) else place[key]
        if isinstance(old, dict) and isinstance(new, Mapping) and _first(new) <= old.keys():
            place[key] = changed(old, new)
        else:
            place[key] = deepcopy(new)
    return found


def _first(changes: Mapping[str, Any]) -> set[str]:
    return {path.partition(".")[0] for path in changes}


def term_named(offer: Offer, terms: Terms, path: str) -> Term:
    """The term that stands there: a way through the terms, by names, codes and kinds; or a constant of the file."""
    first, *way = path.split(".")
    beside = f"{LAW}.{offer.country.lower()}.{offer.procedure.name}"
    found: Any = getattr(terms if hasattr(terms, first) else import_module(beside), first)
    for name in way:
        found = _within(found, name)
    if not isinstance(found, Term):
        raise TypeError(f"{path} is no term, but {found!r}")
    return found


def _within(value: Any, name: str) -> Any:
    if isinstance(value, Choice):
        return value.of[name]
    if not isinstance(value, tuple):
        return getattr(value, name)
    marks = ("code", "kind", "name", "authority")
    return next(each for each in value if name in (getattr(each, mark, None) for mark in marks))


def money(minor: int, country: Country) -> str:
    """Such as "18,597 KZT" or "1,489.36 TRY"."""
    whole, rest = divmod(minor, 10**country.minor_units)
    return f"{whole:,}{f'.{rest:0{country.minor_units}d}' if rest else ''} {country.currency}"


class Case:
    """A row as the law sees it: its request, its moments, the row of law, what was filed."""

    def __init__(self, offer: Offer, row: Row) -> None:
        self.offer, self.row = offer, row
        self.country = country_of(offer.country)
        self.at = moment(row.filed, self.country)
        self.day = legal_day(self.at, self.country)
        self.terms = offer.on(self.day)
        self.example = example_request(offer, today=self.day)
        self.request = changed(self.example, row.facts)

    def answers(self) -> dict[str, Any]:
        """By the names of the row's members."""
        refused, story = self.filed()
        found: dict[str, Any] = {} if refused is None else {"refused": refused}
        for name in self.row.expected.keys() - {"refused"}:
            if name in _OF_THE_STORY:
                is_filed = story is not None and story.case is not None
                found[name] = getattr(self, f"_{name}")(story) if is_filed else "nothing was filed"
            else:
                found[name] = getattr(self, f"_{name}")()
        return found

    @property
    def law(self) -> Terms:
        """The row of law, which there is."""
        if self.terms is None:
            raise LookupError(f"nothing is offered on {self.day}")
        return self.terms

    def facts(self, day: date | None = None) -> Facts:
        """What a rule looks at, on the day of the filing or another."""
        return limits.facts_of(self.law, self.request, self.at, self.country, day)

    def day_of_units(self, fee: Fee) -> date:
        """The day whose values count."""
        if fee.unit_day == "filing" or self.row.paid is None:
            return self.day
        return legal_day(moment(self.row.paid, self.country), self.country)

    # --- the filing ---------------------------------------------------------------------------------------

    def filed(self) -> tuple[str | None, Story | None]:
        """The code of the refusal, None where it is taken; and the story, where the form could be read."""
        try:
            request = plain(self.offer.form.model_validate(self.request))
        except ValidationError as wrong:
            return _code_of(wrong), None
        story = Story(self.offer, as_filed(self.offer, request), self.at)
        if self.terms is not None:
            for register, content in self._entries(request):
                imported(story, content, register)
            given(story, *(restrict(kind, restriction=f"r-{kind}") for kind in self.row.restricted))
        story.when(file(evidence=[bring(kind, n) for n, kind in enumerate(self._brought(), start=1)]))
        return _code_of_refusal(story.refusal), story

    def _entries(self, request: Mapping[str, Any]) -> list[tuple[Register, dict[str, Any]]]:
        """What stands in the registers: as the checks ask for it; where these facts fit none, as usual."""
        if self.row.in_register is None:
            return []
        try:
            found = example_entries(self.offer, request)
        except NoExample:
            found = example_entries(self.offer, self.example)
        return [(register, changed(content, self.row.in_register)) for register, content in found]

    def _brought(self) -> tuple[str, ...]:
        if self.row.brought is not None:
            return self.row.brought
        return self._evidence() if self.terms else ()

    def _warnings(self, story: Story) -> tuple[str, ...]:
        """Those that are expected; all that there are, where one is missing."""
        expected, said = self.row.warnings or (), tuple(story.now.all_warnings)
        return expected if {*expected} <= {*said} else said

    def _no_warnings(self, story: Story) -> tuple[str, ...]:
        """Those that are not expected; without those of them that there are."""
        return tuple(code for code in self.row.no_warnings or () if code not in story.now.all_warnings)

    def _obstacles(self, story: Story) -> tuple[str, ...]:
        return tuple(in_the_way(story))

    # --- answers of the terms alone ------------------------------------------------------------------------

    def _fee(self) -> str:
        return self._said(self.assessed(self.law.fee))

    def _entry_fee(self) -> str:
        return self._said(self.assessed(self.law.entry_fee)) if self.law.entry_fee else NOT_ASKED

    def assessed(self, fee: Fee) -> Assessment:
        """The fee by the values of the day that counts."""
        return assess(fee, self.facts(self.day_of_units(fee)), self.country)

    def _said(self, fee: Assessment) -> str:
        return f"{money(fee['amount'], self.country)}{', provisional' if fee['provisional'] else ''}"

    def _parts(self) -> dict[str, str]:
        fees = [self.law.fee, *([self.law.entry_fee] if self.law.entry_fee else [])]
        parts = {
            p["name"]: money(p["amount"], self.country) for fee in fees for p in self.assessed(fee)["parts"]
        }
        return {name: parts.get(name, NOT_ASKED) for name in self.row.parts or {}}

    def _limits(self) -> dict[str, str]:
        known = {limit.code: limit for limit in self.law.filing_limits}
        return {code: self._limit(known[code], text) for code, text in (self.row.limits or {}).items()}

    def _limit(self, limit: FilingLimit, expected: str) -> str:
        facts = self.facts()
        day = limits.day_in(self.request, limit.from_member)
        if day is None or not applies(limit.when, facts):
            return NOT_ASKED
        standing = limits.standing(limit, facts, self.at, self.country).replace("_", " ")
        if limit.term is not None:
            return self._last_day(compute(limit.term, day, self.country), expected, standing)
        last = before(limit.closes, day) if limit.closes else day
        first = f"from {before(limit.opens, day)} to " if limit.opens else ""
        return f"{first}{last}, {standing}"

    def _evidence(self) -> tuple[str, ...]:
        return tuple(each.kind for each in limits.requirements(self.law, self.facts()) if each.is_required)

    def _exempt(self) -> tuple[str, ...]:
        return tuple(each.code for each in limits.exempt(self.law, self.facts()))

    def _terms(self) -> str:
        return self.law.since.isoformat()

    def _legal_day(self) -> str:
        return self.day.isoformat()

    def _four_eyes(self) -> bool:
        return self.law.four_eyes.apply_to(self.facts())

    # --- days ---------------------------------------------------------------------------------------------

    def _last_day(self, deadline: Deadline, expected: str | None, standing: str = "") -> str:
        end = deadline["due"]
        if deadline["rule"].endswith(" minutes"):
            local = datetime.fromisoformat(deadline["until"]).astimezone(ZoneInfo(self.country.time_zone))
            end = f"{local:%Y-%m-%d %H:%M}"
        marks = [f"raw {deadline['raw']}"] if ", raw " in (expected or "") else []
        marks += [standing] if standing else []
        marks += [mark for mark in ("estimated", "provisional") if deadline[mark]]
        return ", ".join((end, *marks))

    def _from(self, term: Term | Choice[Term] | None, start: str | None, expected: str | None) -> str:
        if term is None:
            return NOT_ASKED
        at = self.at if start is None else moment(start, self.country)
        return self._last_day(compute(chosen(term, self.request), at, self.country), expected)

    def _decision(self) -> Deadline:
        term = chosen(self.law.times.decide, self.request)
        complete = moment(self.row.complete, self.country) if self.row.complete else self.at
        found = compute(term, complete, self.country)
        for question, answer in self.row.stops:
            asked, came = moment(question, self.country), moment(answer, self.country)
            found = answered(term, found, asked, came, self.country)
        return found

    def _due(self) -> str:
        return self._last_day(self._decision(), self.row.due)

    def _extended(self) -> str:
        if self.law.times.extend is None:
            return NOT_ASKED
        due = date.fromisoformat(self._decision()["due"])
        return self._last_day(compute(self.law.times.extend, due, self.country), self.row.extended)

    def _appeal(self) -> str:
        """From the service; where nobody was served, from the day on which the law takes the decision as read."""
        if self.row.served is None:
            presumed = date.fromisoformat(self._presumed()["due"])
            return self._last_day(compute(self.law.times.appeal, presumed, self.country), self.row.appeal)
        return self._from(self.law.times.appeal, self.row.served, self.row.appeal)

    def _presumed_served(self) -> str:
        return self._last_day(self._presumed(), self.row.presumed_served)

    def _presumed(self) -> Deadline:
        if self.row.decided is None:
            raise ValueError("please say when it was decided, or when it was served")
        return compute(self.law.times.served, moment(self.row.decided, self.country), self.country)

    def _pay_by(self) -> str:
        return self._from(self.law.times.pay, None, self.row.pay_by)

    def _consent_by(self) -> str:
        return self._from(self.law.times.consent, None, self.row.consent_by)

    def _last_days(self) -> dict[str, tuple[str, str]]:
        return {
            path: (start, self._of_term(term_named(self.offer, self.law, path), start, expected))
            for path, (start, expected) in (self.row.last_days or {}).items()
        }

    def _of_term(self, term: Term, start: str, expected: str) -> str:
        is_a_day = len(start) == len("2026-01-01")
        began = date.fromisoformat(start) if is_a_day else moment(start, self.country)
        return self._last_day(compute(term, began, self.country), expected)


def _code_of(wrong: ValidationError) -> str:
    """Of the first place that the form refuses: our code for it, or pydantic's."""
    first = wrong.errors(include_url=False, include_input=False)[0]
    raised = first.get("ctx", {}).get("error")
    return raised.code if isinstance(raised, WrongValue) else first["type"]


def _code_of_refusal(refusal: Refusal | None) -> str | None:
    if isinstance(refusal, Invalid) and refusal.errors:
        return refusal.errors[0].code
    return refusal.name if refusal else None
