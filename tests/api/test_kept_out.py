"""Who judged before, is on one side or acted for one judges no more: in no role, and by whichever login and number."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import count
from typing import Any, Final, NamedTuple

import httpx2
import pytest

from domain.commands import SYSTEM
from domain.procedures.birth_certificate import BIRTHS
from infra.desk import granting
from tests.examples import example_content, person, unnumbered
from tests.founders import NAME, a_founding, founding_is_offered
from tests.town.caller import Caller, good, new_key, problem
from tests.town.people import Town
from tests.town.people import person as resident

pytestmark = pytest.mark.countries("KZ")

SALE: Final = ("KZ", "car_sale")
OFFICE, POLICE, APPEALS = "kz-vehicle-registration", "kz-police", "kz-interior-ministry"
FIRST, SECOND = f"{OFFICE}-officer-1", f"{OFFICE}-officer-2"
SUPERVISOR = f"{OFFICE}-supervisor"
SELLER, BUYER = "kz-citizen-1", "kz-citizen-2"
NO: Final = {"grounds": ["tax_unpaid"], "reason": "The tax of last year is open."}
POSTS: Final = ((OFFICE, "officer"), (POLICE, "officer"), (APPEALS, "appeal_officer"))
_COUNTER: Final = count(1)


class Human(NamedTuple):
    """Somebody with two numbers, as a form names them by each."""

    one: dict[str, Any]
    two: dict[str, Any]


class Way(NamedTuple):
    """How they sign in: which number their token tells, and which one the record of competences; None: none."""

    token: str | None
    record: str | None


WAYS: Final[Mapping[str, Way]] = {
    "by their number": Way("one", "one"),
    "by a login of which the record knows the number": Way(None, "one"),
    "by a login that tells the number itself": Way("one", None),
    "by a login that tells another number than the record": Way("two", "one"),
    "by a login that the record knows under another number": Way("one", "two"),
}
THEIR_OWN: Final = "by their number"


class Signed(NamedTuple):
    """Somebody who signed in, and their id within the deciding office."""

    human: Human
    caller: Caller
    office_id: str


def a_human() -> Human:
    n = 700 + next(_COUNTER)
    return Human(person("KZ", n), person("TR", n))


def signed_in(town: Town, human: Human, way: Way, posts: Sequence[tuple[str, str]] = POSTS) -> Signed:
    """With all posts at once: decides, is asked by who decides, decides appeals."""
    subject = f"somebody-{next(_COUNTER)}"
    numbers = {"one": human.one["personal_number"], "two": human.two["personal_number"], None: None}
    known = numbers[way.record]
    country = town.house.countries["KZ"]
    login: Any = {"issuer": town.house.provider.issuer, "subject": subject}
    keyed = country.ids.person(known["country"], known["number"]) if known else None
    states = []
    for authority, role in posts:
        command = granting.grant(country.desk, SYSTEM, authority, person=keyed, login=login, role=role)
        states.append(country.desk.ask(command).result().state)
    town.house.competences.follow(states)
    return Signed(human, town.signed_in(subject, numbers[way.token]), str(states[0].office_id))


# --- what they did ------------------------------------------------------------------------------------------


def in_review(town: Town, **changes: Any) -> str:
    case = town.file(*SALE, **changes)
    town.complete(case)
    return case


def seen(town: Town, case: str) -> int:
    return int(town.read(case, SELLER)["version"])


def judged(town: Town, who: Caller, case: str, what: str, body: dict[str, Any] | None = None) -> Any:
    return good(who.post(f"/v1/cases/{case}/{what}", body, seen=seen(town, case)))


def appealed(town: Town, case: str) -> None:
    of = town.read(case, SELLER)["ending"]["of"]
    good(town.as_(SELLER).post(f"/v1/cases/{case}/appeals", {"of": of, "reason": f"It is paid {new_key()}."}))


SET_ASIDE: Final = {"outcome": "set_aside", "reason": "It was paid."}


def refused_and_set_aside(town: Town, who: Signed) -> str:
    case = in_review(town)
    judged(town, who.caller, case, "assignments")
    judged(town, who.caller, case, "refusals", NO)
    appealed(town, case)
    judged(town, town.as_(f"{APPEALS}-appeal-officer-1"), case, "appeal-decisions", SET_ASIDE)
    return case


def proposed_and_refused_by_another(town: Town, who: Signed) -> str:
    """What was set aside is another's refusal; but they proposed in that time."""
    case = in_review(town)
    judged(town, who.caller, case, "assignments")
    judged(town, who.caller, case, "proposals")
    judged(town, town.as_(SUPERVISOR), case, "assignments")
    judged(town, town.as_(SUPERVISOR), case, "refusals", NO)
    appealed(town, case)
    judged(town, town.as_(f"{APPEALS}-appeal-officer-1"), case, "appeal-decisions", SET_ASIDE)
    return case


