"""In whose name a party's command is: by the party itself, by who acts for it, or by an officer at the counter."""

from collections.abc import Collection, Iterable, Sequence

from domain.authorisation import Rule, Subject, or_raise, rule_or_refusal, subject_of_filing
from domain.commands import FileCase, PartyCommand
from domain.decisions.situation import Situation
from domain.lifecycle import COUNTER, DECLARE
from domain.parties import FIRST_PARTY, Capacity
from domain.refusals import Fault, Invalid, NotAllowed, Unknown
from domain.representation import capacities_today


def capacities_for(
    command: PartyCommand, known: Sequence[Capacity], asked: Collection[str]
) -> list[Capacity]:
    """In which of their ``known`` capacities the caller may do this, for those of the parties that are asked; as what
    they claim, where they do. Claiming nothing, by a mandate only where nothing else lets them. Raises Invalid where
    they act for none of them in that way.
    """
    said = command.acting
    if said is None:
        mine = [each for each in known if each.party in asked]
        return _one_for_each([each for each in mine if each.further is None] or mine)
    if command.is_at_counter:
        return [Capacity(party, "counter") for party in asked]
    mine = [c for c in known if c.party in asked and c.as_ == said.as_]
    if said.mandate is not None:
        mine = [c for c in mine if c.proof == said.mandate]
        if not mine:
            raise Invalid(Fault("/acting/mandate", "mandate_does_not_hold"))
    if not mine:
        raise Invalid(Fault("/acting/as", "not_acting"))
    return _one_for_each(mine)


def _one_for_each(capacities: Iterable[Capacity]) -> list[Capacity]:
    """Of several for one party, the first: what the request and the register say stands before a mandate."""
    found: dict[str, Capacity] = {}
    for capacity in capacities:
        found.setdefault(capacity.party, capacity)
    return list(found.values())


def as_whom(command: PartyCommand, rule: Rule, parties: Collection[str]) -> Capacity | None:
    """In which capacity the caller does this, for one of these parties; the command says for which, where one human is
    several of them, or acts for several. None: for none of them.
    """
    named = getattr(command, "party", None)
    mine = capacities_for(command, rule.capacities, [p for p in parties if named in (None, p)])
    if len(mine) > 1:
        raise Invalid(Fault("/party", "party_missing", {"parties": tuple(each.party for each in mine)}))
    return mine[0] if mine else None


def as_a_party(command: PartyCommand, rule: Rule, parties: Collection[str]) -> Capacity:
    """The same, where every party may do it."""
    mine = as_whom(command, rule, parties)
    if mine is None:
        raise NotAllowed("not_as_that_party")
    return mine


def for_applicant(command: PartyCommand, situation: Situation) -> Rule:
    """The rule by which this is done in the applicant's name."""
    rule = situation.must_be_allowed()
    return rule.of(capacities_for(command, rule.capacities, (FIRST_PARTY,))[0])


def for_who_files(command: FileCase, situation: Situation) -> Rule | None:
    """The rule by which the request is filed; None: for somebody else, and nothing says that they may."""
    if command.is_at_counter:
        subject = subject_of_filing(command, situation.terms.authority, situation.day, situation.found)
        found = rule_or_refusal(command.by, COUNTER.action, subject)
        if isinstance(found, Unknown):
            raise NotAllowed("not_at_the_counter")
        return or_raise(found).of(Capacity(FIRST_PARTY, "counter"))
    if command.notice is not None:
        return _of_hospitals(command, situation)
    me, people = command.by.persons.get(command.country), situation.people
    mine = capacities_today(me, people.persons, people.representatives, situation.found, people.places)
    own = capacities_for(command, mine, (FIRST_PARTY,))
    return Rule("case.file:applicant", capacities=mine, person=me).of(own[0]) if own else None


def _of_hospitals(command: FileCase, situation: Situation) -> Rule:
    """The rule by which the office of the hospitals files what the parents declared there; raises Unknown where the law
    has it do no such thing, or the notice as it stands now does not say what is filed.
    """
    notices, notified, notice = situation.terms.notices, situation.offer.procedure.notified, situation.notice
    is_lawful = notices is not None and notices.declares and notified is not None
    if not is_lawful or notice is None or notice.notice != command.notice or notice.said is None:
        raise Unknown
    is_declared = notified is not None and notified.declared(notice.said) is not None
    if notified is None or not is_declared or notified.differs(command.request, notice.said):
        raise Unknown
    office = notices.authority if notices else None
    subject = Subject(country=command.country, day=situation.day, authority=office)
    rule = or_raise(rule_or_refusal(command.by, DECLARE.action, subject))
    return rule._replace(party=FIRST_PARTY, proof=command.notice)
