"""Consents: each party that is asked says yes, no, or takes a yes back, over the request as it stands."""

from domain import events as e
from domain.authorisation import Rule
from domain.case import Case
from domain.commands import DeclineConsent, GiveConsent, RevokeConsent
from domain.decision import LEAD, Decision
from domain.decisions.ends import withdrawn
from domain.decisions.situation import Situation
from domain.refusals import Clash, Fault, Invalid, NotAllowed


def give(command: GiveConsent, situation: Situation) -> Decision:
    """The last consent completes the case, where it is paid."""
    rule, party = _asked(command, situation)
    if party in situation.case.consents:
        return situation.so_already(rule)
    situation.fits()
    given = e.ConsentGiven(party=party, of=command.of)
    return situation.by(rule, [(LEAD, given)])


def decline(command: DeclineConsent, situation: Situation) -> Decision:
    """One no ends the case."""
    rule, party = _asked(command, situation)
    ended = situation.case.decided
    if ended and ended["reason"] == "consent_declined" and ended["by"] == party:
        return situation.so_already(rule)
    situation.fits()
    declined = e.ConsentDeclined(party=party, of=command.of)
    return situation.by(rule, withdrawn(situation, "consent_declined", [(LEAD, declined)]))


def revoke(command: RevokeConsent, situation: Situation) -> Decision:
    """Until an approval is proposed (rules.md 16); then a new time to consent runs."""
    rule, party = _asked(command, situation)
    if party not in situation.case.consents:
        return situation.so_already(rule)
    situation.fits()
    if situation.case.proposal is not None:
        raise Clash("consent_stands")
    revoked = e.ConsentRevoked(
        party=party, of=command.of, consent_until=situation.until(situation.terms.times.consent)
    )
    return situation.by(rule, [(LEAD, revoked)])


def _asked(command: GiveConsent | DeclineConsent | RevokeConsent, situation: Situation) -> tuple[Rule, str]:
    """The rule and the party; refuses whoever is not asked, and an answer to an older request."""
    rule = situation.allowed()
    party = _as_whom(command, situation.case, rule.party)
    if command.of != situation.case.request_hash:
        raise Clash("consent_over_old_request")
    return Rule(rule.id, party=party), party


def _as_whom(command: GiveConsent | DeclineConsent | RevokeConsent, case: Case, me: str | None) -> str:
    """The party in whose name the caller answers; one human may be asked as several."""
    persons = case.persons
    mine = [p for p in case.consents_asked if me is not None and persons.get(p) == persons[me]]
    if not mine or command.party not in (None, *mine):
        raise NotAllowed("consent_not_asked")
    if command.party is None and len(mine) > 1:
        raise Invalid(Fault("/party", "party_missing", {"parties": tuple(mine)}))
    return command.party or mine[0]
