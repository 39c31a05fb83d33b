"""Competences: who grants and ends what, from which day on, and never their own."""

from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from domain import events as e
from domain.appointee import evolve
from domain.authorities import roles_in
from domain.commands import Actor
from domain.refusals import Clash, Invalid, NotAllowed, Unknown
from domain.roles import GRANTED_BY_PEOPLE, GRANTED_ON_THE_MACHINE
from tests.domain.acts import (
    AUDITOR,
    OFFICER,
    PERSONNEL,
    SUPERVISOR,
    applicant,
    clock,
    end,
    grant,
    later,
    office,
    office_of,
    stranger,
)
from tests.domain.story import Act, Story, Who, a_sale, forgotten, given

TODAY = date(2026, 11, 23)
TOMORROW, YESTERDAY, NEW_YEAR = date(2026, 11, 24), date(2026, 11, 22), date(2027, 1, 1)
LOGIN: e.LoginMember = {"issuer": "https://id.example", "subject": "somebody"}
ON_THE_MACHINE = clock  # whoever has the machine asks as the house itself
OFFICE = "kz-vehicle-registration"


def held(story: Story, n: int = 0) -> Any:
    (appointee,) = story.appointees.values()
    return appointee.held[n]


# --- granting ---------------------------------------------------------------------------------------------


def test_a_personnel_officer_appoints_somebody_and_the_rule_is_recorded() -> None:
    story = a_sale().when(grant("officer", procedures=("car_sale",))).then("CompetenceGranted")
    granted = story.the(e.CompetenceGranted)
    assert (granted.authority, granted.role, granted.procedures) == (OFFICE, "officer", ["car_sale"])
    assert (granted.since, granted.until) == ("2026-11-23", None)
    assert granted.rule == "competence.grant:personnel_officer"
    assert story.last[0].authority == "kz-competence-register"
    assert story.last[0].actor == {"id": "personnel_officer", "role": "personnel_officer"}


def test_whoever_has_the_machine_appoints_machines_and_the_first_personnel_officer() -> None:
    story = (
        a_sale().when(grant("treasury", ON_THE_MACHINE, person=None, login=LOGIN)).then("CompetenceGranted")
    )
    assert story.the(e.CompetenceGranted).rule == "competence.grant:machine"
    assert story.last[0].actor == {"id": "tamga", "role": "system"}
    a_sale().when(grant("personnel_officer", ON_THE_MACHINE)).then("CompetenceGranted")


@pytest.mark.parametrize("role", GRANTED_BY_PEOPLE)
def test_a_personnel_officer_appoints_people(role: str) -> None:
    a_sale().when(grant(role)).then("CompetenceGranted")


@pytest.mark.parametrize("role", GRANTED_ON_THE_MACHINE)
def test_machines_and_auditors_are_appointed_on_the_machine_alone(role: str) -> None:
    story = a_sale().when(grant(role)).then_refused(Invalid, "role_of_the_machine", "/role")
    given(story, grant(role, ON_THE_MACHINE))
    of_office = office("personnel_officer", authority=office_of(role, story))
    story.when(end(by=of_office)).then_refused(NotAllowed, "granted_on_the_machine")
    story.when(end(by=ON_THE_MACHINE)).then("CompetenceEnded")


@pytest.mark.parametrize("by", [None, ON_THE_MACHINE])
@pytest.mark.parametrize("authority", [OFFICE, "kz-police", "kz-court", "kz-other"])
@pytest.mark.parametrize("role", [*GRANTED_BY_PEOPLE, *GRANTED_ON_THE_MACHINE])
def test_an_office_has_people_in_the_roles_alone_that_the_law_gives_to_it(
    role: str, authority: str, by: Who | None
) -> None:
    """No judges in a registration office, nobody of the police who erases what everybody filed."""
    story = a_sale().when(grant(role, by, authority=authority))
    if by is None and (role in GRANTED_ON_THE_MACHINE or authority == "kz-other"):
        assert story.refusal is not None
    elif role in roles_in("KZ").get(authority, ()):
        story.then("CompetenceGranted")
    else:
        story.then_refused(Invalid, "role_not_of_office", "/role")


@pytest.mark.parametrize("by", [None, ON_THE_MACHINE])
def test_roles_and_procedures_that_nobody_knows_are_not_granted(by: Who | None) -> None:
    story = a_sale()
    story.when(grant("king", by)).then_refused(Invalid, "role_not_known", "/role")
    asked = grant(by=by, procedures=("car_sale", "toll"))
    story.when(asked).then_refused(Invalid, "procedure_not_known", "/procedures/1")


@pytest.mark.parametrize(
    ("by", "refusal"),
    [
        (OFFICER, NotAllowed),
        (SUPERVISOR, NotAllowed),
        (AUDITOR, NotAllowed),
        (applicant, Unknown),
        (stranger, Unknown),
        (office("personnel_officer", authority="kz-police"), Unknown),
        (office("personnel_officer", country="TR"), Unknown),
        (office("personnel_officer", until=YESTERDAY), Unknown),
    ],
)
def test_nobody_else_appoints_or_dismisses(by: Who, refusal: type[NotAllowed | Unknown]) -> None:
    a_sale().when(grant(by=by)).then_refused(refusal)
    given(a_sale(), grant()).when(end(by=by)).then_refused(refusal)


