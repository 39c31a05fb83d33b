"""Notices: what the office of the hospitals tells of a birth, and what it tells otherwise; nothing is declared here."""

from domain import events as e
from domain.authorisation import Subject, or_raise, rule_or_refusal
from domain.authorities import notices_of
from domain.commands import RecordBirthNotice
from domain.decision import LEAD, Decision
from domain.decisions.situation import Situation
from domain.lifecycle import NOTIFY


def record(command: RecordBirthNotice, situation: Situation) -> Decision:
    """A fact. Told again it is answered again; what was made before the one that stands comes too late to count."""
    subject = Subject(country=command.country, day=situation.day, authority=command.authority)
    office = or_raise(rule_or_refusal(command.by, NOTIFY.action, subject)).office
    told = e.BirthNotified(kind=command.said["kind"], said=command.said, statement=command.statement)
    stands = situation.notice
    is_newer = stands is None or stands.said is None or command.said["made_at"] > stands.said["made_at"]
    return Decision(
        authority=notices_of(command.country),
        actor={"id": office.office_id, "role": office.role},
        events=[(LEAD, told)] if is_newer else [],
    )
