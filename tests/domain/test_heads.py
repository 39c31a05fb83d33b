"""A head in the register of companies acts today, alone and without a paper; of others an officer sees the paper."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any, Final

import pytest

from domain import events as e
from domain.commands import StatedCapacity
from domain.entry import Entry
from domain.procedure import Offer
from domain.refusals import Clash, Invalid, NotAllowed, Unknown
from domain.registers.companies import REGISTER
from tests.domain.acts import (
    REPRESENTATIVE,
    SUPERVISOR,
    applicant,
    as_human,
    asked_by,
    assign,
    consent,
    end_mandate,
    file,
    give_mandate,
    later,
    office,
    withdraw,
)
from tests.domain.story import Act, Story, as_filed, given, human_of
from tests.examples import person
from tests.founders import a_company, a_founding, founding_is_offered

HEAD: Final = person("KZ", 900)
OTHER: Final = person("KZ", 901)
KEY: Final = ("person", 1, "KZ", HEAD["personal_number"]["number"])
TODAY: Final = date(2026, 11, 23)
YESTERDAY: Final = (TODAY - timedelta(days=1)).isoformat()
BY: Final = as_human(HEAD)


@pytest.fixture(autouse=True)
def offer() -> Iterator[Offer]:
    """The made-up law is there."""
    with founding_is_offered() as found:
        yield found


def a_head(who: Mapping[str, Any] = HEAD, **more: Any) -> dict[str, Any]:
    return {"person": who, "may_act": "alone", "since": "2020-01-01", "until": None, **more}


def unnamed(n: int = 1) -> dict[str, Any]:
    """A company of which the request does not say who acts for it."""
    return {**a_company(n), "acts_by": None}


def told(offer: Offer, *founders: dict[str, Any], **more: Any) -> Story:
    """A request of these founders; nothing is filed yet."""
    return Story(offer, as_filed(offer, {**a_founding(0), "founders": list(founders), **more}))


def registered(story: Story, *heads: dict[str, Any], n: int = 1, struck_off_on: str | None = None) -> Entry:
    """The company stands in the register."""
    number = a_company(n)["number"]
    content = {
        "number": number,
        "names": [f"Example {n} LLP"],
        "heads": list(heads),
        "struck_off_on": struck_off_on,
    }
    key = REGISTER.key(content)
    created = e.EntryCreated(register="companies", content_version=1, title="import", content=content)
    story.happened((key, created))
    return story.entries[key]


def says_yes(**more: Any) -> Act:
    return asked_by(BY, consent("p1", **more))


def test_a_head_in_the_register_acts_without_being_named_and_the_event_names_the_entry(offer: Offer) -> None:
    story = told(offer, unnamed())
    entry = registered(story, a_head())
    given(story, file())
    assert story.now.warnings == []
    story.when(says_yes()).then("ConsentGiven", "DecisionTermStarted")
    assert story.the(e.ConsentGiven).acting == {"person": human_of(KEY), "paper": None, "proof": entry.entry}
    assert story.last[0].actor == {"id": "a1", "role": "founder", "for": {"party": "p2", "as": "head"}}


def test_a_head_files_for_the_company(offer: Offer) -> None:
    story = told(offer, person("KZ", 1), applicant=unnamed())
    registered(story, a_head())
    story.when(asked_by(BY, file(acting=StatedCapacity("head")))).then(
        "ClaimTaken", "CaseFiled", "FeeAssessed"
    )
    story = told(offer, person("KZ", 1), applicant=unnamed())
    story.when(asked_by(BY, file())).then_refused(Invalid, "not_the_applicant")


NOBODY_ALONE: Final = {
    "left yesterday": a_head(until=YESTERDAY),
    "begins tomorrow": a_head(since=(TODAY + timedelta(days=1)).isoformat()),
    "only jointly": a_head(may_act="jointly"),
}


@pytest.mark.parametrize("head", NOBODY_ALONE.values(), ids=NOBODY_ALONE)
def test_who_is_no_head_today_or_not_alone_acts_for_nobody(offer: Offer, head: dict[str, Any]) -> None:
    story = told(offer, unnamed())
    registered(story, head, a_head(OTHER))
    given(story, file())
    story.when(says_yes()).then_refused(Unknown)


@pytest.mark.parametrize("head", NOBODY_ALONE.values(), ids=NOBODY_ALONE)
def test_a_company_for_which_nobody_can_act_alone_is_refused_before_it_costs(
    offer: Offer, head: dict[str, Any]
) -> None:
    """The request has to name who acts, by a paper."""
    story = told(offer, unnamed())
    registered(story, head)
    story.when(file()).then_refused(Invalid, "nobody_acts_alone", "/request/founders/0/acts_by")


def test_the_last_day_of_a_head_ends_where_the_register_is(offer: Offer) -> None:
    """Midnight in Almaty is 19:00 UTC."""
    story = told(offer, unnamed())
    registered(story, a_head(until=TODAY.isoformat()))
    given(story, file(), later(hours=10))
    story.when(says_yes()).then_refused(Unknown)


def test_whom_the_register_bears_out_needs_no_paper_and_who_left_since_acts_no_more(offer: Offer) -> None:
    """The request names them still; but no officer was told to look at a paper."""
    story = told(offer, a_company(1, HEAD))
    registered(story, a_head(until=TODAY.isoformat()))
    given(story, file())
    assert story.now.warnings == []
    given(story, later(days=1))
    story.when(says_yes()).then_refused(Unknown)


def test_of_a_head_whom_the_register_does_not_have_the_officer_is_told_and_judges_the_paper(
    offer: Offer,
) -> None:
    """Somebody may have been appointed yesterday: to refuse a right person is worse than to look."""
    story = told(offer, a_company(1, HEAD))
    registered(story, a_head(OTHER))
    given(story, file())
    assert story.now.warnings == ["acts_by_paper:founder_1", "register_says_otherwise:founder_1"]
    given(story, says_yes())
    assert story.the(e.ConsentGiven).acting == {"person": human_of(KEY), "paper": None, "proof": None}


def test_a_company_that_the_register_does_not_know_acts_by_a_paper(offer: Offer) -> None:
    story = given(told(offer, a_company(1, HEAD)), file())
    assert story.now.warnings == ["acts_by_paper:founder_1"]
    given(story, says_yes())


@pytest.mark.parametrize("company", [a_company(1, HEAD), unnamed()], ids=["named", "unnamed"])
def test_a_company_that_is_struck_off_cannot_act(offer: Offer, company: dict[str, Any]) -> None:
    story = told(offer, company)
    registered(story, a_head(), struck_off_on=TODAY.isoformat())
    given(story, file())
    story.when(says_yes()).then_refused(Clash, "company_struck_off")
    files = told(offer, person("KZ", 1), applicant=company)
    registered(files, a_head(), struck_off_on=TODAY.isoformat())
    files.when(asked_by(BY, file())).then_refused(Clash, "company_struck_off")


def test_a_company_is_struck_off_from_its_day_on(offer: Offer) -> None:
    story = told(offer, unnamed())
    registered(story, a_head(), struck_off_on=(TODAY + timedelta(days=1)).isoformat())
    given(story, file(), says_yes())


def test_a_company_of_another_country_is_not_looked_for_in_this_register(offer: Offer) -> None:
    foreign = {**a_company(1, HEAD), "country": "UZ"}
    story = told(offer, foreign)
    registered(story, a_head(OTHER))
    given(story, file())
    assert story.now.warnings == ["acts_by_paper:founder_1"]
    given(story, says_yes())


@pytest.mark.parametrize("may_act", ["alone", "jointly"])
def test_a_head_of_a_party_judges_nothing(offer: Offer, may_act: str) -> None:
    story = told(offer, unnamed())
    registered(story, a_head(may_act=may_act), a_head(OTHER))
    given(story, file(), asked_by(as_human(OTHER), consent("p1")))
    head = office("officer", "officer-1", person=human_of(KEY))
    story.when(assign(head)).then_refused(NotAllowed, "party_to_this_case")
    story.when(assign(SUPERVISOR, to=head)).then_refused(NotAllowed, "officer_is_party")


def test_a_company_for_which_nobody_is_said_to_act_is_refused_before_it_costs(offer: Offer) -> None:
    refused = told(offer, person("KZ", 1), unnamed()).when(file())
    refused.then_refused(Invalid, "nobody_acts", "/request/founders/1/acts_by")
    foreign = {**unnamed(), "country": "UZ"}
    story = told(offer, foreign)
    registered(story, a_head())
    story.when(file()).then_refused(Invalid, "nobody_acts", "/request/founders/0/acts_by")


# --- clerks -----------------------------------------------------------------------------------------------


def test_a_clerk_acts_for_the_company_by_the_mandate_of_its_head(offer: Offer) -> None:
    story = told(offer, unnamed())
    entry = registered(story, a_head())
    story.when(give_mandate(of=unnamed_party(), by=BY)).then("MandateGiven")
    mandate = story.the(e.MandateGiven)
    assert mandate.acts_as == "clerk"
    assert mandate.acting == {"person": human_of(KEY), "paper": None, "proof": entry.entry}
    assert story.last[0].actor == {"id": "a1", "role": "principal", "for": {"party": "p1", "as": "head"}}
    given(story, file(), asked_by(as_human(REPRESENTATIVE), consent("p1", acting=StatedCapacity("clerk"))))
    assert story.last[0].actor["for"] == {"party": "p2", "as": "clerk"}


def unnamed_party() -> dict[str, Any]:
    """The company as a mandate names it."""
    return {name: value for name, value in a_company(1).items() if name != "acts_by"}


def test_only_who_heads_a_company_alone_today_gives_and_ends_its_mandates(offer: Offer) -> None:
    company = unnamed_party()
    refused = told(offer, unnamed()).when(give_mandate(of=company, by=BY))
    refused.then_refused(Invalid, "principal_has_another_head", "/principal/number")
    for head in (a_head(until=YESTERDAY), a_head(may_act="jointly"), a_head(OTHER)):
        story = told(offer, unnamed())
        registered(story, head)
        refused = story.when(give_mandate(of=company, by=BY))
        refused.then_refused(Invalid, "principal_has_another_head", "/principal/number")

    story = told(offer, unnamed())
    registered(story, a_head(until=TODAY.isoformat()), a_head(OTHER))
    given(story, give_mandate(of=company, by=BY), later(days=1))
    story.when(end_mandate(BY, of=company)).then_refused(Unknown)
    story.when(end_mandate(as_human(OTHER), of=company)).then("MandateEnded")


def test_a_company_that_is_struck_off_gives_no_mandate_and_its_clerks_act_no_more(offer: Offer) -> None:
    story = told(offer, unnamed())
    registered(story, a_head(), struck_off_on=(TODAY + timedelta(days=1)).isoformat())
    given(story, give_mandate(of=unnamed_party(), by=BY), file(), later(days=1))
    clerk = as_human(REPRESENTATIVE)
    story.when(asked_by(clerk, consent("p1"))).then_refused(Clash, "company_struck_off")
    given(story, end_mandate(BY, of=unnamed_party()))
    story.when(give_mandate(of=unnamed_party(), by=BY)).then_refused(Clash, "company_struck_off")


def test_a_clerk_who_may_not_withdraw_does_not(offer: Offer) -> None:
    story = told(offer, person("KZ", 1), applicant=unnamed())
    registered(story, a_head())
    given(story, give_mandate(of=unnamed_party(), by=BY), asked_by(as_human(REPRESENTATIVE), file()))
    by_clerk = asked_by(as_human(REPRESENTATIVE), withdraw())
    story.when(by_clerk).then_refused(NotAllowed, "mandate_does_not_reach")
    given(story, asked_by(BY, withdraw()))


def test_who_files_as_themselves_is_no_company(offer: Offer) -> None:
    """A company is nobody who signs in."""
    story = told(offer, person("KZ", 1), applicant=unnamed())
    registered(story, a_head())
    story.when(asked_by(applicant, file(acting=StatedCapacity("head")))).then_refused(
        Invalid, "not_acting", "/acting/as"
    )
