"""A grant as it is asked of a desk: in whose stream it will stand, and under which ids; it decides nothing."""

from typing import Any

from domain.commands import SYSTEM, Actor, Competence, GrantCompetence
from domain.events import LoginMember
from infra.desk.desk import Desk, new_cause
from infra.formats.ids import Ids
from infra.runtime.chance import random_id


def grant(  # noqa: PLR0913 - who, for whom, as whom
    desk: Desk,
    by: Actor,
    authority: str,
    *,
    person: str | None,
    login: LoginMember | None,
    sent_under: str | None = None,
    **more: Any,
) -> GrantCompetence:
    """The command; one of ``person`` (their keyed id) and ``login`` at least. ``more``: role, procedures, days.

    ``sent_under``: the caller's Idempotency-Key, by which a repeat names the same competence.
    """
    ids = desk.keyring.ids
    appointee = appointee_of(ids, authority, person, login)
    caller = (by.issuer, by.client, by.subject)
    return GrantCompetence(
        by=by,
        cause=new_cause(),
        country=desk.country,
        appointee=appointee,
        authority=authority,
        competence=ids.competence(appointee, *caller, sent_under) if sent_under else random_id(),
        office_id=random_id(),
        person=person,
        login=login,
        **more,
    )


def by_law(desk: Desk, competence: Competence) -> GrantCompetence:
    """What somebody of a development house holds, as the law names such an office: the same each time."""
    ids, person = desk.keyring.ids, competence.person
    appointee = appointee_of(ids, competence.authority, person, None)
    return GrantCompetence(
        by=SYSTEM,
        cause=new_cause(),
        country=desk.country,
        appointee=appointee,
        authority=competence.authority,
        competence=ids.competence_by_law(appointee, competence.role),
        office_id=random_id(),
        role=competence.role,
        procedures=competence.procedures,
        since=competence.since,
        until=competence.until,
        person=person,
    )


def appointee_of(ids: Ids, authority: str, person: str | None, login: LoginMember | None) -> str:
    """The stream of somebody within an authority: of the human where that is known, else of the login."""
    if person is not None:
        return ids.appointee(authority, person)
    if login is None:
        raise ValueError("somebody is named by their number or by their login")
    return ids.appointee_login(authority, login["issuer"], login["subject"])
