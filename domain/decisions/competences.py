"""Competences: granted, changed and ended by a personnel officer of the authority, or by whoever has the machine."""

from datetime import date

from domain import events as e
from domain.appointee import Appointee, Held, is_over
from domain.authorisation import Rule, Subject, rule_or_refusal
from domain.authorities import competence_of, roles_in
from domain.commands import SYSTEM, AppointeeCommand, EndCompetence, GrantCompetence
from domain.decision import LEAD, Decision, Events
from domain.decisions.situation import Situation
from domain.lifecycle import GRANT
from domain.offers import offers_of
from domain.refusals import Clash, Fault, Invalid, NotAllowed, Refusal, Unknown
from domain.roles import GRANTED_BY_PEOPLE, GRANTED_ON_THE_MACHINE


def grant(command: GrantCompetence, situation: Situation) -> Decision:
    """From today or later; the same role again, while it holds, changes its procedures and its last day.

    What was granted under the same id is what is meant, also once it has ended: then nothing follows.
    """
    rule = _allowed(command, situation, command.authority)
    _must_be_known(command, situation)
    if _is_own(command, situation, command.login):
        raise NotAllowed("own_competence")
    held = meant(command, situation.appointee, situation.day)
    if held is None:
        return _by(rule, situation, _granted(command, situation, rule))
    if is_over(held, situation.day.isoformat()):
        return _by(rule, situation)
    since = date.fromisoformat(held["since"])
    if command.since not in (None, since) or since > (command.since or situation.day):
        raise Invalid(Fault("/since", "held_since", {"since": since}))
    procedures, until = sorted(command.procedures), command.until.isoformat() if command.until else None
    if (procedures, until) == (held["procedures"], held["until"]):
        return _by(rule, situation)
    _must_end_in_time(command, since, situation)
    _must_end_before_the_next(command, held, situation)
    changed = e.CompetenceChanged(
        competence=held["competence"], procedures=procedures, until=until, rule=rule.id
    )
    return _by(rule, situation, changed)


def end(command: EndCompetence, situation: Situation) -> Decision:
    """At once, or with the day that is named: today at the earliest, as what was done before was done in office."""
    appointee = situation.appointee
    held = appointee.find(command.competence) if appointee else None
    if appointee is None or held is None:
        raise Unknown
    rule = _allowed(command, situation, appointee.authority)
    if command.by != SYSTEM and held["role"] in GRANTED_ON_THE_MACHINE:
        raise NotAllowed("granted_on_the_machine")
    if _is_own(command, situation, held["login"]):
        raise NotAllowed("own_competence")
    day, last_day = situation.day, command.last_day
    is_so_already = (
        is_over(held, day.isoformat()) if last_day is None else held["until"] == last_day.isoformat()
    )
    if is_so_already:
        return _by(rule, situation)
    if last_day is not None:
        _must_shorten(last_day, held, day)
    ended = e.CompetenceEnded(
        competence=held["competence"],
        until=(last_day or day).isoformat(),
        is_at_once=last_day is None,
        rule=rule.id,
    )
    return _by(rule, situation, ended)


def meant(command: GrantCompetence, appointee: Appointee | None, day: date) -> Held | None:
    """What this grant made, or changes: the same role for the same login, that holds on some of these days."""
    if appointee is None:
        return None
    if (found := appointee.find(command.competence)) is not None:
        return found
    first = max(command.since or day, day).isoformat()
    last = command.until.isoformat() if command.until else None
    for held in appointee.held:
        is_same = (held["role"], held["login"]) == (command.role, command.login)
        if is_same and not is_over(held, first) and (last is None or held["since"] <= last):
            return held
    return None


# --- who may ------------------------------------------------------------------------------------------------


def _allowed(command: AppointeeCommand, situation: Situation, authority: str) -> Rule:
    """Whoever has the machine, or a personnel officer of that very authority."""
    if command.by == SYSTEM:
        return Rule(f"{GRANT.action}:machine")
    subject = Subject(country=command.country, day=situation.day, authority=authority)
    found = rule_or_refusal(command.by, GRANT.action, subject)
    if isinstance(found, Refusal):
        raise found
    return found


