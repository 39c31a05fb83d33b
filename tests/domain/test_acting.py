"""Who acts for a party does what the party may, and is told apart from it; nobody else is taken for it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as forall
from hypothesis import strategies as st

from domain import events as e
from domain.authorisation import Rule, rule_or_refusal, subject_of
from domain.case import Stage
from domain.commands import Actor, StatedCapacity
from domain.parties import capacities
from domain.procedure import Offer
from domain.refusals import Invalid, NotAllowed, Unknown
from domain.visibility import shown, visible_evidence
from infra.formats import codec
from tests.domain.acts import (
    IN_HAND,
    OFFICER,
    SECOND,
    SUPERVISOR,
    acknowledge,
    answer,
    approve,
    ask,
    asked_by,
    assign,
    bring,
    consent,
    decline,
    erase,
    file,
    later,
    office,
    pay,
    propose,
    refuse,
    revoke,
    stranger,
    withdraw,
)
from tests.domain.story import Act, Story, Who, a_sale, as_filed, folded, given
from tests.examples import person, unnumbered
from tests.founders import FOREIGNER, a_company, a_founding, fifty_founders, founding_is_offered

HEAD = person("KZ", 900)
OTHER_HEAD = person("KZ", 901)
PAPER = bring("signed_paper", 9)
AT_COUNTER = StatedCapacity("counter", PAPER)
THIRD = office("officer", "officer-3")


@pytest.fixture(autouse=True)
def offer() -> Iterator[Offer]:
    """The made-up law is there."""
    with founding_is_offered() as found:
        yield found


def human(known: dict[str, Any]) -> Who:
    """Somebody who signs in with the number of this person."""
    number = known["personal_number"]
    keyed = "-".join(("human", "person", "1", number["country"], number["number"]))

    def found(story: Story) -> Actor:
        return Actor(
            issuer="id.example", subject=keyed, client="portal", persons={story.offer.country: keyed}
        )

    return found


def told(offer: Offer, *founders: dict[str, Any], **more: Any) -> Story:
    """A request of these founders; nothing is filed yet."""
    request = {**a_founding(0), "founders": list(founders), **more}
    return Story(offer, as_filed(offer, request))


def says_yes(who: Who, **more: Any) -> Act:
    """A consent of whoever this is."""
    return asked_by(who, consent("p1", **more))


# --- for a company, for a child ---------------------------------------------------------------------------


def test_the_head_of_a_company_consents_for_it(offer: Offer) -> None:
    story = given(told(offer, a_company(1, HEAD)), file())
    story.when(says_yes(human(HEAD))).then("ConsentGiven", "DecisionTermStarted")
    given_ = story.the(e.ConsentGiven)
    assert given_.party == "p2"
    assert story.last[0].actor == {"id": "a1", "role": "founder", "for": {"party": "p2", "as": "head"}}
    assert given_.acting == {"person": human(HEAD)(story).persons["KZ"], "paper": None, "proof": None}
    assert folded(story.log, story.case_id) == story.now


def test_who_is_the_party_acts_for_nobody_else(offer: Offer) -> None:
    story = given(told(offer, person("KZ", 1)), file(), consent("founder_1"))
    assert story.last[0].actor == {"id": "p2", "role": "founder"}
    assert [getattr(r.event, "acting", None) for r in story.log] == [None] * len(story.log)
    assert story.now.acting == {}


def test_one_head_of_two_companies_says_for_which_of_them_and_has_one_name(offer: Offer) -> None:
    story = given(told(offer, a_company(1, HEAD), a_company(2, HEAD), a_company(3, OTHER_HEAD)), file())
    story.when(says_yes(human(HEAD))).then_refused(Invalid, "party_missing", "/party")
    story.when(says_yes(human(HEAD), party="p4")).then_refused(NotAllowed, "consent_not_asked")
    given(story, says_yes(human(OTHER_HEAD)), says_yes(human(HEAD), party="p3"))
    assert story.last[0].actor["id"] == "a2"
    given(story, says_yes(human(HEAD), party="p2"))
    assert story.last[0].actor == {"id": "a2", "role": "founder", "for": {"party": "p2", "as": "head"}}
    assert set(story.now.acting) == {"a1", "a2"}
    assert story.now.stage == Stage.IN_REVIEW


def test_a_head_who_founds_too_is_called_as_the_party_that_they_are(offer: Offer) -> None:
    story = given(told(offer, HEAD, a_company(1, HEAD)), file())
    story.when(says_yes(human(HEAD))).then_refused(Invalid, "party_missing", "/party")
    given(story, says_yes(human(HEAD), party="p3"))
    assert story.last[0].actor == {"id": "p2", "role": "founder", "for": {"party": "p3", "as": "head"}}
    given(story, says_yes(human(HEAD), party="p2"))
    assert story.last[0].actor == {"id": "p2", "role": "founder"}
    assert story.now.acting == {}


def test_as_what_somebody_acts_may_be_said_and_must_be_so(offer: Offer) -> None:
    story = given(told(offer, a_company(1, HEAD), a_company(2, HEAD, as_="mandate")), file())
    story.when(says_yes(human(HEAD), acting=StatedCapacity("parent"))).then_refused(
        Invalid, "not_acting", "/acting/as"
    )
    given(story, says_yes(human(HEAD), acting=StatedCapacity("mandate")))
    assert set(story.now.consents) == {"p3"}


def test_the_same_yes_of_another_who_acts_is_that_yes(offer: Offer) -> None:
    story = given(told(offer, a_company(1, HEAD), person("KZ", 1)), file(), says_yes(human(HEAD)))
    story.when(says_yes(human(HEAD))).then()


def test_a_head_says_no_and_takes_a_yes_back(offer: Offer) -> None:
    story = given(told(offer, a_company(1, HEAD), person("KZ", 1)), file(), says_yes(human(HEAD)))
    given(story, asked_by(human(HEAD), revoke("p1")))
    assert story.the(e.ConsentRevoked).acting is not None
    story.when(asked_by(human(HEAD), decline("p1"))).then("ClaimReleased", "ConsentDeclined", "CaseWithdrawn")
    assert story.the(e.CaseWithdrawn).acting == story.the(e.ConsentDeclined).acting
    assert story.now.decided is not None
    assert story.now.decided["by"] == "p2"
    story.when(asked_by(human(HEAD), decline("p1"))).then()


def test_a_company_files_by_its_head_who_answers_and_withdraws_for_it(offer: Offer) -> None:
    story = told(offer, person("KZ", 1), applicant=a_company(1, HEAD))
    given(story, file(human(HEAD), acting=StatedCapacity("head")))
    filed = story.log[-2]
    assert filed.actor == {"id": "a1", "role": "applicant", "for": {"party": "p1", "as": "head"}}
    assert story.the(e.CaseFiled).acting is not None
    given(story, consent("founder_1"), assign(), ask(), answer(by=human(HEAD)))
    assert story.last[0].actor["id"] == "a1"
    given(story, withdraw(by=human(HEAD)))
    assert story.now.decided is not None
    assert story.now.decided["by"] == "p1"
    assert folded(story.log, story.case_id) == story.now


def test_a_parent_files_for_a_child_without_a_number(offer: Offer) -> None:
    child = unnumbered(5, document=None, born_on="2015-05-17", acts_by={"as": "parent", "person": HEAD})
    story = given(told(offer, person("KZ", 1), applicant=child), file(human(HEAD)))
    assert story.now.persons.keys() == {"p2"}
    assert story.now.warnings[:2] == ["acts_by_paper:applicant", "known_by_name_only:applicant"]


def test_who_files_for_another_must_be_named_as_who_acts(offer: Offer) -> None:
    story = told(offer, person("KZ", 1), applicant=a_company(1, HEAD))
    story.when(file(human(OTHER_HEAD))).then_refused(
        Invalid, "not_the_applicant", "/request/applicant/number"
    )
    story.when(file(human(HEAD), acting=StatedCapacity("parent"))).then_refused(
        Invalid, "not_acting", "/acting/as"
    )
    wrong = human(OTHER_HEAD)
    story.when(file(wrong, acting=StatedCapacity("head"))).then_refused(Invalid, "not_acting", "/acting/as")


def test_nobody_acts_for_a_party_as_the_law_does_not_know_it(offer: Offer) -> None:
    story = told(offer, a_company(1, HEAD, as_="guardian"))
    story.when(file()).then_refused(Invalid, "may_not_act_so", "/request/founders/0/acts_by/as")


def test_that_somebody_acts_by_paper_alone_is_said_to_the_officer(offer: Offer) -> None:
    story = given(told(offer, person("KZ", 1), a_company(1, HEAD), a_company(2, FOREIGNER)), file())
    assert story.now.warnings == [
        "acts_by_paper:founder_2",
        "acts_by_paper:founder_3",
        "cannot_sign_in:founder_3",
    ]


def test_a_filing_for_another_is_no_consent_of_who_files(offer: Offer) -> None:
    story = given(told(offer, HEAD, applicant=a_company(1, HEAD)), file(human(HEAD)))
    assert story.now.consents_asked == ["p2"]


# --- reading ----------------------------------------------------------------------------------------------


def test_who_acts_for_a_party_sees_what_it_sees(offer: Offer) -> None:
    founders = (person("KZ", 1), a_company(1, HEAD), a_company(2, HEAD), a_company(3, OTHER_HEAD))
    story = given(told(offer, *founders), file())
    rule = rule_or_refusal(human(HEAD)(story), "case.read", subject_of(story.now, story.at))
    assert isinstance(rule, Rule)
    assert (rule.party, rule.as_) == ("p3", "head")
    seen = shown(story.now, rule.party, rule.capacities)
    assert seen["acts_for"] == [{"party": "p3", "as": "head"}, {"party": "p4", "as": "head"}]
    named = {"surname": "Example 1", "given_names": "Fictional"}
    assert seen["request"]["founders"] == [named, founders[1], founders[2], {"name": "Example 3 LLP"}]


def test_an_officer_who_acts_for_a_party_has_no_office_in_the_case(offer: Offer) -> None:
    story = given(told(offer, a_company(1, HEAD)), file(), says_yes(human(HEAD)))
    keyed = human(HEAD)(story).persons["KZ"]
    by_day = office("officer", "head-by-day", person=keyed)
    story.when(assign(by=by_day)).then_refused(NotAllowed)
    story.when(assign(by=SUPERVISOR, to=by_day)).then_refused(NotAllowed, "officer_is_party")
    by_record = replace(by_day(story), persons={})
    assert isinstance(rule_or_refusal(by_record, "case.decide", subject_of(story.now, story.at)), NotAllowed)


# --- for all ----------------------------------------------------------------------------------------------

PEOPLE = [person("KZ", n) for n in range(5)]
SOMEBODY = st.integers(0, 4)


@st.composite
def founders(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Up to six founders, each a person or a company with somebody of the same five as who acts for it."""
    people = draw(st.lists(SOMEBODY, max_size=3, unique=True))
    companies = draw(st.lists(st.tuples(SOMEBODY, st.sampled_from(["head", "mandate"])), max_size=3))
    found = [PEOPLE[n] for n in people]
    found += [a_company(n, PEOPLE[who], as_) for n, (who, as_) in enumerate(companies)]
    return draw(st.permutations(found))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@forall(named=founders(), me=SOMEBODY)