@pytest.mark.parametrize(
    ("days", "code", "pointer"),
    [
        ({"since": YESTERDAY}, "day_past", "/since"),
        ({"until": YESTERDAY}, "ends_before_first_day", "/until"),
        ({"since": NEW_YEAR, "until": TOMORROW}, "ends_before_first_day", "/until"),
    ],
)
def test_days_that_cannot_be_are_refused_with_the_place(days: Any, code: str, pointer: str) -> None:
    a_sale().when(grant(**days)).then_refused(Invalid, code, pointer)


def test_on_the_machine_somebody_is_appointed_since_years_ago() -> None:
    """Who held office before the house was there; a last day in the past is of no use to anybody."""
    long_ago = date(2019, 5, 1)
    a_sale().when(grant(by=ON_THE_MACHINE, since=long_ago)).then("CompetenceGranted")
    asked = grant(by=ON_THE_MACHINE, since=long_ago, until=YESTERDAY)
    a_sale().when(asked).then_refused(Invalid, "day_past", "/until")


def test_the_first_and_the_last_day_may_be_one() -> None:
    story = a_sale().when(grant(since=TOMORROW, until=TOMORROW)).then("CompetenceGranted")
    assert (held(story)["since"], held(story)["until"]) == ("2026-11-24", "2026-11-24")


# --- never their own --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "own",
    [
        grant("supervisor", person="human-personnel_officer"),
        grant("supervisor", person=None, login={"issuer": "id.example", "subject": "personnel_officer"}),
    ],
)
def test_nobody_appoints_themselves(own: Act) -> None:
    a_sale().when(own).then_refused(NotAllowed, "own_competence")


def test_nobody_appoints_themselves_where_the_record_alone_knows_who_they_are() -> None:
    def nameless(story: Story) -> Actor:
        return replace(PERSONNEL(story), persons={}, subject="another login")

    asked = grant("supervisor", nameless, person="human-personnel_officer")
    a_sale().when(asked).then_refused(NotAllowed, "own_competence")


def test_nobody_changes_or_ends_what_they_hold_themselves() -> None:
    story = given(a_sale(), grant("personnel_officer", ON_THE_MACHINE, person="human-personnel_officer"))
    story.when(end()).then_refused(NotAllowed, "own_competence")
    story.when(end(NEW_YEAR)).then_refused(NotAllowed, "own_competence")
    changed = grant("personnel_officer", person="human-personnel_officer", until=NEW_YEAR)
    story.when(changed).then_refused(NotAllowed, "own_competence")
    other = office("personnel_officer", "personnel-2")
    story.when(end(by=other)).then("CompetenceEnded")


# --- once more, and otherwise -----------------------------------------------------------------------------


@pytest.mark.parametrize("again", [grant(competence="competence-2"), grant(since=TODAY), grant()])
def test_the_same_again_is_answered_again(again: Act) -> None:
    given(a_sale(), grant()).when(again).then()
    given(a_sale(), grant(), later(days=9)).when(again).then()


def test_the_same_role_with_other_procedures_or_another_end_is_changed() -> None:
    story = given(a_sale(), grant(procedures=("car_sale",)), later(days=1))
    story.when(grant(competence="competence-2", until=NEW_YEAR)).then("CompetenceChanged")
    assert (held(story)["competence"], held(story)["since"]) == ("competence-1", "2026-11-23")
    assert (held(story)["procedures"], held(story)["until"]) == ([], "2027-01-01")
    story.when(grant(until=TODAY)).then_refused(Invalid, "day_past", "/until")
    story.when(grant(since=TOMORROW)).then_refused(Invalid, "held_since", "/since")


def test_another_role_or_another_login_is_another_competence_of_the_same_appointee() -> None:
    story = given(a_sale(), grant(), grant("supervisor", competence="competence-2", office_id="another"))
    given(story, grant(competence="competence-3", login=LOGIN))
    (appointee,) = story.appointees.values()
    assert [(h["role"], h["login"]) for h in appointee.held] == [
        ("officer", None),
        ("supervisor", None),
        ("officer", LOGIN),
    ]
    assert appointee.office_id == "office-9"


def test_who_was_dismissed_may_come_back_and_who_ends_may_be_appointed_for_later() -> None:
    story = given(a_sale(), grant(), end())
    story.when(grant(competence="competence-2")).then("CompetenceGranted")
    later_on = given(a_sale(), grant(until=TOMORROW))
    later_on.when(grant(competence="competence-2", since=NEW_YEAR)).then("CompetenceGranted")
    assert [h["until"] for h in next(iter(later_on.appointees.values())).held] == ["2026-11-24", None]