def set_it_aside(town: Town, who: Signed) -> str:
    case = in_review(town)
    judged(town, town.as_(SUPERVISOR), case, "assignments")
    judged(town, town.as_(SUPERVISOR), case, "refusals", NO)
    appealed(town, case)
    judged(town, who.caller, case, "appeal-decisions", SET_ASIDE)
    return case


def is_the_buyer(town: Town, who: Signed) -> str:
    case = town.file(*SALE, buyer=who.human.one)
    of = town.read(case, SELLER)["request_hash"]
    yes = {"answer": "give", "of": of}
    good(town.whoever(who.human.one).post(f"/v1/cases/{case}/consents", yes))
    town.pay(case)
    return case


def mandate(town: Town, human: Human, **more: Any) -> str:
    until = (town.now() + timedelta(days=90)).date().isoformat()
    people = {"principal": resident(SELLER), "representative": human.one}
    given = {"country": "KZ", **people, "until": until, **more}
    return str(good(town.as_(SELLER).post("/v1/mandates", given))["mandate"])


def has_a_mandate_of_the_seller(town: Town, who: Signed) -> str:
    mandate(town, who.human)
    return in_review(town)


def filed_by_a_mandate_that_is_over(town: Town, who: Signed) -> str:
    by = mandate(town, who.human)
    body = {**town.filing(*SALE), "acting": {"as": "mandate", "mandate": by}}
    case = str(good(town.whoever(who.human.one).post("/v1/cases", body, key=new_key()))["case"])
    town.end_mandate(SELLER, by)
    town.complete(case)
    return case


def took_the_paper_at_the_counter(town: Town, who: Signed) -> str:
    case = town.file(*SALE, buyer=unnumbered(next(_COUNTER)))
    signed = b"%PDF-1.4\n" + new_key().encode() + b"\n%%EOF\n"
    paper = {"as": "counter", "on_paper": town.upload(who.caller, "KZ", signed)}
    of = town.read(case, SELLER)["request_hash"]
    yes = {"answer": "give", "of": of, "party": "p2", "acting": paper}
    good(who.caller.post(f"/v1/cases/{case}/consents", yes))
    town.pay(case)
    return case


Deed = Callable[[Town, Signed], str]
DEEDS: Final[Mapping[Deed, str]] = {
    refused_and_set_aside: "judged_before",
    proposed_and_refused_by_another: "judged_before",
    set_it_aside: "judged_before",
    is_the_buyer: "party_to_this_case",
    has_a_mandate_of_the_seller: "party_to_this_case",
    filed_by_a_mandate_that_is_over: "party_to_this_case",
    took_the_paper_at_the_counter: "acted_at_counter",
}
OF_A_PARTY: Final = (is_the_buyer, has_a_mandate_of_the_seller, filed_by_a_mandate_that_is_over)


# --- what they may not do -----------------------------------------------------------------------------------

