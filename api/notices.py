"""What people were told of their cases, and of what registers hold of them; in codes and in words, nothing personal."""

from collections.abc import Mapping
from datetime import date, datetime
from operator import itemgetter
from typing import Annotated, Any, Final, NamedTuple
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from api.edge.asked_about import (
    BIRTH,
    COMPANY,
    MANDATE,
    acted_for,
    asked_about,
    mandate_of_the_caller,
    today,
)
from api.edge.caller import caller, house_of
from api.edge.contract import documented
from api.edge.cursors import PAGE, cursor_of, page
from api.edge.may_read import takes_part
from api.edge.queries import COUNTRY, country_named
from api.edge.registers_now import is_decided_by_a_court
from api.edge.sentences import Language, in_language, spoken
from api.edge.shapes import Code, LegalDay, Moment, OpaqueId, Shape, Title
from domain.awaited import member_of, unconfirmed_of
from domain.case import Case
from domain.commands import Actor
from domain.countries import country_of, legal_day
from domain.events import As
from domain.offers import amendments_of, offer
from domain.refusals import Named, Value
from infra.house import CountryHouse
from infra.read_models.store import Transaction
from projections.entry_turns import LEFT_OUT
from projections.notices import BY_OFFICES, LEFT, LEFT_DECIDED, TIMES

router = APIRouter()


class NoticeShown(Shape):
    """What somebody was told of a case, or of an entry that names them; by which day something is to be done, and
    ``unconfirmed``: on no settled law.
    """

    case: OpaqueId | None
    procedure: Code | None
    entry: OpaqueId | None
    register_: Annotated[
        Code | None, Field(alias="register")
    ]  # a class of pydantic has a method of that name
    at: Moment
    what: Code
    until: LegalDay | None
    unconfirmed: bool
    sentence: Title


class ForAnother(Shape):
    """That somebody for whom the caller acts was told something: as what the caller acts, when that was last, and under
    which address it is asked for.
    """

    as_: Annotated[As, Field(alias="as")]
    at: Moment
    address: str


class NoticePage(Shape):
    """``for_others`` stands on the first page of one's own notices: for whom else one acts, and who was told
    something.
    """

    items: list[NoticeShown]
    for_others: list[ForAnother]


AFTER: Final = ("court", "ask_office", "until", "unconfirmed")  # sentences that follow another one
VALUES: Final = frozenset({"until", "office"})  # what may stand in braces
_OF_OTHERS: Final = frozenset({"company", "birth", "mandate"})


class Asked(NamedTuple):
    """Whose notices are asked for: which of the cases' rows, and which of the entries' (None: none)."""

    of_cases: Mapping[str, Any]
    of_entries: Mapping[str, Any] | None


@router.get(
    "/v1/my/notices",
    **documented(
        "What I was told",
        answer=NoticePage,
        parameters=(COUNTRY, COMPANY, BIRTH, MANDATE, *PAGE),
        problems=(400,),
    ),
)
async def my_notices(request: Request) -> Response:
    """What the caller was told in a country, newest first, or a company that they head, or a child of theirs; or, of
    cases, whoever gave them a mandate. A day is the one that stood when it was told.
    """
    actor = caller(request)
    country = country_named(request)
    is_own = request.query_params.keys().isdisjoint(_OF_OTHERS)
    is_seen, me = await country.seen() if is_own else False, actor.persons.get(country.code)
    asked = (me and _own(me)) if is_own else await _asked(request, country, actor)
    limit, after = cursor_of(request, country)
    language = spoken(request.scope)
    if not asked:
        nothing = {"for_others": list[Any]()}
        return page(request, country, [], limit, [], headers=in_language(language), beside=nothing)
    with country.read_models.reading() as seen:
        rows = _newest(seen, asked, me, after, limit)
        told = _cases_that_tell(seen, rows)
        acting = seen.load("case_status", sorted({row["case"] for row in rows if _is_for_another(row)}))
        decided = _decided_by_a_court(seen, rows)
        for_others = _for_others(request, country, seen, me) if me and is_seen and not after else []
    cases = [row["state"] for row in acting.values()]
    left = {case.case for case in cases if _acts_no_more(country, actor, case, house_of(request).clock())}
    shown = [
        _shown(country.code, row, language, is_decided=row["what"] == LEFT and row["case"] in decided)
        for row in rows
        if not (row["case"] in left and _is_for_another(row))
        and not (row["case"] in told and not _is_of_case(row))
    ]
    last = _place(rows[-1]) if rows else []
    return page(
        request,
        country,
        shown,
        limit,
        last,
        is_full=len(rows) == limit,
        headers=in_language(language),
        beside={"for_others": for_others},
    )


def _own(me: str) -> Asked:
    return Asked({"person": me}, {"person": me})


async def _asked(request: Request, country: CountryHouse, actor: Actor) -> Asked | None:
    """Of those for whom the caller acts, what they were told as the party. None: whoever asks is nobody there."""
    them = await asked_about(request, country, actor)
    if (named := request.query_params.get("mandate")) is not None:
        mandate, _ = await mandate_of_the_caller(request, country, them, named)
        return _of_principal(mandate.principal_person, mandate.procedures)
    return _of_another(them) if them else None


def _of_principal(principal: str | None, procedures: list[str]) -> Asked:
    reaches = {"procedure": procedures} if procedures else {}
    return Asked({"person": principal, "is_party": 1, **reaches}, None)