def test_whoever_may_act_for_a_party_is_known_as_that_and_nobody_else(
    offer: Offer, named: list[dict[str, Any]], me: int
) -> None:
    """For any request: in a case as in the request, for each party as what the request says, and for no other."""
    story = told(offer, *named, applicant=PEOPLE[0], witnesses=[PEOPLE[4]])
    given(story, file(human(PEOPLE[0])))
    actor, case = human(PEOPLE[me])(story), story.now
    wanted: dict[str, str | None] = {}
    everybody = {"p1": PEOPLE[0], f"p{len(named) + 2}": PEOPLE[4]}
    everybody |= {f"p{n}": each for n, each in enumerate(named, start=2)}
    for party, each in everybody.items():
        acts_by = each.get("acts_by")
        if each == PEOPLE[me]:
            wanted[party] = None
        elif acts_by and acts_by["person"] == PEOPLE[me]:
            wanted[party] = acts_by["as"]
    rule = rule_or_refusal(actor, "case.read", subject_of(case, story.at))
    assert isinstance(rule, Rule if wanted else Unknown)
    mine = capacities(actor.persons["KZ"], case.persons, case.representatives)
    assert {each.party: each.as_ for each in mine} == wanted
    assert len(mine) == len(wanted)
    assert [c.as_ is None for c in mine] == sorted((c.as_ is None for c in mine), reverse=True)
    for party in case.consents_asked:
        story.when(asked_by(lambda _: actor, consent("p1", party=party)))
        assert (story.refusal is None) == (party in wanted), party