ACTS: Final[Mapping[str, dict[str, Any]]] = {
    "assignments": {},
    "information-requests": {"question": "When was that?"},
    "opinion-requests": {"authority": POLICE, "inquiry": "Is it wanted now?"},
    "extensions": {"reason": "The file is at the archive."},
    "proposals": {},
    "approvals": {},
    "refusals": NO,
    "exemptions": {"exemption": "still_born"},
    "entries": {},
}
OF_PARTIES_ALONE: Final[Mapping[str, dict[str, Any]]] = {
    "assessments": {}
}  # no judgement: what the fee is, the law says


def taken_up(town: Town, case: str, by: Caller | None = None) -> str:
    """By somebody else, who asks the police and proposes: everything is ready to be judged. The question's hash."""
    other = by or town.as_(FIRST)
    judged(town, other, case, "assignments")
    judged(town, other, case, "opinion-requests", {"authority": POLICE, "inquiry": "Is it wanted?"})
    judged(town, other, case, "proposals")
    return str(good(other.get(f"/v1/cases/{case}"))["opinions"][-1]["of"])


def answers(town: Town, case: str, who: Signed, opinion: str, deed: Deed) -> Iterator[tuple[str, Any]]:
    """Whatever somebody who judges may ask of the case: what, and the answer."""
    path, acts = f"/v1/cases/{case}", {**ACTS, **(OF_PARTIES_ALONE if deed in OF_A_PARTY else {})}
    for what, body in acts.items():
        yield what, who.caller.post(f"{path}/{what}", body, seen=seen(town, case))
    said = {"of": opinion, "opinion": "Nobody looks for it."}
    yield "opinions", who.caller.post(f"{path}/opinions", said)


def given_to(town: Town, case: str, who: Signed, by: Caller | None = None) -> httpx2.Response:
    supervisor, to = by or town.as_(SUPERVISOR), {"officer": who.office_id}
    return supervisor.post(f"/v1/cases/{case}/assignments", to, seen=seen(town, case))


# Whom the record does not know as a person takes no case on which two decide, so they never judged it. And what was
# done is recorded with one number, that of the token: who told another one then is recognised by their office alone.
# Who brings a paper has signed in as a person.
JUDGED: Final = (refused_and_set_aside, proposed_and_refused_by_another)
FIRST_BY: Final = [
    pytest.param(deed, way, id=f"{deed.__name__}, {way}")
    for deed in DEEDS
    for way, (token, record) in WAYS.items()
    if token != "two"
    and (deed not in JUDGED or record)
    and (deed is not took_the_paper_at_the_counter or token)
]


@pytest.mark.parametrize(("deed", "first"), FIRST_BY)
def test_whoever_is_kept_out_is_so_in_each_role_and_by_each_login(town: Town, deed: Deed, first: str) -> None:
    human = a_human()
    case = deed(town, signed_in(town, human, WAYS[first]))
    opinion, before = taken_up(town, case), seen(town, case)
    heard = {}
    for name, way in WAYS.items():
        who = signed_in(town, human, way)
        for what, answer in answers(town, case, who, opinion, deed):
            heard[name, what] = problem(answer) if answer.is_error else (answer.status_code, "done")
        if way.record == "one":
            heard[name, "given"] = problem(given_to(town, case, who))
    wrong = {act: said for act, said in heard.items() if said not in expected(deed, act[1])}
    assert wrong == {}
    assert seen(town, case) == before


def expected(deed: Deed, what: str) -> set[tuple[int, str]]:
    is_party = what == "given" and deed in OF_A_PARTY
    return {(403, "officer_is_party" if is_party else DEEDS[deed])}


def test_who_had_no_part_in_it_is_kept_out_of_nothing(town: Town) -> None:
    """Otherwise the tables above would show nothing. The first thing that they may is to take the case, and ask."""
    case = in_review(town)
    opinion, who = taken_up(town, case), signed_in(town, a_human(), WAYS[THEIR_OWN])
    said = answers(town, case, who, opinion, is_the_buyer)
    heard = {what: problem(answer)[1] for what, answer in said if answer.is_error}
    assert heard.pop("opinions") == "own_question"  # they have just asked one themselves
    assert set(heard.values()) == {"wrong_stage"}
    assert town.stage(case) == "returned"


