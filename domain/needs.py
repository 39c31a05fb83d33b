"""What a decision needs beside what its command is asked of: the claims and entries that its row names, and what says
who acts for whom. It is loaded by its keys, and looking at another one is a fault.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from domain import commands as c
from domain.about import About, offer_of
from domain.case import Case
from domain.claim import Claim
from domain.entry import Entry, all_contents
from domain.lifecycle import CONSENT, STEPS, Step
from domain.lookup_keys import IdOf, Key, case_key, written_key
from domain.mandate import Mandate
from domain.parentage import birth_claim_of
from domain.parties import FIRST_PARTY, InEntry, Participants, People, in_entry
from domain.persons import is_company
from domain.procedures import registers
from domain.registers.companies import company_key
from domain.representation import children_in, companies_in, mandates_of, people_of
from domain.roles import APPLICANT


def needed(command: c.Command, about: About | None, state: Any) -> tuple[Key, ...]:
    """What the decision on this command has to see, given what it is about and the state of what it is asked of: each
    claim and entry, and what says who acts for whom, once.
    """
    step = STEPS[type(command)]
    if isinstance(command, c.MandateCommand):
        return _company_of(command, state)
    if about is None:
        return _seen(step, about, state)
    return tuple(dict.fromkeys((*_seen(step, about, state), *beside(command, about))))


def _seen(step: Step, about: About | None, state: Any) -> tuple[Key, ...]:
    """What the row names."""
    is_looked_at = step.sees and about and (not isinstance(state, Case) or step.sees_when(state))
    keys = [key for see in step.sees for key in see(about)] if about and is_looked_at else []
    if step.sees_written and isinstance(state, Case):
        keys += [written_key(each["entry"]) for each in state.entries]
    return tuple(keys)


def further(command: c.Command, state: Any, beside: Mapping[Key, Any], id_of: IdOf) -> tuple[Key, ...]:
    """What the decision has to see beside that, which only what is loaded tells (``beside``); to be asked again with
    what it named, until nothing is missing.

    The claims that belong to entries, as they read (the state itself, too) and as they are to read; of what an office
    does with entries also the open cases that are about them, and what says who is bound to somebody in either
    (``bound_to``). Of what takes claims over, the quotas whose slots go with them.
    """
    return tuple(key for key in dict.fromkeys(_further(command, state, beside, id_of)) if key not in beside)


def _further(command: c.Command, state: Any, beside: Mapping[Key, Any], id_of: IdOf) -> tuple[Key, ...]:
    seen, going_over = beside.values(), tuple[Key, ...]()
    if isinstance(command, c.FileCase | c.AmendRequest | c.RecordPayment | c.DecideAppeal):
        going_over = tuple(key for each in seen if isinstance(each, Claim) for key in each.slots)
    minds_people = does_mind_people(command)
    if not STEPS[type(command)].sees_claims and not minds_people:
        return going_over
    entries = [each for each in (state, *seen) if isinstance(each, Entry)]
    bound: tuple[Key, ...] = ()
    if minds_people and state is not None:
        touched = touched_by(command, state, entries)
        claimed = claims_on(state, touched)
        cases = held_by((beside[key] for key in claimed if key in beside), state)
        people = named_by(command, touched, [beside[key] for key in cases if key in beside], id_of)
        bound = (*claimed, *cases, *bound_to(command, state.country, people))
    if isinstance(command, c.PlaceRestriction | c.LiftRestriction):
        return bound
    found = [(entry.register, entry.content) for entry in entries]
    if isinstance(command, c.AmendmentCommand):
        said = command.content if isinstance(command, c.CorrectEntry | c.ProposeCorrection) else None
        proposed = (each.proposal["content"] for each in entries if each.proposal)
        found += [(command.register, content) for content in (said, *proposed) if content]
    claims = (key for register, content in found for key in registers()[register].claims_of(content))
    return (*going_over, *claims, *bound)


def does_mind_people(command: c.Command) -> bool:
    """Whether it is an office's act on an entry, or on all that a case wrote, which nobody does who is bound to
    somebody in it, or in an open case about it.
    """
    may = STEPS[type(command)].may
    is_of_entry = isinstance(command, c.EntryCommand) and may is not None and may.minds_kin
    return is_of_entry or isinstance(command, c.AnnulResult | c.DecideAppeal)


def touched_by(command: c.Command, state: Any, entries: Iterable[Entry]) -> list[Entry]:
    """Those of these entries with which this act of an office has to do: the one that it names; where it takes back
    what a case wrote, or may, all of that.
    """
    of_case = {each["entry"] for each in state.entries} if isinstance(state, Case) else set[str]()
    named = {command.entry} if isinstance(command, c.EntryCommand) else of_case
    if isinstance(command, c.AnnulEntry):
        named = named | of_case
    return list({each.entry: each for each in entries if each.entry in named}.values())


def claims_on(state: Any, touched: Iterable[Entry]) -> tuple[Key, ...]:
    """What whoever asks for something of these entries claims, and what the case did of which it is asked."""
    mine: tuple[Key, ...] = ()
    if isinstance(state, Case) and not state.erased:
        mine = offer_of(state).procedure.claims_of(state.request, is_by_notice=state.is_by_notice)
    return (*mine, *(key for each in touched for key in registers()[each.register].claims_on(each.content)))


def held_by(claims: Iterable[Claim], state: Any) -> tuple[Key, ...]:
    """The cases that hold these claims, but for the one of which it is asked."""
    me = state.case if isinstance(state, Case) else None
    holders = (each.holder for each in claims if not each.is_settled)
    return tuple(dict.fromkeys(case_key(holder) for holder in holders if holder not in (None, me)))


def named_by(
    command: c.Command, entries: Iterable[Entry], cases: Iterable[Case | None], id_of: IdOf
) -> InEntry:
    """Whom the entries name, and open cases about them; where what was written may change also whom they named before
    the newest change, or are to name.
    """
    if isinstance(command, c.PlaceRestriction | c.LiftRestriction):
        contents = [entry.content for entry in entries]
    else:
        contents = [content for entry in entries for content in all_contents(entry)]
    if isinstance(command, c.CorrectEntry | c.ProposeCorrection):
        contents.append(command.content or {})
    return in_entry((*contents, *(case.request for case in cases if case)), id_of)


def bound_to(command: c.Command, country: str, people: InEntry) -> tuple[Key, ...]:
    """What says whether whoever asks heads one of these companies, has a mandate of somebody, or is kin of them."""
    asking = humans_of(command, country)
    return _bound(country, people, asking, asking)


def beside(command: c.Command, about: About) -> tuple[Key, ...]:
    """What ``_beside`` says, worked out once: it is loaded by, and looked at again by the decision."""
    return about.beside(command, _beside)


def _beside(command: c.Command, about: About) -> tuple[Key, ...]:
    """The entries, the mandates and what leads to births, which say for whom the caller acts and whether an officer is
    bound to a party, or kin of one.

    Of whoever acts as the party that they are, or as whom the request names, and says nothing else, no births but of
    children for whom the request names a parent; of who files so no mandates either.
    """
    step = STEPS[type(command)]
    is_judged = step.is_judgement or (step.may is not None and step.may.bars_who_took_part)
    if not is_judged and not isinstance(command, c.PartyCommand):
        return ()
    country, people = about.offer.country, about.people
    is_named = (
        isinstance(command, c.PartyCommand) and command.acting is None and _is_named(command, country, people)
    )
    asking = () if is_named and isinstance(command, c.FileCase) else humans_of(command, country)
    if is_named:
        companies = [key for _, key in companies_in(country, people)]
        mandates = [key for _, _, key in mandates_of(people, asking)]
        children = children_in(people)
        humans = people_of(people) if children else {}
        births = [birth_claim_of(humans[party]) for party in children if party in humans]
        return (*companies, *mandates, *births)
    judges = asking if is_judged else ()
    return _bound(country, people, asking, judges)


def _bound(country: str, people: People, asking: Iterable[str], judges: Iterable[str]) -> tuple[Key, ...]:
    """The companies, the mandates that those who ask may have, and the births, also of those who judge."""
    companies = [key for _, key in companies_in(country, people)]
    mandates = [key for _, _, key in mandates_of(people, tuple(asking))]
    births = [birth_claim_of(person) for person in (*people_of(people).values(), *judges)]
    return (*companies, *mandates, *births)


def _is_named(command: c.PartyCommand, country: str, people: Participants) -> bool:
    """Whether the request names the caller as a party who may do this, or as who acts for one: where only the applicant
    may, as the applicant; where others are asked for consent, as another.
    """
    me, may = command.by.persons.get(country), STEPS[type(command)].may
    if me is None:
        return False
    first = people.representatives.get(FIRST_PARTY)
    is_first = me == people.persons.get(FIRST_PARTY) or (first is not None and first["person"] == me)
    if may is None or may.roles == (APPLICANT,):
        return is_first
    others = (person == me for party, person in people.persons.items() if party != FIRST_PARTY)
    acted = (one["person"] == me for party, one in people.representatives.items() if party != FIRST_PARTY)
    return (is_first and may is not CONSENT) or any(others) or any(acted)


def humans_of(command: c.Command, country: str) -> tuple[str, ...]:
    """All keyed ids of who asks, as a person and as an officer, and of the officer to whom a case is given."""
    given = command.officer if isinstance(command, c.AssignCase) else None
    offices = (
        office.person for office in (*command.by.competences, given) if office and office.country == country
    )
    return tuple(dict.fromkeys(human for human in (command.by.persons.get(country), *offices) if human))


def _company_of(command: c.MandateCommand, mandate: Mandate | None) -> tuple[Key, ...]:
    """The company in whose name a mandate is given or ended."""
    principal = command.principal if isinstance(command, c.GiveMandate) else mandate and mandate.principal
    return (company_key(principal["number"]),) if is_company(principal) else ()
