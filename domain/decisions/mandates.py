"""Mandates: who lets whom act for them, and the end of it; what may be done by one is said where it is done."""

from collections.abc import Sequence
from datetime import date

from domain import events as e
from domain.authorities import mandates_of
from domain.commands import EndMandate, GiveMandate
from domain.countries import countries
from domain.decision import LEAD, Decision
from domain.decisions.situation import Situation
from domain.mandate import LONGEST_YEARS, Mandate
from domain.offers import offers_of
from domain.persons import is_company
from domain.refusals import Clash, Fault, Invalid, NotAllowed, Stale, Unknown

PRINCIPAL, REPRESENTATIVE = "p1", "p2"  # in the events of a mandate, as parties are in those of a case


def give(command: GiveMandate, situation: Situation) -> Decision:
    """A mandate holds from its first to its last day; between two people there is one at a time."""
    acting = _in_whose_name(command, situation)
    stands = situation.mandate
    is_live = stands is not None and stands.is_live(situation.day)
    if stands is not None and is_live and _is_the_same(command, stands):
        return _by(situation, "principal", acting, [])
    since = _first_day(command, situation.day)
    if is_live:
        raise Clash("mandate_exists")
    _must_be_usable(command)
    given = e.MandateGiven(
        acts_as="clerk" if is_company(command.principal) else "mandate",
        procedures=list(command.procedures),
        further=list(command.further),
        since=since.isoformat(),
        until=command.until.isoformat(),
        principal=command.principal,
        principal_person=command.principal_person,
        representative=command.representative,
        representative_person=command.representative_person,
        acting=acting,
    )
    return _by(situation, "principal", acting, [given])


def end(command: EndMandate, situation: Situation) -> Decision:
    """From the next act on it holds no more; what is over already is over, and nothing follows. Who saw the one before
    does not end the next one.
    """
    mandate = situation.mandate
    me = command.by.persons.get(command.country)
    if mandate is None or me is None:
        raise Unknown
    if me == mandate.representative_person:
        role, acting = "representative", None
    else:
        role, acting = "principal", _by_the_principal(mandate, me, situation)
    is_live = mandate.is_live(situation.day)
    if is_live and command.expected != mandate.version:
        raise Stale(mandate.version)
    return _by(situation, role, acting, [e.MandateEnded(acting=acting)] if is_live else [])


def _in_whose_name(command: GiveMandate, situation: Situation) -> e.RepresentativeMember | None:
    """The head who gives it for a company; None: whoever asks gives it for themselves. Raises Invalid."""
    me = command.by.persons.get(command.country)
    if me is None:
        raise NotAllowed("mandates_by_people")
    if not is_company(command.principal):
        if me != command.principal_person:
            raise Invalid(Fault("/principal/personal_number", "principal_is_another"))
        return None
    heads = situation.heads(command.principal["number"])
    is_of_this_country = command.principal["country"] == command.country
    if heads is None or me not in heads.alone or not is_of_this_country:
        raise Invalid(Fault("/principal/number", "principal_has_another_head"))
    if heads.is_struck_off:
        raise Clash("company_struck_off")
    return {"person": me, "paper": None, "proof": heads.entry}


def _by_the_principal(mandate: Mandate, me: str, situation: Situation) -> e.RepresentativeMember | None:
    """The head who ends it for a company, None: the principal does; raises Unknown for whoever is neither."""
    if me == mandate.principal_person:
        return None
    heads = situation.heads(mandate.principal["number"]) if is_company(mandate.principal) else None
    if heads is None or me not in heads.alone:
        raise Unknown
    return {"person": me, "paper": None, "proof": heads.entry}


def _first_day(command: GiveMandate, today: date) -> date:
    """The first day; raises Invalid where the days are none that a mandate may have."""
    since = command.since or today
    if since < today:
        raise Invalid(Fault("/since", "day_is_over"))
    if command.until < today:
        raise Invalid(Fault("/until", "day_is_over"))
    if command.until < since:
        raise Invalid(Fault("/until", "ends_before_it_begins"))
    if command.until > _years_after(since, LONGEST_YEARS):
        raise Invalid(Fault("/until", "mandate_too_long", {"years": LONGEST_YEARS}))
    return since


def _years_after(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # the 29th of February
        return day.replace(year=day.year + years, day=28)


def _must_be_usable(command: GiveMandate) -> None:
    """Somebody else is named, who can sign in, and procedures that are there."""
    number = command.representative["personal_number"]
    if number is None or number["country"] not in countries():
        raise Invalid(Fault("/representative/personal_number", "cannot_sign_in"))
    if command.representative_person in (command.principal_person, command.by.persons.get(command.country)):
        raise Invalid(Fault("/representative", "mandate_to_oneself"))
    offered = {offer.procedure.name for offer in offers_of(command.country)}
    for n, name in enumerate(command.procedures):
        if name not in offered:
            raise Invalid(Fault(f"/procedures/{n}", "unknown_procedure", {"known": tuple(sorted(offered))}))


def _is_the_same(command: GiveMandate, stands: Mandate) -> bool:
    """Whether the mandate that stands says what is asked for: then it was given by this before (rules.md 21)."""
    asked = (command.procedures, command.further, command.until.isoformat())
    people = (command.principal, command.representative)
    since = command.since is None or command.since.isoformat() == stands.since
    given = (tuple(stands.procedures), tuple(stands.further), stands.until)
    return since and asked == given and people == (stands.principal, stands.representative)


def _by(
    situation: Situation, role: str, acting: e.RepresentativeMember | None, events: Sequence[e.Event]
) -> Decision:
    """These events, signed by the keeper of mandates, in the name of the one who gives or ends."""
    party = PRINCIPAL if role == "principal" else REPRESENTATIVE
    actor: e.ActorMember = {"id": party, "role": role}
    if acting is not None:
        actor = {"id": "a1", "role": role, "for": {"party": party, "as": "head"}}
    keeper = mandates_of(situation.country.code)
    return Decision(authority=keeper, actor=actor, events=[(LEAD, event) for event in events])