# --- who proposed, approves not and decides no appeal -------------------------------------------------------


@pytest.mark.parametrize("first", [name for name, way in WAYS.items() if way.record and way.token != "two"])
def test_who_proposed_approves_neither_that_nor_what_another_one_proposed(town: Town, first: str) -> None:
    human = a_human()
    proposer, case = signed_in(town, human, WAYS[first]), in_review(town)
    judged(town, proposer.caller, case, "assignments")
    judged(town, proposer.caller, case, "proposals")
    logins = {name: signed_in(town, human, way) for name, way in WAYS.items()}
    nobody = "by a login that tells the number itself"
    for code in ("four_eyes", "proposed_before"):
        for name, who in logins.items():
            refused = who.caller.post(f"/v1/cases/{case}/approvals", {}, seen=seen(town, case))
            assert problem(refused) == (403, "officer_without_person" if name == nobody else code), name
        if code == "four_eyes":
            judged(town, town.as_(SUPERVISOR), case, "assignments")
            judged(town, town.as_(SUPERVISOR), case, "proposals")
    judged(town, town.as_(SECOND), case, "approvals")


def proposed_what_another_refused(town: Town, who: Signed) -> str:
    case = in_review(town)
    judged(town, who.caller, case, "assignments")
    judged(town, who.caller, case, "proposals")
    judged(town, town.as_(SUPERVISOR), case, "assignments", {"officer": office_id(town, FIRST)})
    return case


def office_id(town: Town, who: str) -> str:
    (competence,) = town.house.actor(town.token(who)).competences
    return competence.office_id


def refused_what_is_appealed_against(town: Town, who: Signed) -> str:
    case = in_review(town)
    judged(town, who.caller, case, "assignments")
    judged(town, who.caller, case, "refusals", NO)
    return case


BEFORE_AN_APPEAL: Final[Mapping[Deed, str]] = {
    **{deed: code for deed, code in DEEDS.items() if deed is not set_it_aside},
    proposed_what_another_refused: "judged_before",
    refused_what_is_appealed_against: "judged_before",
}


@pytest.mark.parametrize("deed", BEFORE_AN_APPEAL, ids=lambda deed: deed.__name__)
def test_whoever_is_kept_out_decides_no_appeal(town: Town, deed: Deed) -> None:
    human = a_human()
    case = deed(town, signed_in(town, human, WAYS[THEIR_OWN]))
    if town.stage(case) == "in_review":
        judged(town, town.as_(FIRST), case, "assignments")
        judged(town, town.as_(FIRST), case, "refusals", NO)
    appealed(town, case)
    for name, way in WAYS.items():
        said = {"outcome": "upheld", "reason": "It is open."}
        who = signed_in(town, human, way).caller
        refused = who.post(f"/v1/cases/{case}/appeal-decisions", said, seen=seen(town, case))
        assert problem(refused) == (403, BEFORE_AN_APPEAL[deed]), name
    judged(town, town.as_(f"{APPEALS}-appeal-officer-2"), case, "appeal-decisions", SET_ASIDE)


def test_who_set_a_refusal_aside_decides_the_next_appeal_too(town: Town) -> None:
    """The office that the law names for appeals may have one officer; what is new is judged by others in between."""
    case = set_it_aside(town, judge := signed_in(town, a_human(), WAYS[THEIR_OWN]))
    judged(town, town.as_(FIRST), case, "assignments")
    judged(town, town.as_(FIRST), case, "refusals", NO)
    appealed(town, case)
    judged(town, judge.caller, case, "appeal-decisions", {"outcome": "upheld", "reason": "It is open."})