def _of_another(them: str) -> Asked:
    return Asked({"person": them, "is_party": 1}, {"person": them})


def _for_others(request: Request, country: CountryHouse, seen: Transaction, me: str) -> list[dict[str, Any]]:
    """Those for whom the caller acts, and who were told anything; who was told last comes first."""
    found = []
    for each in acted_for(country, seen, me, today(request, country)):
        is_principal = each.parameter == "mandate"
        asked = _of_principal(each.person, each.procedures) if is_principal else _of_another(each.person)
        where = {"country": country.code, each.parameter: each.value}
        address = f"{request.url.path}?{urlencode(where)}"
        found += [
            {"as": each.as_, "at": row["at"], "address": address} for row in _newest(seen, asked, me, [], 1)
        ]
    return sorted(found, key=itemgetter("at"), reverse=True)


def _newest(
    seen: Transaction, asked: Asked, me: str | None, after: list[Any], limit: int
) -> list[dict[str, Any]]:
    """Of cases and of entries, in one order; nobody is told what they did themselves for another."""

    def rows(view: str, stream: str, where: Mapping[str, Any], **of: Any) -> list[dict[str, Any]]:
        order = ("at", stream, "number")
        return seen.rows(view, where, order=order, after=after, limit=limit, is_descending=True, **of)

    found = rows("notices", "case", asked.of_cases)
    found += rows("acts_for_others", "case", asked.of_cases, unlike={"by": me or ""})
    if asked.of_entries is not None:
        for view in ("entry_notices", "entry_turns"):
            found += rows(view, "entry", asked.of_entries)
    return sorted(found, key=_place, reverse=True)[:limit]


def _is_for_another(row: Mapping[str, Any]) -> bool:
    """Whether it was told to who acts for a party, as the request names them."""
    return _is_of_case(row) and not row["is_party"]


def _acts_no_more(country: CountryHouse, actor: Actor, case: Case, at: datetime) -> bool:
    """Whether the request names the caller still, and the register knows better; who was replaced keeps their own."""
    me = actor.persons.get(country.code)
    is_named = any(each["person"] == me for each in case.representatives.values())
    return is_named and not takes_part(country, actor, case, at)


def _is_of_case(row: Mapping[str, Any]) -> bool:
    return "entry" not in row


def _place(row: Mapping[str, Any]) -> list[Any]:
    return [row["at"], row["case" if _is_of_case(row) else "entry"], row["number"]]


def _cases_that_tell(seen: Transaction, rows: list[dict[str, Any]]) -> frozenset[str]:
    """Those that amended or ended an entry, and tell the same to whom these rows are for, as a party."""
    found = [row for row in rows if not _is_of_case(row) and row["case"]]
    if not found:
        return frozenset()
    mine = {"person": found[0]["person"], "case": [row["case"] for row in found]}
    return frozenset(row["case"] for row in seen.rows("case_parties", mine))


def _decided_by_a_court(seen: Transaction, rows: list[dict[str, Any]]) -> frozenset[str]:
    """The cases of which it is told that something stands until a court decides, and one has since."""
    found = sorted({row["case"] for row in rows if row["what"] == LEFT})
    states = [row["state"] for row in seen.load("case_status", found).values()] if found else []
    return frozenset(case.case for case in states if is_decided_by_a_court(seen, case))


def _shown(country: str, row: Mapping[str, Any], language: Language, *, is_decided: bool) -> dict[str, Any]:
    until, is_of_case = row.get("until"), _is_of_case(row)
    found = {
        "case": row["case"] if is_of_case else None,
        "procedure": row.get("procedure"),
        "entry": row.get("entry"),
        "register": row.get("register"),
        "at": row["at"],
        "what": row["what"],
        "until": until,
        "unconfirmed": bool(until) and _is_doubtful(country, row),
    }
    court = _court(country, row)
    beside = {"court": court, "ask_office": not court and row["what"] in LEFT_OUT}
    told = LEFT_DECIDED if is_decided else row["what"]
    codes = [told, *(code for code in AFTER if {**found, **beside}[code])]
    values: dict[str, Value] = {"until": date.fromisoformat(until)} if until else {}
    if court:
        values["office"] = Named("office", court)
    named = (row["procedure"],) if is_of_case else ()
    sentence = " ".join(language.say("notice", code, values, named) for code in codes)
    return {**found, "sentence": sentence}


def _court(country: str, row: Mapping[str, Any]) -> str | None:
    """Which court the law names for whom an amendment took out of an entry, and against what an office corrected or
    annulled.
    """
    if row["what"] in LEFT_OUT:
        day = legal_day(datetime.fromisoformat(row["at"]), country_of(country))
        amended = amendments_of(country, row["register"], day)
        return amended.court.authority if amended and amended.court else None
    found = offer(country, row["procedure"]) if row["what"] in BY_OFFICES else None
    amendments = found.since(row["terms"]).amendments if found else None
    return amendments.court.authority if amendments and amendments.court else None


def _is_doubtful(country: str, row: Mapping[str, Any]) -> bool:
    """Whether the law that gives the day is not settled."""
    time, found = TIMES[row["what"]], offer(country, row["procedure"])
    if time is None or found is None:
        return False
    return member_of(time) in unconfirmed_of(found.since(row["terms"]))
