"""Consents: each party that is asked says yes, no, or takes a yes back, over the request as it stands.

That the last one completes the case is not said here: the event itself moves it into review (``case_fold.evolve``), and
``Situation.by`` starts the authority's time.
"""

from collections.abc import Collection

from domain import events as e
from domain.authorisation import Rule
from domain.case import Stage
from domain.commands import DeclineConsent, GiveConsent, RevokeConsent
from domain.decision import LEAD, Decision
from domain.decisions.acting import as_whom
from domain.decisions.ends import withdrawn
from domain.decisions.situation import Situation
from domain.decisions.times import must_be_in_time, must_not_have_run_out
from domain.lifecycle import may_decline
from domain.refusals import Clash, NotAllowed


def give(command: GiveConsent, situation: Situation) -> Decision:
    """The last consent completes the case, where it is paid."""
    rule, party = _rule_and_party(command, situation)
    if party in situation.case.consents:
        return situation.so_already(rule)
    situation.must_fit()
    must_be_in_time(situation.case.consent_until, situation)
    given = e.ConsentGiven(party=party, of=command.of, acting=situation.representative(rule))
    return situation.by(rule, [(LEAD, given)])


def decline(command: DeclineConsent, situation: Situation) -> Decision:
    """One no ends the case; also where the time to say yes is over, and it would end by itself. Who may stop it says no
    unasked, until it is decided.
    """
    rule, party = _rule_and_party(command, situation)
    ended = situation.case.decided
    if ended and ended["reason"] == "consent_declined" and ended["by"] == party:
        return situation.so_already(rule)
    situation.must_fit()
    acting = situation.representative(rule)
    declined = e.ConsentDeclined(party=party, of=command.of, acting=acting)
    return situation.by(rule, withdrawn(situation, "consent_declined", acting, [(LEAD, declined)]))


def revoke(command: RevokeConsent, situation: Situation) -> Decision:
    """Until an approval is proposed (rules.md 16); then a new time to consent runs."""
    rule, party = _rule_and_party(command, situation)
    if party not in situation.case.consents:
        return situation.so_already(rule)
    if situation.case.proposal is not None and situation.case.stage == Stage.IN_REVIEW:
        raise Clash("consent_stands")
    situation.must_fit()
    must_not_have_run_out(situation)
    revoked = e.ConsentRevoked(
        party=party,
        of=command.of,
        consent_until=situation.until(situation.terms.times.consent),
        acting=situation.representative(rule),
    )
    return situation.by(rule, [(LEAD, revoked)])


def _rule_and_party(
    command: GiveConsent | DeclineConsent | RevokeConsent, situation: Situation
) -> tuple[Rule, str]:
    """The rule and the party; refuses whoever is not asked, and an answer to an older request."""
    rule = situation.must_be_allowed()
    asked: Collection[str] = situation.case.consents_asked
    if isinstance(command, DeclineConsent):
        asked = tuple(dict.fromkeys((*asked, *may_decline(situation.case))))
    mine = as_whom(command, rule, asked)
    if mine is None:
        raise NotAllowed("consent_not_asked")
    if command.of != situation.case.request_hash:
        raise Clash("consent_over_old_request")
    return rule.of(mine), mine.party