@pytest.mark.parametrize(
    "deed", [proposed_what_another_refused, refused_and_set_aside], ids=lambda d: d.__name__
)
def test_who_judged_takes_no_paper_at_the_counter(town: Town, deed: Deed) -> None:
    human = a_human()
    case = deed(town, signed_in(town, human, WAYS[THEIR_OWN]))
    for name, way in WAYS.items():
        who = signed_in(town, human, way).caller
        if way.token is None:  # who brings a paper has signed in as a person
            continue
        signed = b"%PDF-1.4\n" + new_key().encode() + b"\n%%EOF\n"
        paper = {"as": "counter", "on_paper": town.upload(who, "KZ", signed)}
        refused = who.post(f"/v1/cases/{case}/withdrawals", {"acting": paper}, seen=seen(town, case))
        assert problem(refused) == (403, "judges_this_case"), name


# --- companies ----------------------------------------------------------------------------------------------


@pytest.fixture
def offered() -> Iterator[None]:
    """The made-up law by which companies found a company is there."""
    with founding_is_offered():
        yield


def a_company(town: Town, *heads: dict[str, Any]) -> dict[str, Any]:
    number = f"KEPT-OUT-{next(_COUNTER)}"
    content = {"number": number, "names": [f"{number} LLP"], "heads": list(heads), "struck_off_on": None}
    town.import_entries("KZ", "companies", [content])
    return {"country": "KZ", "number": number, "name": f"{number} LLP"}


def head(who: dict[str, Any], may_act: str = "alone") -> dict[str, Any]:
    return {"person": who, "may_act": may_act, "since": "2020-01-01", "until": None}


def heads_it(town: Town, human: Human) -> dict[str, Any]:
    return a_company(town, head(human.one))


def heads_it_with_another(town: Town, human: Human) -> dict[str, Any]:
    return a_company(town, head(resident(BUYER)), head(human.one, "jointly"))


def is_its_clerk(town: Town, human: Human) -> dict[str, Any]:
    company = a_company(town, head(resident(BUYER)))
    until = (town.now() + timedelta(days=90)).date().isoformat()
    given = {"country": "KZ", "principal": company, "representative": human.one, "until": until}
    assert good(town.as_(BUYER).post("/v1/mandates", given))["as"] == "clerk"
    return company


@pytest.mark.usefixtures("offered")
@pytest.mark.parametrize("bound", [heads_it, heads_it_with_another, is_its_clerk], ids=lambda b: b.__name__)
def test_whoever_acts_for_a_company_judges_nothing_of_it(
    town: Town, bound: Callable[[Town, Human], dict[str, Any]]
) -> None:
    human = a_human()
    request = {
        **a_founding(0, name=new_key()),
        "applicant": resident(SELLER),
        "founders": [bound(town, human)],
    }
    body = {"country": "KZ", "procedure": NAME, "request": request}
    filed = good(town.as_(SELLER).post("/v1/cases", body, key=new_key()))
    case, yes = filed["case"], {"answer": "give", "of": filed["request_hash"]}
    by = town.whoever(human.one) if bound is heads_it else town.as_(BUYER)
    good(by.post(f"/v1/cases/{case}/consents", yes))
    supervisor = signed_in(town, a_human(), WAYS[THEIR_OWN], [(OFFICE, "supervisor")]).caller
    opinion = taken_up(town, case, supervisor)
    for name, way in WAYS.items():
        who = signed_in(town, human, way)
        for what, answer in answers(town, case, who, opinion, is_the_buyer):
            assert problem(answer) == (403, "party_to_this_case"), (name, what)
        if way.record == "one":
            assert problem(given_to(town, case, who, supervisor)) == (403, "officer_is_party"), name
    assert town.stage(case) == "in_review"


# --- entries ------------------------------------------------------------------------------------------------

BAILIFF: Final = "kz-bailiffs-officer"


