"""A case, read by those who may."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.edge.answers import answered
from api.edge.caller import caller, house_of
from api.edge.case_shown import CaseShown
from api.edge.contract import Id, documented
from api.edge.in_whose_hands import is_left
from api.edge.in_words import in_words
from api.edge.may_read import is_auditor, read_of, readable, recorded
from api.edge.notified import NOTHING_TOLD, told_of
from api.edge.registers_now import became_of, in_the_way_of, like_it
from api.edge.sentences import in_language, spoken
from domain.visibility import shown, watched

router = APIRouter()


@router.get("/v1/cases/{case}", **documented("Read a case", answer=CaseShown, etag=True))
async def read_case(request: Request, case: Id) -> Response:
    """Status, timeline, deadline with its basis, and which commands fit now."""
    country, found, rule = await readable(request, caller(request), case, "case.read")
    house = house_of(request)
    at = house.clock()
    office = None if is_auditor(rule) else rule.competence
    told = told_of(country, found, at, office.office_id) if office else NOTHING_TOLD
    read = read_of(found)
    read = read._replace(humans={*read.humans, *told.people})
    await recorded(request, country, rule, read, "work on the case")
    now = in_the_way_of(country, found, at)
    left, became = is_left(house, found, at), became_of(country, found)
    if is_auditor(rule):
        body = watched(found, now, is_left=left, became=became, at=at)
    else:
        mine, me = rule.capacities, rule.person
        alike = like_it(country, found, at) if rule.party is None else []
        body = shown(
            found,
            rule.party,
            mine,
            now,
            human=me,
            is_kin=rule.is_kin,
            alike=alike,
            is_left=left,
            became=became,
            at=at,
            told=told.warnings,
            notice=told.notice,
        )
    language = spoken(request.scope)
    return answered(in_words(body, language), version=found.version, headers=in_language(language))