def test_what_was_granted_for_later_is_in_nobodys_way() -> None:
    """A change does not reach into it, and a grant from today on does not change it unsaid."""
    story = given(a_sale(), grant(until=TOMORROW), grant(competence="competence-2", since=NEW_YEAR))
    story.when(grant()).then_refused(Invalid, "held_again", "/until")
    early = given(a_sale(), grant(since=NEW_YEAR))
    early.when(grant(competence="competence-2")).then_refused(Invalid, "held_since", "/since")
    early.when(grant(competence="competence-2", until=TOMORROW)).then("CompetenceGranted")


def test_what_follows_from_the_law_is_said_once_also_when_it_was_ended() -> None:
    """A development house asks for the same at each start, under the same id."""
    story = given(a_sale(), grant(by=ON_THE_MACHINE), end(by=ON_THE_MACHINE))
    story.when(grant(by=ON_THE_MACHINE)).then()


# --- ending -----------------------------------------------------------------------------------------------


def test_ended_at_once_it_holds_no_more_and_the_day_is_kept() -> None:
    story = given(a_sale(), grant()).when(end()).then("CompetenceEnded")
    ended = story.the(e.CompetenceEnded)
    assert (ended.until, ended.is_at_once) == ("2026-11-23", True)
    assert held(story)["ended_at"] == story.last[0].time
    story.when(end()).then()
    story.when(end(NEW_YEAR)).then_refused(Clash, "competence_over")


def test_what_has_not_begun_is_ended_at_once_too() -> None:
    story = given(a_sale(), grant(since=NEW_YEAR)).when(end()).then("CompetenceEnded")
    assert held(story)["ended_at"] is not None


def test_an_end_takes_effect_today_at_the_earliest() -> None:
    story = given(a_sale(), grant(), later(days=1))
    story.when(end(TODAY)).then_refused(Invalid, "day_past", "/last_day")
    story.when(end(TOMORROW)).then("CompetenceEnded")
    assert (held(story)["until"], held(story)["ended_at"]) == ("2026-11-24", None)
    story.when(end(TOMORROW)).then()


def test_an_end_never_makes_longer() -> None:
    story = given(a_sale(), grant(until=TOMORROW))
    story.when(end(NEW_YEAR)).then_refused(Invalid, "ends_sooner", "/last_day")
    early = given(a_sale(), grant(since=NEW_YEAR))
    early.when(end(TOMORROW)).then_refused(Invalid, "ends_before_first_day", "/last_day")


def test_what_is_over_is_not_ended() -> None:
    story = given(a_sale(), grant(until=TOMORROW), later(days=9))
    story.when(end()).then()
    story.when(end(NEW_YEAR)).then_refused(Clash, "competence_over")


def test_what_nobody_holds_is_not_ended() -> None:
    a_sale().when(end()).then_refused(Unknown)
    given(a_sale(), grant()).when(end(competence="another")).then_refused(Unknown)


# --- the fold ---------------------------------------------------------------------------------------------


def test_who_it_is_may_be_lost_and_the_rest_is_told_again() -> None:
    story = given(a_sale(), grant(login=LOGIN), end(NEW_YEAR))
    appointee = None
    for recorded in (r for r in story.log if r.family == "competence"):
        appointee = evolve(appointee, forgotten(recorded, recorded.keys.values()))
    assert appointee is not None
    assert (appointee.person, appointee.held[0]["login"]) == (None, None)
    assert (appointee.office_id, appointee.held[0]["until"]) == ("office-9", "2027-01-01")


def test_nobody_begins_with_an_end() -> None:
    story = given(a_sale(), grant(), end())
    with pytest.raises(TypeError, match="CompetenceGranted"):
        evolve(None, story.last[0])


_ACTS = st.one_of(
    st.just(end()),
    st.just(later(days=1)),
    st.dates(date(2026, 11, 20), date(2026, 12, 10)).map(end),
    st.builds(
        lambda role, **more: grant(role, **{k: v for k, v in more.items() if v is not None}),
        st.sampled_from(["officer", "supervisor"]),
        competence=st.sampled_from(["competence-1", "competence-2", "competence-3"]),
        since=st.none() | st.dates(date(2026, 11, 20), date(2026, 12, 10)),
        until=st.none() | st.dates(date(2026, 11, 20), date(2026, 12, 10)),
        procedures=st.sampled_from([(), ("car_sale",)]),
    ),
)


@for_all(st.lists(_ACTS, max_size=12))
def test_nobody_ever_holds_a_role_twice_on_one_day_and_nothing_past_is_rewritten(acts: list[Act]) -> None:
    story = a_sale()
    for act in acts:
        before = {h["competence"]: h for a in story.appointees.values() for h in a.held}
        story.when(act)
        today = story.at.date().isoformat()
        now = [h for a in story.appointees.values() for h in a.held]
        for one in now:
            was = before.get(one["competence"])
            if was is not None and was != one:
                assert one["since"] == was["since"]
                assert was["ended_at"] is None
                assert was["until"] is None or was["until"] >= today
                assert one["until"] is None or one["until"] >= today
        live = [h for h in now if h["ended_at"] is None]
        for role in ("officer", "supervisor"):
            spans = sorted((h["since"], h["until"] or "9999") for h in live if h["role"] == role)
            assert all(first[1] < second[0] for first, second in pairwise(spans)), spans