def test_nobody_restricts_or_frees_what_is_theirs(town: Town) -> None:
    """Whoever the bailiff is, by whichever login: their own car is another one's business."""
    human = a_human()
    request = town.request(*SALE)
    town.import_entries("KZ", "vehicles", [a_car(request, human.one)])
    vin = {"kind": "vin", "parts": [request["vehicle"]["vin"][:-1] + "Z"], "purpose": "an arrest"}
    entry = good(town.as_(FIRST).post("/v1/registers/vehicles/searches", vin))["entry"]
    path = f"/v1/registers/vehicles/entries/{entry}/restrictions"
    (live,) = good(town.as_(BAILIFF).post(path, {"kind": "arrest"}))["restrictions"]
    for name, way in WAYS.items():
        who = signed_in(town, human, way, [("kz-bailiffs", "restricting_officer")]).caller
        assert problem(who.delete(f"{path}/{live['id']}")) == (403, "own_entry"), name
        assert problem(who.post(path, {"kind": "arrest"})) == (403, "own_entry"), name
    assert town.as_(BAILIFF).delete(f"{path}/{live['id']}").is_success


def a_car(request: dict[str, Any], owner: dict[str, Any]) -> dict[str, Any]:
    """Another one beside that of the request."""
    vehicle = {
        "vin": request["vehicle"]["vin"][:-1] + "Z",
        "plate": None,
        "make": "Example",
        "model": "Example",
    }
    return {"vehicle": {**vehicle, "year": 2020, "colour": None}, "owner": owner}


# --- what is somebody's for whom they act -------------------------------------------------------------------

JUDGE: Final = "kz-court-judge"
OF_ENTRIES: Final = ((OFFICE, "officer"), ("kz-court", "court"), ("kz-bailiffs", "restricting_officer"))


def gave_a_mandate(town: Town, human: Human) -> dict[str, Any]:
    mandate(town, human)
    return resident(SELLER)


def is_a_minor_of_whom_they_are_the_mother(town: Town, human: Human) -> dict[str, Any]:
    n = 4_000 + next(_COUNTER)
    child = person("KZ", n, born_on="2015-03-01")
    content = example_content(BIRTHS.content, "KZ", n)
    content |= {"mother": human.one, "father": None, "child_number": child["personal_number"]}
    content["child"] = {**content["child"], "born_on": "2015-03-01", "order": 1}
    content["medical_certificate"] = {**content["medical_certificate"], "number": f"KEPT-OUT-{n}"}
    town.import_entries("KZ", "births", [content])
    return child


Owner = Callable[[Town, Human], dict[str, Any]]
OWNERS: Final = (
    gave_a_mandate,
    is_a_minor_of_whom_they_are_the_mother,
    heads_it,
    heads_it_with_another,
    is_its_clerk,
)


def a_car_of(town: Town, owner: dict[str, Any]) -> str:
    """Where it is read."""
    car = a_car(town.request(*SALE), owner)
    car["vehicle"]["vin"] = f"KEPTAWAY{next(_COUNTER):09d}"
    town.import_entries("KZ", "vehicles", [car])
    vin = {"kind": "vin", "parts": [car["vehicle"]["vin"]], "purpose": "the archive"}
    found = good(town.as_(FIRST).post("/v1/registers/vehicles/searches", vin))
    return f"/v1/registers/vehicles/entries/{found['entry']}"


def amendments(
    town: Town, who: Caller, path: str, owner: dict[str, Any]
) -> Iterator[tuple[str, httpx2.Response]]:
    """Whatever an office may ask of the entry: what, and the answer; the other officer has proposed something."""
    as_it_is = town.as_(SECOND).read(path).json()
    of, version, reason = as_it_is["newest_change"], as_it_is["version"], "An error."
    content = {**as_it_is["content"], "owner": owner}
    said = {"of": of, "content": content, "reason": reason}
    yield "correction-proposals", who.post(f"{path}/correction-proposals", said, seen=version)
    yield (
        "annulment-proposals",
        who.post(f"{path}/annulment-proposals", {"of": of, "reason": reason}, seen=version),
    )
    yield "corrections of a court", who.post(f"{path}/corrections", said, seen=version)
    yield (
        "annulments of a court",
        who.post(f"{path}/annulments", {"of": of, "reason": reason}, seen=version),
    )
    what = {"correction": "corrections", "annulment": "annulments"}[as_it_is["proposal"]["what"]]
    proposal = {"of": as_it_is["proposal"]["event"]}
    yield what, who.post(f"{path}/{what}", proposal, seen=version)
    yield (
        "dropped-proposals",
        who.post(f"{path}/dropped-proposals", {**proposal, "reason": reason}, seen=version),
    )


