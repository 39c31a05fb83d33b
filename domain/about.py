"""What a command is about: what is filed, or was, by the law of that day; and which claims and entries that names."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Final

from domain import commands as c
from domain.case import BEFORE_DECISION, Case
from domain.checks import Check
from domain.countries import country_of, legal_day
from domain.facts import Facts, Request
from domain.limits import facts_of
from domain.lookup_keys import Key
from domain.offers import offer
from domain.once import once
from domain.parties import Participants
from domain.procedure import Offer
from domain.register import Effect, End
from domain.terms import Numbering, Terms, number_series, slots


class About:
    """What is filed, or was: the law of that day, and the request.

    What the law makes of it is asked several times on the way to a decision, and worked out once for each day.
    """

    def __init__(  # noqa: PLR0913 - what a request stands on
        self,
        offer: Offer,
        terms: Terms,
        request: Request,
        filed_at: datetime,
        at: datetime,
        *,
        former: "About | None" = None,
        is_by_notice: bool = False,
    ) -> None:
        """``at``: the moment of the decision; ``former``: what it was about, where the request is restated;
        ``is_by_notice``: the office of the hospitals filed it.
        """
        self.offer = offer
        self.terms = terms
        self.request = request
        self.former = former
        self.is_by_notice = is_by_notice
        self.filed_at = filed_at
        self.at = at
        self.people = Participants(offer.procedure, request)
        self._filed_on = legal_day(filed_at, country_of(offer.country))
        self._beside: tuple[c.Command, tuple[Key, ...]] | None = None
        self._facts: dict[date, Facts] = {}
        self._effects: dict[date, tuple[Effect, ...]] = {}

    def beside(
        self, command: c.Command, found: Callable[[c.Command, "About"], tuple[Key, ...]]
    ) -> tuple[Key, ...]:
        """What ``found`` says of this command, worked out once (see ``needs.beside``)."""
        if self._beside is None or self._beside[0] is not command:
            self._beside = command, found(command, self)
        return self._beside[1]

    def is_as_of(self, at: datetime) -> bool:
        """Whether what is filed would be the same at that later moment: on the same legal day, where the law counts
        no time to file in minutes.
        """
        in_minutes = any(limit.term and limit.term.unit == "minutes" for limit in self.terms.filing_limits)
        return not in_minutes and legal_day(at, country_of(self.offer.country)) == self._filed_on

    def facts(self, day: date | None = None) -> Facts:
        """What the terms look at: the request, and the day of the filing, or the one that counts instead."""
        day = day or self._filed_on
        if day not in self._facts:
            country = country_of(self.offer.country)
            self._facts[day] = facts_of(self.terms, self.request, self.filed_at, country, day)
        return self._facts[day]

    @once
    def claims(self) -> tuple[Key, ...]:
        """What the request claims."""
        return self.offer.procedure.claims_of(self.request, is_by_notice=self.is_by_notice)

    @once
    def notice(self) -> Key | None:
        """The notice that the request names, where the law has somebody tell; None: nothing is looked for."""
        notified = self.offer.procedure.notified if self.terms.notices else None
        return notified.key(self.request) if notified else None

    @once
    def checks(self) -> tuple[tuple[Check, Mapping[str, Key]], ...]:
        """What is held against registers, and the entries that each looks at: also that which the request is about."""
        checks = (*self.offer.procedure.checks, *self.terms.checks)
        looks = {check.sees: check.sees(self.request) for check in checks}  # most look at the same
        return tuple([(check, looks[check.sees]) for check in checks])

    def effects(self, day: date | None = None) -> tuple[Effect, ...]:
        """What an approval does, seen on the day of the filing or on another one."""
        day = day or self._filed_on
        if day not in self._effects:
            self._effects[day] = self.offer.procedure.effects(self.facts(day))
        return self._effects[day]


def about_of(command: c.Command, at: datetime, state: Any) -> About | None:
    """What is filed at that moment, or was; None where nothing can be found by it: not offered, not there, erased."""
    if isinstance(command, c.FileCase):
        found = offer(command.country, command.procedure)
        terms = found.on(legal_day(at, country_of(found.country))) if found else None
        if found is None or terms is None:
            return None
        return About(found, terms, command.request, at, at, is_by_notice=command.notice is not None)
    about = about_of_case(state, at) if isinstance(state, Case) else None
    if about is None or not isinstance(command, c.AmendRequest):
        return about
    return About(
        about.offer,
        about.terms,
        command.request,
        about.filed_at,
        at,
        former=about,
        is_by_notice=about.is_by_notice,
    )


def about_of_case(case: Case, at: datetime) -> About | None:
    """What was filed, seen at that moment; None where people are erased."""
    if case.erased:
        return None
    found = offer_of(case)
    filed_at = datetime.fromisoformat(case.filed_at)
    terms = found.since(case.terms)
    return About(found, terms, case.request, filed_at, at, is_by_notice=case.is_by_notice)


def about_while_open(case: Case, at: datetime) -> About | None:
    """The same as long as nothing of it is written, and may be; else None."""
    is_open = case.stage in BEFORE_DECISION or case.waits_for_entries
    return about_of_case(case, at) if is_open else None


def asks_four_eyes(case: Case) -> bool:
    """Whether two persons decide this case, by its law."""
    terms = offer_of(case).since(case.terms)
    about = about_of_case(case, datetime.fromisoformat(case.filed_at)) if terms.four_eyes.when else None
    return terms.four_eyes.are_asked if about is None else terms.four_eyes.apply_to(about.facts())


def offer_of(case: Case) -> Offer:
    """The country's law on the procedure; LookupError when it is gone: a fault of the deployment."""
    found = offer(case.country, case.procedure)
    if found is None:
        raise LookupError(f"the law of {case.country} on {case.procedure} is not here any more")
    return found