def _is_own(command: AppointeeCommand, situation: Situation, login: e.LoginMember | None) -> bool:
    """Whether it is the competence of whoever asks: by their number, by their login, or by their id in the office."""
    by, appointee = command.by, situation.appointee
    if by == SYSTEM:
        return False
    mine = [c for c in by.competences if c.country == command.country]
    known = {by.persons.get(command.country), *(c.person for c in mine), *(c.office_id for c in mine)}
    named = command.person if isinstance(command, GrantCompetence) else None
    theirs = {appointee.person, appointee.office_id} if appointee else {named}
    is_same_login = login is not None and (login["issuer"], login["subject"]) == (by.issuer, by.subject)
    return is_same_login or not (theirs - {None}).isdisjoint(known)


# --- what is asked ------------------------------------------------------------------------------------------


def _must_be_known(command: GrantCompetence, situation: Situation) -> None:
    """Role and procedures: the role one that the law gives to this office, whoever grants it; raises Invalid."""
    known = GRANTED_BY_PEOPLE if command.by != SYSTEM else (*GRANTED_BY_PEOPLE, *GRANTED_ON_THE_MACHINE)
    if command.role not in known:
        if command.role in GRANTED_ON_THE_MACHINE:
            raise Invalid(Fault("/role", "role_of_the_machine"))
        raise Invalid(Fault("/role", "role_not_known", {"known": known}))
    of_office = roles_in(command.country).get(command.authority, frozenset())
    if command.role not in of_office:
        raise Invalid(
            Fault("/role", "role_not_of_office", {"known": tuple(sorted(of_office.intersection(known)))})
        )
    offered = tuple(sorted({offer.procedure.name for offer in offers_of(situation.country.code)}))
    wrong = [n for n, name in enumerate(command.procedures) if name not in offered]
    if wrong:
        listed = {"known": offered}
        raise Invalid(*(Fault(f"/procedures/{n}", "procedure_not_known", listed) for n in wrong))


def _granted(command: GrantCompetence, situation: Situation, rule: Rule) -> e.CompetenceGranted:
    since, appointee = command.since or situation.day, situation.appointee
    if since < situation.day and command.by != SYSTEM:
        raise Invalid(Fault("/since", "day_past", {"today": situation.day}))
    _must_end_in_time(command, since, situation)
    return e.CompetenceGranted(
        competence=command.competence,
        authority=command.authority,
        office_id=appointee.office_id if appointee else command.office_id,
        role=command.role,
        procedures=sorted(command.procedures),
        since=since.isoformat(),
        until=command.until.isoformat() if command.until else None,
        rule=rule.id,
        person=command.person,
        login=command.login,
    )


def _must_end_in_time(command: GrantCompetence, since: date, situation: Situation) -> None:
    if command.until is None:
        return
    if command.until < since:
        raise Invalid(Fault("/until", "ends_before_first_day", {"since": since}))
    if command.until < situation.day:
        raise Invalid(Fault("/until", "day_past", {"today": situation.day}))


def _must_end_before_the_next(command: GrantCompetence, held: Held, situation: Situation) -> None:
    """Nobody holds one role twice on a day: what is prolonged ends before what was granted for later."""
    appointee, last = situation.appointee, command.until.isoformat() if command.until else "9999-12-31"
    for other in appointee.held if appointee else ():
        is_same = (other["role"], other["login"]) == (held["role"], held["login"])
        if is_same and other["ended_at"] is None and held["since"] < other["since"] <= last:
            raise Invalid(Fault("/until", "held_again", {"since": date.fromisoformat(other["since"])}))


def _must_shorten(last_day: date, held: Held, day: date) -> None:
    if is_over(held, day.isoformat()):
        raise Clash("competence_over")
    if last_day < day:
        raise Invalid(Fault("/last_day", "day_past", {"today": day}))
    since = date.fromisoformat(held["since"])
    if last_day < since:
        raise Invalid(Fault("/last_day", "ends_before_first_day", {"since": since}))
    if held["until"] is not None and held["until"] < last_day.isoformat():
        until = date.fromisoformat(held["until"])
        raise Invalid(Fault("/last_day", "ends_sooner", {"until": until}))


# --- what follows -------------------------------------------------------------------------------------------


def _by(rule: Rule, situation: Situation, *events: e.CompetenceEvent) -> Decision:
    said: Events = [(LEAD, event) for event in events]
    return situation.by(rule, said, authority=competence_of(situation.country.code))