# --- at the counter ---------------------------------------------------------------------------------------


def at_counter(party: str | None = "p2", by: Who = OFFICER, **more: Any) -> Act:
    """An officer takes the signed consent of a party."""
    return says_yes(by, **{"party": party, "acting": AT_COUNTER, **more})


def test_a_consent_at_the_counter_counts_like_any_other(offer: Offer) -> None:
    story = given(told(offer, a_company(7, FOREIGNER)), file())
    story.when(at_counter()).then("ConsentGiven", "DecisionTermStarted")
    actor = {"id": "officer-1", "role": "officer", "for": {"party": "p2", "as": "counter"}}
    assert story.last[0].actor == actor
    assert story.the(e.ConsentGiven).acting == {"person": "human-officer-1", "paper": PAPER, "proof": None}
    assert story.now.evidence == [{**PAPER, "party": "p2"}]
    assert story.now.all_warnings[-1] == "at_counter"
    assert story.now.timeline[-2]["for"] == {"party": "p2", "as": "counter"}
    assert story.now.at_counter == [["officer-1", "human-officer-1"]]
    assert folded(story.log, story.case_id) == story.now


def test_the_signed_paper_has_to_be_there_and_nowhere_else(offer: Offer) -> None:
    story = given(told(offer, a_company(1, HEAD)), file())
    without = at_counter(acting=StatedCapacity("counter"))
    story.when(without).then_refused(Invalid, "paper_missing", "/acting/on_paper")
    by_head = says_yes(human(HEAD), acting=StatedCapacity("head", PAPER))
    story.when(by_head).then_refused(Invalid, "paper_not_asked", "/acting/on_paper")