# --- what it names --------------------------------------------------------------------------------------------

Sees = Callable[[About], tuple[Key, ...]]


def _claims(about: About) -> tuple[Key, ...]:
    return about.claims


def _notice(about: About) -> tuple[Key, ...]:
    return (about.notice,) if about.notice else ()


def _slots(about: About) -> tuple[Key, ...]:
    return tuple(slots(about.terms, about.facts())) if about.terms.quotas else ()


def former_claims(about: About) -> tuple[Key, ...]:
    """What the request claimed before it was restated."""
    return (*_claims(about.former), *_slots(about.former)) if about.former else ()


def _entries(about: About) -> tuple[Key, ...]:
    return tuple(effect.key for effect in about.effects())


def _of_entries(about: About) -> tuple[Key, ...]:
    return tuple(key for effect in about.effects() for key in (effect.key, *effect.settles, *effect.frees))


def _settled(about: About) -> tuple[Key, ...]:
    return tuple(key for effect in about.effects() for key in (*effect.settles, *effect.frees))


def _checked(about: About) -> tuple[Key, ...]:
    return tuple([key for _, seen in about.checks for key in seen.values()])


def _series(about: About) -> tuple[Key, ...]:
    """Where the house counts its numbers: by the day on which it gives them, which no request tells."""
    numbers = about.terms.numbers
    if not any(isinstance(numbering, Numbering) for numbering in numbers.values()):
        return ()
    day = legal_day(about.at, country_of(about.offer.country))
    return tuple(
        number_series(numbering, effect.register.name, day)
        for effect in about.effects()
        if not isinstance(effect, End)
        and isinstance(numbering := numbers.get(effect.register.name), Numbering)
    )


CLAIMS: Final = (_claims, _slots)
CLAIMS_AND_CHECKED: Final = (_claims, _slots, _checked)
TO_FILE: Final = (_claims, _slots, _entries, _checked, _notice)
RESULT: Final = (_settled, _slots)
ALL_THAT_CHANGES: Final = (_claims, _slots, _of_entries, _checked, _series)


def entries_named(case: Case, at: datetime) -> tuple[Key, ...]:
    """The entries that the case writes or looks at, by their keys; none where it is erased."""
    about = about_of_case(case, at)
    return (*_entries(about), *_checked(about)) if about else ()
