"""Somebody within an authority, and what they may do there: the competences of one stream; who may grant, elsewhere."""

from typing import Any, NamedTuple, TypedDict, assert_never

from domain.events import (
    ERASED,
    CompetenceChanged,
    CompetenceEnded,
    CompetenceEvent,
    CompetenceGranted,
    LoginMember,
    Recorded,
)


class Held(TypedDict):
    """One competence, from ``since`` to ``until``, both included; without procedures for all of them.

    ``ended_at``: the moment from which it holds no more, whatever ``until`` says. ``login``: only whoever signs in
    so; None: whoever the token names by the person's number, or, once that is erased, nobody.
    """

    competence: str
    role: str
    procedures: list[str]
    since: str
    until: str | None
    ended_at: str | None
    login: LoginMember | None
    rule: str


class Appointee(NamedTuple):
    """A human or a machine within an authority; JSON values only, so that a read model can keep it as it is.

    ``person`` is the keyed id of the human in that country, None where the record names none.
    """

    appointee: str
    country: str
    authority: str
    office_id: str
    person: str | None
    version: int
    position: int  # in the log, of its newest event
    held: list[Held]  # oldest first

    def find(self, competence: str) -> Held | None:
        """The competence with this id."""
        return next((held for held in self.held if held["competence"] == competence), None)


def evolve(appointee: Appointee | None, recorded: Recorded) -> Appointee:
    """What somebody may do after the event."""
    event: CompetenceEvent = recorded.event  # type: ignore[assignment]  # such a stream holds events of competences
    if appointee is None:
        if not isinstance(event, CompetenceGranted):
            raise TypeError(f"somebody is appointed with CompetenceGranted, not with {recorded.type}")
        appointee = Appointee(
            appointee=recorded.stream,
            country=recorded.country,
            authority=event.authority,
            office_id=event.office_id,
            person=_kept(event.person),
            version=0,
            position=-1,
            held=[],
        )
    return appointee._replace(
        version=recorded.seq, position=recorded.index, held=_held(appointee, event, recorded)
    )


def is_over(held: Held, day: str) -> bool:
    """Whether it holds no more on that day, and never will."""
    return held["ended_at"] is not None or (held["until"] is not None and held["until"] < day)


def _held(appointee: Appointee, event: CompetenceEvent, recorded: Recorded) -> list[Held]:
    match event:
        case CompetenceGranted():
            granted = Held(
                competence=event.competence,
                role=event.role,
                procedures=event.procedures,
                since=event.since,
                until=event.until,
                ended_at=None,
                login=_kept(event.login),
                rule=event.rule,
            )
            return [*appointee.held, granted]
        case CompetenceChanged():
            return _with(appointee, event.competence, procedures=event.procedures, until=event.until)
        case CompetenceEnded():
            ended_at = recorded.time if event.is_at_once else None
            return _with(appointee, event.competence, until=event.until, ended_at=ended_at)
        case _:
            assert_never(event)


def _with(appointee: Appointee, competence: str, **changes: Any) -> list[Any]:
    return [{**held, **changes} if held["competence"] == competence else held for held in appointee.held]


def _kept(value: Any) -> Any:
    return None if value is ERASED else value