def test_at_the_counter_it_is_said_for_whom_where_several_are_asked(offer: Offer) -> None:
    story = given(told(offer, a_company(1, HEAD), person("KZ", 1)), file())
    story.when(at_counter(party=None)).then_refused(Invalid, "party_missing", "/party")
    story.when(at_counter("p1")).then_refused(NotAllowed, "consent_not_asked")
    given(story, at_counter("p3"))
    story.when(at_counter("p3")).then()


def test_nobody_but_an_officer_of_the_authority_is_the_counter(offer: Offer) -> None:
    story = given(told(offer, a_company(1, HEAD), person("KZ", 1)), file())
    story.when(at_counter(by=stranger)).then_refused(Unknown)
    story.when(at_counter(by=human(HEAD))).then_refused(NotAllowed)
    story.when(at_counter(by=office("officer", authority="kz-police"))).then_refused(Unknown)
    other = told(offer, a_company(1, HEAD))
    other.when(file(stranger, acting=AT_COUNTER)).then_refused(NotAllowed, "not_at_the_counter")
    by_party = file(human(other.request["applicant"]), acting=AT_COUNTER)
    other.when(by_party).then_refused(NotAllowed)


def test_who_has_no_number_files_at_the_counter_answers_and_withdraws_there(offer: Offer) -> None:
    nobody = unnumbered(5, document=None)
    story = told(offer, person("KZ", 1), applicant=nobody)
    story.when(file(OFFICER, acting=StatedCapacity("counter"))).then_refused(
        Invalid, "paper_missing", "/acting/on_paper"
    )
    given(story, file(OFFICER, acting=AT_COUNTER), consent("founder_1"), assign(by=SECOND))
    filed = next(r for r in story.log if isinstance(r.event, e.CaseFiled))
    assert filed.actor["id"] == "officer-1"
    assert "cannot_sign_in:applicant" in story.now.warnings
    given(story, ask(by=SECOND))
    given(story, answer(by=OFFICER, acting=StatedCapacity("counter", bring("signed_paper", 10))))
    given(story, withdraw(by=OFFICER, acting=StatedCapacity("counter", bring("signed_paper", 11))))
    assert [piece["id"] for piece in story.now.evidence or ()] == ["evidence-9", "evidence-10", "evidence-11"]
    assert story.now.at_counter == [["officer-1", "human-officer-1"]]
    assert story.now.decided is not None
    assert story.now.decided["by"] == "p1"