def proposed(town: Town, path: str, what: str, **said: Any) -> None:
    found = town.as_(SECOND).read(path).json()
    body = {"of": found["newest_change"], "reason": "An error.", **said}
    good(town.as_(SECOND).post(f"{path}/{what}-proposals", body, seen=found["version"]))


@pytest.mark.parametrize("bound", OWNERS, ids=lambda b: b.__name__)
def test_whoever_acts_for_who_is_in_an_entry_changes_nothing_of_it(town: Town, bound: Owner) -> None:
    """Nor what is to be theirs: the car of somebody else is moved to nobody by who acts for them."""
    human = a_human()
    principal, stranger = bound(town, human), resident("kz-citizen-4")
    for owner, to in ((principal, stranger), (stranger, principal)):
        path = a_car_of(town, owner)
        content = town.as_(SECOND).read(path).json()["content"]
        proposed(town, path, "correction", content={**content, "owner": to})
        for name, way in WAYS.items():
            who = signed_in(town, human, way, OF_ENTRIES).caller
            for what, answer in amendments(town, who, path, to):
                assert problem(answer) == (403, "party_to_this_case"), (name, what)
    path = a_car_of(town, principal)
    proposed(town, path, "annulment")
    for name, way in WAYS.items():
        who = signed_in(town, human, way, OF_ENTRIES).caller
        for what, answer in amendments(town, who, path, stranger):
            assert problem(answer) == (403, "party_to_this_case"), (name, what)


@pytest.mark.parametrize("bound", OWNERS, ids=lambda b: b.__name__)
def test_whoever_acts_for_who_is_in_an_entry_neither_restricts_nor_frees_it(town: Town, bound: Owner) -> None:
    human = a_human()
    path = f"{a_car_of(town, bound(town, human))}/restrictions"
    (live,) = good(town.as_(BAILIFF).post(path, {"kind": "arrest"}))["restrictions"]
    for name, way in WAYS.items():
        for post in (("kz-bailiffs", "restricting_officer"), ("kz-court", "court")):
            who = signed_in(town, human, way, [post]).caller
            assert problem(who.delete(f"{path}/{live['id']}")) == (403, "own_entry"), name
        who = signed_in(town, human, way, [("kz-bailiffs", "restricting_officer")]).caller
        assert problem(who.post(path, {"kind": "arrest"})) == (403, "own_entry"), name
    assert town.as_(BAILIFF).delete(f"{path}/{live['id']}").is_success


# --- what somebody asks for, who is in no entry yet -----------------------------------------------------------


def is_it_themselves(_town: Town, human: Human) -> dict[str, Any]:
    return human.one


def acts_by_the_request(_town: Town, human: Human) -> dict[str, Any]:
    return {**resident(BUYER), "acts_by": {"as": "guardian", "person": human.one}}


def lets_them_act(town: Town, human: Human) -> dict[str, Any]:
    until = (town.now() + timedelta(days=90)).date().isoformat()
    given = {"country": "KZ", "principal": resident(BUYER), "representative": human.one, "until": until}
    good(town.as_(BUYER).post("/v1/mandates", given))
    return resident(BUYER)


BUYERS: Final = (
    is_it_themselves,
    acts_by_the_request,
    lets_them_act,
    is_a_minor_of_whom_they_are_the_mother,
    heads_it,
    heads_it_with_another,
    is_its_clerk,
)


def selling_to(town: Town, buyer: dict[str, Any]) -> tuple[str, str]:
    """The open case, and where the entry is read."""
    case = town.file(*SALE, buyer=buyer)
    vin = {"kind": "vin", "parts": [town.read(case)["request"]["vehicle"]["vin"]], "purpose": "the archive"}
    found = good(town.as_(FIRST).post("/v1/registers/vehicles/searches", vin))
    return case, f"/v1/registers/vehicles/entries/{found['entry']}"


