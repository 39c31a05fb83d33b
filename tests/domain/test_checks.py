"""What must hold: checks of a country see the request, the entries that they name, and how far restrictions reach."""

from dataclasses import replace

import pytest

from domain.about import About
from domain.checks import Check, Moment
from domain.commands import FileCase
from domain.country import Source
from domain.decisions.checks import check_entry
from domain.decisions.situation import Situation
from domain.facts import EVERYTHING, Reach, Request, Seen
from domain.lookup_keys import Key, entry_key
from domain.refusals import Clash
from domain.seen import as_seen
from domain.terms import Terms
from tests.domain.acts import PROPOSED, approve, file, lift, office, restrict
from tests.domain.story import MONDAY, Story, a_sale, given

LAW = Source("Law of the tests", confirmed=True)
BAILIFF = office("restricting_officer", "bailiff", authority="kz-bailiffs")


# --- checks of a country ------------------------------------------------------------------------------------


def is_at_most(part: int, whole: int, percent: int) -> bool:
    return part * 100 <= whole * percent


RATIO = Check(
    code="ratio",
    holds=lambda facts: is_at_most(
        facts.request["foreigners"], facts.request["foreigners"] + facts.request["citizens"], 30
    ),
    effect="warn",
    source=LAW,
)


@pytest.mark.parametrize(("foreigners", "said"), [(6, []), (7, ["ratio"])])
def test_a_ratio_of_the_request_is_for_the_officer_to_judge(foreigners: int, said: list[str]) -> None:
    """KZ: 14 citizens and 6 foreigners are 70 %; the seventh is one too many."""
    story = a_sale()
    request = {**story.request, "citizens": 14, "foreigners": foreigners}
    assert checked(story, replace(story.terms, checks=(RATIO,)), request) == said


def of_the_other(_request: Request) -> dict[str, Key]:
    return {"other": entry_key("vehicles", "vin", "XTA210990Y2766389")}


TRADE = Check(
    code="needs_another_car",
    holds=lambda facts: facts.entries["other"] is not None,
    sees=of_the_other,
    moments=("filing",),
)


def checked(
    story: Story,
    terms: Terms,
    request: Request | None = None,
    moment: Moment = "filing",
    **beside: Key,
) -> list[str]:
    command = file()(story)
    assert isinstance(command, FileCase)
    asked = replace(command, request=request or story.request)
    about = About(story.offer, terms, asked.request, MONDAY, MONDAY)
    entries = dict.fromkeys(key for _, looked_at in about.checks for key in looked_at.values())
    seen = {**entries, story.key: story.entry, **dict.fromkeys(beside.values(), story.entry)}
    situation = Situation(asked, MONDAY, None, about=about, beside=seen)
    return check_entry(situation, situation.facts(), moment)


def test_a_check_sees_the_entries_that_it_names_also_of_other_things() -> None:
    """The state of another register is asked by its key, and loaded with what the request is about."""
    story = a_sale()
    terms = replace(story.terms, checks=(TRADE,))
    about = About(story.offer, terms, story.request, MONDAY, MONDAY)
    assert {"car": story.key} in [looked_at for _, looked_at in about.checks]
    assert (TRADE, of_the_other(story.request)) in about.checks
    assert checked(story, terms, other=of_the_other(story.request)["other"]) == []
    with pytest.raises(Clash) as refused:
        checked(story, terms)
    assert refused.value.name == "needs_another_car"


def test_a_check_looks_when_it_is_told_to() -> None:
    story = a_sale()
    assert checked(story, replace(story.terms, checks=(TRADE,)), moment="decision") == []


# --- how far a restriction reaches --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reach", "stopped"),
    [
        (EVERYTHING, {"sale", "export", "user_change"}),
        (Reach(only=("sale", "export")), {"sale", "export"}),  # an arrest
        (Reach(only=("export",)), {"export"}),  # released by the customs on a condition
        (Reach(but=("user_change",)), {"sale", "export"}),  # KG: plates 10, and "to nobody else"
    ],
)
def test_restrictions_differ_in_what_they_stop(reach: Reach, stopped: set[str]) -> None:
    car = Seen({}, {"some_kind": reach})
    for change in ("sale", "export", "user_change"):
        assert car.stopped_by(change) == (["some_kind"] if change in stopped else [])


def test_several_restrictions_are_told_together() -> None:
    car = Seen({}, {"wanted": EVERYTHING, "customs": Reach(only=("export",)), "arrest": EVERYTHING})
    assert car.stopped_by("sale") == ["arrest", "wanted"]
    assert Seen({}).stopped_by("sale") == []


def test_a_live_restriction_has_the_reach_of_the_law_of_the_day() -> None:
    story = given(a_sale(), restrict("arrest"))
    assert as_seen(story.entry, MONDAY.date()).restrictions == {"arrest": EVERYTHING}
    story = given(story, lift(BAILIFF))
    assert as_seen(story.entry, MONDAY.date()).restrictions == {}


def test_a_kind_that_the_law_does_not_know_any_more_stops_everything() -> None:
    story = given(a_sale(), restrict("arrest"))
    (live,) = story.entry.restrictions.values()
    old = story.entry._replace(restrictions={"restriction-1": {**live, "kind": "of_another_time"}})
    assert as_seen(old, MONDAY.date()).stopped_by("sale") == ["of_another_time"]


def test_the_arrest_of_the_law_stops_a_sale_at_its_decision() -> None:
    story = given(a_sale(), *PROPOSED, restrict("arrest")).when(approve())
    story.then_refused(Clash, "entry_restricted")