def test_who_acted_at_the_counter_is_neither_of_the_four_eyes() -> None:
    acts = (file(), asked_by(OFFICER, consent(party="p2", acting=AT_COUNTER)), pay())
    story = given(a_sale(), *acts)
    story.when(assign(by=OFFICER)).then_refused(NotAllowed, "acted_at_counter")
    story.when(assign(by=SUPERVISOR, to=OFFICER)).then_refused(NotAllowed, "acted_at_counter")
    given(story, assign(by=SECOND))
    story.when(refuse("tax_unpaid", by=OFFICER)).then_refused(NotAllowed, "acted_at_counter")
    given(story, propose(by=SECOND))
    story.when(approve(by=OFFICER)).then_refused(NotAllowed, "acted_at_counter")
    given(story, approve(by=THIRD))
    assert story.now.stage == Stage.APPROVED


def test_nor_the_only_pair_of_eyes(offer: Offer) -> None:
    """By the human, under whichever office they sign."""
    story = given(told(offer, a_company(7, FOREIGNER)), file(), at_counter())
    elsewhere = office("supervisor", "another-desk", person="human-officer-1")
    story.when(assign(by=elsewhere)).then_refused(NotAllowed, "acted_at_counter")
    given(story, assign(by=SECOND), approve(by=SECOND))


def test_who_has_the_case_or_judged_it_takes_no_paper() -> None:
    """Who asks does not answer for the party, and who proposed does not take the request back for it."""
    paper = StatedCapacity("counter", PAPER)
    consents = asked_by(OFFICER, consent(party="p2", acting=paper))
    given(a_sale(), *IN_HAND, revoke()).when(consents).then_refused(NotAllowed, "judges_this_case")
    asked = given(a_sale(), *IN_HAND, ask())
    asked.when(answer(by=OFFICER, acting=paper)).then_refused(NotAllowed, "judges_this_case")
    proposed = given(a_sale(), *IN_HAND, propose(), assign(by=SUPERVISOR, to=SECOND))
    proposed.when(withdraw(by=OFFICER, acting=paper)).then_refused(NotAllowed, "judges_this_case")
    given(asked, answer(by=THIRD, acting=paper))


