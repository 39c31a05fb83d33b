"""25. officer: whoever acts as an officer was appointed so in the log, for that authority, and in office there; and
what only officers do was done by one.

The competences are read before everything else, as the keys are. What a human does as a party, and what machines do
(treasuries and registries, whose statements are signed), is not looked at here.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final, NamedTuple

from domain import commands as c
from domain.authorities import roles_in
from domain.countries import country_of, legal_day
from domain.decision import IMPORT_ACTOR, SYSTEM_ACTOR
from domain.lifecycle import STEPS
from domain.roles import GRANTED_BY_PEOPLE, PERSONNEL
from infra.keys.history import UNDER_WAY
from infra.verification.findings import Wrong
from infra.verification.log_file import LogFile, said_by
from infra.verification.restrictions import PLACED
from infra.verification.statement import FAILED

_FAMILY: Final = "competence."
_GRANTED: Final = "competence.CompetenceGranted.v1"
_ENDED: Final = "competence.CompetenceEnded.v1"
_HUMANS: Final = frozenset(GRANTED_BY_PEOPLE)
# They act in the whole country, whichever authority appointed them.
_ANYWHERE: Final = frozenset({"data_protection_officer"})
# What neither a party nor the clock does: by which commands it comes, whose rows say who does (the machine of
# tests/domain holds it against what comes).
COMES_BY: Final[Mapping[str, Sequence[type[c.Command]]]] = {
    "case.ApprovalProposed.v1": (c.ProposeApproval,),
    "case.CaseApproved.v1": (c.ApproveCase,),
    "case.CaseAssigned.v1": (c.AssignCase,),
    "case.CaseNotNeeded.v1": (c.DeclareNotNeeded,),
    "case.DeadlineExtended.v1": (c.ExtendDeadline,),
    "case.CaseRefused.v1": (c.RefuseCase,),
    "case.OpinionGiven.v1": (c.GiveOpinion,),
    "case.OpinionRequested.v1": (c.RequestOpinion,),
    "case.InformationRequested.v1": (c.RequestInformation,),
    "case.AppealDecided.v1": (c.DecideAppeal,),
    "case.ResultAnnulled.v1": (c.AnnulResult, c.AnnulEntry, c.DecideAppeal),
    "case.ResultCorrected.v1": (c.CorrectEntry,),
    "entry.AnnulmentProposed.v1": (c.ProposeAnnulment,),
    "entry.CorrectionProposed.v1": (c.ProposeCorrection,),
    "entry.ProposalDropped.v1": (c.DropProposal,),
    "entry.EntryAnnulled.v1": (c.AnnulResult, c.AnnulEntry, c.DecideAppeal),
    "entry.EntryCorrected.v1": (c.CorrectEntry,),
    "notice.BirthNotified.v1": (c.RecordBirthNotice,),
    "entry.RestrictionPlaced.v1": (c.PlaceRestriction,),
    "entry.RestrictionLifted.v1": (c.LiftRestriction,),
}


def _roles(command: type[c.Command]) -> tuple[str, ...]:
    may = STEPS[command].may
    return may.roles if may else ()


_DONE_BY: Final = {
    kind: tuple(dict.fromkeys(role for command in commands for role in _roles(command)))
    for kind, commands in COMES_BY.items()
}

_APPOINTING: Final = (PERSONNEL, SYSTEM_ACTOR["role"])

# What the clock does for no party.
_OF_PARTIES: Final = frozenset(
    {
        "case.CaseFiled.v1",
        "case.RequestAmended.v1",
        "case.ConsentGiven.v1",
        "case.ConsentDeclined.v1",
        "case.ConsentRevoked.v1",
        "case.InformationProvided.v1",
        "case.CaseWithdrawn.v1",
        "case.ClaimWaived.v1",
        "case.AppealLodged.v1",
        "case.AppealTakenBack.v1",
    }
)


class Said(NamedTuple):
    """What an event says of a competence, from its position on."""

    place: int  # in the log
    stream: str
    competence: str
    authority: str
    office_id: str
    role: str
    since: str
    until: str
    ended_at: str  # at once; empty: not so


_named: Final = itemgetter("competence", "authority", "office_id", "role", "since")
_FOR_EVER: Final = "9999-12-31"


def read_competences(file: LogFile) -> list[Said]:
    """All that the log says of competences, in its order; what is no such event is named in its own place."""
    found: list[Said] = []
    known: dict[tuple[str, str], Said] = {}
    for row in file.of_family(_FAMILY):
        with suppress(*FAILED):
            said = _said(known, said_by(row), row[0])
            known[said.stream, said.competence] = said
            found.append(said)
    return found


def _said(known: Mapping[tuple[str, str], Said], payload: Mapping[str, Any], index: int) -> Said:
    stream, members = str(payload["stream"]), payload["data"]
    if payload["type"] == _GRANTED:
        competence, authority, office_id, role, since = _named(members)
        return Said(
            index, stream, competence, authority, office_id, role, since, members["until"] or _FOR_EVER, ""
        )
    is_at_once = payload["type"] == _ENDED and members["is_at_once"] is True
    before, until = known[stream, members["competence"]], str(members["until"] or _FOR_EVER)
    return before._replace(place=index, until=until, ended_at=payload["time"] if is_at_once else "")


class Officers:
    """Who was in office where; of one log."""

    def __init__(self, country: str, said: Iterable[Said]) -> None:
        self._country = country
        self._said: dict[tuple[str, str], list[Said]] = {}
        self._authority_of: dict[str, str] = {}  # of a stream of competences
        for each in said:
            self._said.setdefault((each.office_id, each.role), []).append(each)
            self._authority_of.setdefault(each.stream, each.authority)

    def check(self, index: int, payload: Mapping[str, Any]) -> None:
        """25. officer: raises Wrong."""
        actor, kind = payload["actor"], payload["type"]
        role = actor["role"]
        done_by = _DONE_BY.get(kind)
        if done_by is not None and role not in done_by and not _is_an_imports(payload):
            raise Wrong("officer", f"{role} did what only {' or '.join(done_by)} does")
        if kind.startswith(_FAMILY):
            self._must_appoint(payload)
        if role == SYSTEM_ACTOR["role"] and kind in _OF_PARTIES:
            raise Wrong("officer", "the clock did what only a party does")
        if role in _HUMANS and not self._was_in_office(index, actor["id"], role, payload):
            raise Wrong("officer", f"the log knows no {role} {actor['id']} in office here")

    def _must_appoint(self, payload: Mapping[str, Any]) -> None:
        """By who may, or on the machine; in a role that the office has by the law of some day."""
        role, members = payload["actor"]["role"], payload["data"]
        if role not in _APPOINTING:
            raise Wrong("officer", f"{role} did what only {' or '.join(_APPOINTING)} does")
        if payload["type"] != _GRANTED:
            return
        if members["role"] not in roles_in(self._country).get(members["authority"], ()):
            raise Wrong("officer", f"{members['authority']} has no {members['role']}")

    def _was_in_office(self, index: int, office_id: str, role: str, payload: Mapping[str, Any]) -> bool:
        authority = self._of_personnel(payload) if role == PERSONNEL else payload["authority"]
        newest: dict[str, Said] = {}
        for said in self._said.get((office_id, role), ()):
            if said.place < index and (said.authority == authority or role in _ANYWHERE):
                newest[said.competence] = said
        if not newest:
            return False
        first, last, before = _days(self._country, payload["time"][:16])
        return any(
            said.since <= last and said.until >= first and not (said.ended_at and said.ended_at < before)
            for said in newest.values()
        )

    def _of_personnel(self, payload: Mapping[str, Any]) -> str | None:
        """Whose competences somebody grants or ends: those of their own authority."""
        if payload["type"] == _GRANTED:
            return str(payload["data"]["authority"])
        return self._authority_of.get(payload["stream"])


def _is_an_imports(payload: Mapping[str, Any]) -> bool:
    """The one thing that an import does beside bringing entries: of which kind, check 23 asks."""
    return bool(payload["type"] == PLACED and payload["actor"] == IMPORT_ACTOR)


@lru_cache(maxsize=1024)
def _days(country: str, minute: str) -> tuple[str, str, str]:
    """The legal day on which what was asked may still have been decided, that of the event, and the moment before."""
    at = datetime.fromisoformat(f"{minute}:00+00:00")
    before = at - UNDER_WAY
    days = [legal_day(moment, country_of(country)).isoformat() for moment in (before, at)]
    return days[0], days[1], before.isoformat(timespec="microseconds").replace("+00:00", "Z")