@pytest.mark.parametrize("buyer", BUYERS, ids=lambda b: b.__name__)
def test_whoever_buys_a_thing_or_acts_for_who_does_neither_restricts_nor_frees_it(
    town: Town, buyer: Owner
) -> None:
    human = a_human()
    case, path = selling_to(town, buyer(town, human))
    path += "/restrictions"
    (live,) = good(town.as_(BAILIFF).post(path, {"kind": "arrest"}))["restrictions"]
    for name, way in WAYS.items():
        for post in (("kz-bailiffs", "restricting_officer"), ("kz-court", "court")):
            who = signed_in(town, human, way, [post]).caller
            assert problem(who.delete(f"{path}/{live['id']}")) == (403, "own_entry"), name
        who = signed_in(town, human, way, [("kz-bailiffs", "restricting_officer")]).caller
        assert problem(who.post(path, {"kind": "arrest"})) == (403, "own_entry"), name
    town.withdraw(case)
    assert who.delete(f"{path}/{live['id']}").is_success, "nobody asks for it any more"


@pytest.mark.parametrize("buyer", BUYERS, ids=lambda b: b.__name__)
def test_whoever_buys_a_thing_or_acts_for_who_does_changes_nothing_of_it(town: Town, buyer: Owner) -> None:
    human, stranger = a_human(), resident("kz-citizen-4")
    _, path = selling_to(town, buyer(town, human))
    proposed(town, path, "annulment")
    for name, way in WAYS.items():
        who = signed_in(town, human, way, OF_ENTRIES).caller
        for what, answer in amendments(town, who, path, stranger):
            assert problem(answer) == (403, "party_to_this_case"), (name, what)


def test_who_says_no_to_a_purchase_is_kept_out_no_longer(town: Town) -> None:
    """A seller who names a bailiff keeps them from the car as long as they let it be."""
    human = a_human()
    case, path = selling_to(town, human.one)
    bailiff = signed_in(town, human, WAYS[THEIR_OWN], [("kz-bailiffs", "restricting_officer")]).caller
    assert problem(bailiff.post(f"{path}/restrictions", {"kind": "arrest"})) == (403, "own_entry")
    no = {"answer": "decline", "of": town.read(case)["request_hash"]}
    good(town.whoever(human.one).post(f"/v1/cases/{case}/consents", no))
    good(bailiff.post(f"{path}/restrictions", {"kind": "arrest"}))


def test_who_buys_what_was_refused_to_another_decides_nothing_of_the_refusal(town: Town) -> None:
    """There is no entry yet of which it could be asked: what was claimed is theirs by now."""
    case = in_review(town)
    town.assign(case)
    town.refuse(case)
    human = a_human()
    again = {**town.read(case)["request"], "buyer": human.one}
    body = {"country": "KZ", "procedure": "car_sale", "request": again}
    good(town.as_(SELLER).post("/v1/cases", body, key=new_key()))
    appealed(town, case)
    for name, way in WAYS.items():
        who = signed_in(town, human, way, [(APPEALS, "appeal_officer")]).caller
        answer = who.post(f"/v1/cases/{case}/appeal-decisions", SET_ASIDE, seen=seen(town, case))
        assert problem(answer) == (403, "party_to_this_case"), name
    judged(town, town.as_(f"{APPEALS}-appeal-officer-1"), case, "appeal-decisions", SET_ASIDE)


def test_who_acts_for_nobody_in_an_entry_is_kept_out_of_nothing(town: Town) -> None:
    path = a_car_of(town, resident("kz-citizen-4"))
    who = signed_in(town, a_human(), WAYS[THEIR_OWN], OF_ENTRIES).caller
    (live,) = good(who.post(f"{path}/restrictions", {"kind": "arrest"}))["restrictions"]
    assert who.delete(f"{path}/restrictions/{live['id']}").is_success
    proposed(town, path, "annulment")
    found = who.read(path).json()
    good(who.post(f"{path}/annulments", {"of": found["proposal"]["event"]}, seen=found["version"]))