def test_a_paper_stands_for_one_act_of_its_party() -> None:
    """What was signed to consent is not what takes the consent back; a contract may stand for both who signed it."""
    paper = StatedCapacity("counter", PAPER)
    story = given(a_sale(), file(OFFICER, acting=paper), asked_by(OFFICER, consent(party="p2", acting=paper)))
    back = asked_by(OFFICER, revoke(party="p2", acting=paper))
    story.when(back).then_refused(Invalid, "paper_used", "/acting/on_paper")
    another = StatedCapacity("counter", bring("signed_paper", 10))
    story.when(asked_by(OFFICER, revoke(party="p2", acting=another))).then("ConsentRevoked")
    assert [piece["id"] for piece in visible_evidence(story.now, "p2")] == ["evidence-9", "evidence-10"]
    assert [piece["id"] for piece in visible_evidence(story.now, "p1")] == ["evidence-9"]


def test_what_is_told_at_the_counter_is_done_once() -> None:
    story = given(a_sale(), file())
    no = asked_by(OFFICER, decline())
    story.when(lambda s: replace(no(s), acting=AT_COUNTER, party="p2"))  # type: ignore[type-var]
    story.then("ClaimReleased", "ConsentDeclined", "CaseWithdrawn")
    story.when(lambda s: replace(no(s), acting=AT_COUNTER, party="p2")).then()  # type: ignore[type-var]


# --- fifty founders, and forgetting -----------------------------------------------------------------------


def test_fifty_founders_of_whom_seven_are_companies_found_one(offer: Offer) -> None:
    people = [person("KZ", 100 + n) for n in range(47)]
    story = Story(offer, as_filed(offer, fifty_founders(person("KZ", 0), people)))
    given(story, file(human(person("KZ", 0))))
    for n, founder in enumerate(story.request["founders"], start=2):
        acts_by = founder.get("acts_by")
        who = acts_by["person"] if acts_by else founder
        given(story, at_counter(f"p{n}") if who == FOREIGNER else says_yes(human(who), party=f"p{n}"))
    assert story.now.stage == Stage.IN_REVIEW
    assert set(story.now.acting) == {"a1", "a2", "a3", "a4"}
    given(story, assign(by=SECOND), approve(by=SECOND), acknowledge())
    assert story.now.stage == Stage.COMPLETED
    assert not any("acts_by" in each for each in story.entry.content["founders"])
    assert folded(story.log, story.case_id) == story.now


def test_who_acted_is_forgotten_with_the_case_and_for_a_party_with_the_party(offer: Offer) -> None:
    story = given(told(offer, a_company(1, HEAD), a_company(7, FOREIGNER)), file(), says_yes(human(HEAD)))
    given(story, at_counter("p3"), assign(by=SECOND), approve(by=SECOND), acknowledge(), later(days=800))
    given(story, erase("founder_1"))
    assert "p2" not in story.now.representatives
    assert isinstance(
        rule_or_refusal(human(HEAD)(story), "case.read", subject_of(story.now, story.at)), Unknown
    )
    given(story, erase())
    assert story.now.acting == {"a1": None}
    assert story.now.at_counter == [["officer-1", None]]
    assert story.now.evidence is None


def test_in_the_signed_event_each_act_of_a_party_says_who_acted_or_that_nobody_did(offer: Offer) -> None:
    """A fixed set of personal members, so that counts tell nothing."""
    for name in ("ConsentGiven", "ConsentDeclined", "ConsentRevoked", "InformationProvided", "CaseWithdrawn"):
        _, owners = codec.members_of(f"case.{name}.v1", {}, "KZ")
        assert owners["acting"] == "case"
    story = given(told(offer, person("KZ", 1), a_company(1, HEAD)), file())
    filed = next(r for r in story.log if isinstance(r.event, e.CaseFiled))
    assert {n: w for n, w in filed.owners.items() if n.startswith("representative_")} == {
        "representative_p1": "applicant",
        "representative_p2": "founder_1",
        "representative_p3": "founder_2",
    }
    assert filed.owners["acting"] == "case"
