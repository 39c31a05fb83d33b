"""How an event changes the registry's row of an entry: a pure fold, over what was verified and disclosed."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from consumers.feed.checks import Event, Wrong
from domain.countries import country_of, legal_day
from domain.offers import amendments_of, appeal_bodies, content_owners, restrictions_of
from domain.persons import whose
from domain.roles import COURT
from domain.signers import is_placed_by_whom, signers_of_entry, stopping, stopping_amendment
from infra.formats.canonical import NotCanonical
from infra.formats.signing import digest, open_disclosure

Row = dict[str, Any]
CONTENT: Final = (
    "entry.EntryCreated.v1",
    "entry.EntryChanged.v1",
    "entry.EntryCorrected.v1",
    "entry.EntryAnnulled.v1",
)
_PLACED: Final = "entry.RestrictionPlaced.v1"
_LIFTED: Final = "entry.RestrictionLifted.v1"
_AMENDED: Final = ("entry.EntryCorrected.v1", "entry.EntryAnnulled.v1")
# What is proposed of the newest change, and what may follow from it.
_PROPOSED: Final = {
    "entry.CorrectionProposed.v1": "entry.EntryCorrected.v1",
    "entry.AnnulmentProposed.v1": "entry.EntryAnnulled.v1",
}
_DROPPED: Final = "entry.ProposalDropped.v1"
WRITTEN: Final = (*CONTENT, "entry.EntryEnded.v1")  # what a registry answers with a receipt
_NAMED: Final = {
    *("register", "content_version", "title", "until", "_sd"),
    *("of", "proposal", "law", "rule", "reads"),
}
_BY_ITSELF: Final = "expiry"  # the title of an end on which nobody decided
_WHY: Final = "reason"  # of an amendment: it is no content


def register_of(event: Event) -> str | None:
    """The register of an entry that the event wrote or ended; None for other events."""
    return event.payload["data"].get("register") if event.type in WRITTEN else None


def has_personal_members(event: Event) -> bool:
    """Whether something of the event has to be disclosed."""
    return "_sd" in event.payload["data"]


def opened(event: Event, answer: Mapping[str, Any] | None) -> dict[str, Any]:
    """The personal members of an entry's content, from what the house answered; erased ones are None.

    Each disclosure must be one that the event signed, each member must be there once, and none may be held
    back but for an erasure; else raises Wrong.
    """
    stated = event.payload["data"]
    disclosures: list[str] = answer["disclosures"] if answer else []
    try:
        content = content_owners(stated["register"], stated["content_version"])
        owners = {*content, _WHY} if "of" in stated else {*content}
        found = dict(open_disclosure(text) for text in disclosures)
    except LookupError:
        raise Wrong("content", "the version of the entry's content is not known here") from None
    except NotCanonical as error:
        raise Wrong("disclosure", str(error)) from None
    if not {digest(text) for text in disclosures} <= set(stated.get("_sd", ())):
        raise Wrong("disclosure", "what was disclosed is not what the event signed")
    if not found.keys() <= owners or len(found) != len(disclosures):
        raise Wrong("disclosure", "what was disclosed is not a member of the entry, or comes twice")
    if len(found) < len(owners) and not (answer and answer["is_erased"]):
        raise Wrong("disclosure", "a member was not disclosed, though nothing was erased")
    return {name: found.get(name) for name in content}


def must_be_signed_by_its_office(country: str, row: Row | None, event: Event) -> None:
    """An office writes into the registers that the law gives it; else raises Wrong. Its key does not say so."""
    said, authority = event.payload["data"], event.payload["authority"]
    register = row["register"] if row else said.get("register")
    if register is None:
        return  # no row of this registry
    day = _day(country, event)
    if said.get("register", register) != register or authority not in signers_of_entry(
        country, register, event.type, day
    ):
        raise Wrong(
            "office", f"{authority} signs {event.type} in {register}, which the law does not name for that"
        )


def must_fit_the_row(country: str, row: Row | None, event: Event, personal: Mapping[str, Any]) -> None:
    """Nothing is created while it is there, nor changed where it is not, nor under a restriction that stops the change;
    who places and lifts a restriction is who the law lets; else raises Wrong.
    """
    if row is None:
        return
    if event.type == _PLACED:
        _must_place(country, row, event)
    elif event.type == _LIFTED:
        _must_lift(country, row, event)
    if event.type not in WRITTEN:
        return
    is_there = row["status"] == "active"
    if event.type == "entry.EntryCreated.v1" and is_there:
        raise Wrong("reach", "what is there is created again")
    if event.type in ("entry.EntryChanged.v1", "entry.EntryEnded.v1") and not is_there:
        raise Wrong("reach", "what is changed is not there")
    if not _has_a_basis(country, row, event):
        raise Wrong("basis", f"nothing leads to this {event.type}")
    if row["restrictions"] and (stops := _stopping(country, row, event, personal)):
        raise Wrong("reach", f"a restriction stops this change of the entry: {', '.join(stops)}")


def _has_a_basis(country: str, row: Row, event: Event) -> bool:
    """A decision that came with it, an amendment by a court, on appeal or by two, or that its last day is over.

    A row of before does not know what a court decided, nor does one that a later annulment gave back.
    """
    if event.type in _AMENDED:
        if row.get("is_of_court") and not _is_by_a_court(event):
            raise Wrong("amendment", "what a court decided is undone, and by no court")
        return _is_amended_by_whom_the_law_lets(country, row, event)
    if "lead" in event.payload:
        return True
    return event.type == "entry.EntryEnded.v1" and _is_over(row, event, _day(country, event))


def _is_amended_by_whom_the_law_lets(country: str, row: Row, event: Event) -> bool:
    """A row of before does not know what was proposed: of that everything may follow."""
    said, office = event.payload["data"], event.payload["authority"]
    if said.get("proposal") is not None:
        return "proposals" not in row or _was_proposed_by_another(row["proposals"], event)
    if _is_by_a_court(event):
        named = amendments_of(country, row["register"], _day(country, event))
        return bool(named and named.court and named.court.authority == office)
    is_annulled = event.type == "entry.EntryAnnulled.v1" and "lead" in event.payload
    return is_annulled and office in appeal_bodies(country, row["register"])


def _is_by_a_court(event: Event) -> bool:
    return bool(event.payload["actor"]["role"] == COURT)


def _was_proposed_by_another(proposals: list[dict[str, str]], event: Event) -> bool:
    newest, officer = proposals[-1:], event.payload["actor"]["id"]
    is_newest = [(each["event"], each["leads_to"]) for each in newest] == [
        (event.payload["data"]["proposal"], event.type)
    ]
    return is_newest and all(each["officer"] != officer for each in proposals)


def _is_over(row: Row, event: Event, day: date) -> bool:
    is_expiry = event.payload["data"]["title"] == _BY_ITSELF
    return is_expiry and bool(row["until"]) and bool(row["until"] < day.isoformat())


def _must_place(country: str, row: Row, event: Event) -> None:
    said, office = event.payload["data"], event.payload["authority"]
    known = restrictions_of(country, row["register"], _day(country, event)).get(said["kind"])
    if known is None or known.authority != office:
        raise Wrong("restriction", f"{office} places what the law does not give it: {said['kind']}")
    if not is_placed_by_whom(event.payload["actor"], said["kind"]):
        raise Wrong("restriction", f"what no officer placed is no import's to place: {said['kind']}")
    if said["restriction"] in row["restrictions"]:
        raise Wrong("restriction", "the restriction is live already")


def _must_lift(country: str, row: Row, event: Event) -> None:
    """By who placed it, or by the court that the law of the day names for its kind. A row of before says only the kind:
    of that the law of the day says who places it.
    """
    said, office = event.payload["data"], event.payload["authority"]
    placed = row["restrictions"].get(said["restriction"])
    if placed is None or placed["kind"] != said["kind"]:
        raise Wrong("restriction", "what is lifted is not live, or of another kind")
    known = restrictions_of(country, row["register"], _day(country, event)).get(said["kind"])
    placer = placed.get("authority") or (known and known.authority)
    if office not in (placer, known.court.authority if known and known.court else None):
        raise Wrong("restriction", f"{office} lifts what {placer} placed, and is no court of its kind")


def _stopping(country: str, row: Row, event: Event, personal: Mapping[str, Any]) -> list[str]:
    said, register, day = event.payload["data"], row["register"], _day(country, event)
    kinds = {placed["kind"] for placed in row["restrictions"].values()}
    if event.type in _AMENDED:
        court = event.payload["authority"] if _is_by_a_court(event) else ""
        stops = stopping_amendment(country, register, kinds, court, day)
        is_annulled = event.type == "entry.EntryAnnulled.v1"
        return stops if is_annulled or _goes_to_others(row, personal) else []
    if event.type == "entry.EntryEnded.v1" and _is_over(row, event, day):
        return []
    return stopping(country, register, kinds, said["title"], day)


def _goes_to_others(row: Row, personal: Mapping[str, Any]) -> bool:
    """Of what is erased nobody knows any more."""
    former = {name: row["content"].get(name) for name in personal}
    is_known = any(former.values()) and any(personal.values())
    return is_known and whose(former) != whose(dict(personal))


def _day(country: str, event: Event) -> date:
    return legal_day(datetime.fromisoformat(event.time), country_of(country))


def after(  # noqa: C901, PLR0911 - one branch an event
    row: Row | None, event: Event, personal: Mapping[str, Any]
) -> Row | None:
    """The row after the event; None: no row of this registry. Other events than an entry's change nothing."""
    stated = event.payload["data"]
    match event.type:
        case "entry.EntryCreated.v1" | "entry.EntryChanged.v1":
            return {
                "entry": event.stream,
                "register": stated["register"],
                **_read(event, personal),
                "status": "active",
                "until": stated["until"],
                "title": stated["title"],
                "restrictions": row["restrictions"] if row else {},
                "proposals": [],
                "is_of_court": False,
            }
        case _ if row is None:
            return None
        case "entry.EntryCorrected.v1":
            amended = {"proposals": [], "is_of_court": _is_by_a_court(event)}
            return {**row, **_read(event, personal), **amended}
        case "entry.EntryAnnulled.v1":
            stands = {"status": stated["reads"], "until": stated["until"], "title": stated["title"]}
            amended = {"proposals": [], "is_of_court": _is_by_a_court(event)}
            return {**row, **_read(event, personal), **stands, **amended}
        case _ if event.type in _PROPOSED and "proposals" in row:
            return {**row, "version": event.seq, "proposals": [*row["proposals"], _proposal(event)]}
        case _ if event.type == _DROPPED and "proposals" in row:
            return {**row, "version": event.seq, "proposals": []}
        case _ if event.type == _PLACED:
            placed = {
                "kind": stated["kind"],
                "authority": event.payload["authority"],
                "since": event.time,
            }
            return {
                **row,
                "version": event.seq,
                "restrictions": {**row["restrictions"], stated["restriction"]: placed},
            }
        case "entry.EntryEnded.v1":
            ended = {"status": "ended", "title": stated["title"], "proposals": []}
            is_of_court = row.get("is_of_court", False) and stated["title"] == _BY_ITSELF
            return {**row, **ended, "version": event.seq, "is_of_court": is_of_court}
        case _ if event.type == _LIFTED:
            left = {i: r for i, r in row["restrictions"].items() if i != stated["restriction"]}
            return {**row, "version": event.seq, "restrictions": left}
        case "entry.PersonalDataErased.v1":
            owners = content_owners(row["register"], row["content_version"])
            content = {name: None if name in owners else value for name, value in row["content"].items()}
            return {**row, "version": event.seq, "content": content}
        case _:
            return row


def _proposal(event: Event) -> dict[str, str]:
    officer = event.payload["actor"]["id"]
    return {"event": event.id, "leads_to": _PROPOSED[event.type], "officer": officer}


def _read(event: Event, personal: Mapping[str, Any]) -> Row:
    """The content as the event restates it."""
    stated = event.payload["data"]
    public = {name: value for name, value in stated.items() if name not in _NAMED}
    return {
        "content_version": stated["content_version"],
        "version": event.seq,
        "content": {**public, **personal},
    }
