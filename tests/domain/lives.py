"""What the machine over the lifecycle lives in: several laws, several cases about one thing, and who asks what there.

Each row of the lifecycle has its line in ``RIGHT``: by whom and how it is asked of a case that it fits.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import cache
from typing import Any, Final

import pytest

from domain import commands as c
from domain import events as e
from domain.case import Case, Stage
from domain.case_parts import amount_of
from domain.claim import Claim
from domain.countries import country_of, legal_day
from domain.days.deadlines import Term
from domain.decision import LEAD
from domain.decisions.appeals import FITTING
from domain.facts import Facts, Where, applies
from domain.fees import Fee, FeePart
from domain.limits import SENIOR
from domain.lookup_keys import claim_key
from domain.mandate import Mandate
from domain.offers import offers
from domain.persons import key_of
from domain.procedure import Offer
from domain.procedures.car_sale import VEHICLES
from domain.register import Effect, End
from domain.registers.companies import REGISTER as COMPANIES
from domain.terms import Exemption, Investigation, Numbering, Quota, QuotaSize
from tests.domain import acts
from tests.domain.acts import as_human, asked_by, bring, office, party
from tests.domain.made_up import LAW, SALE, car_of, made_up, vin_of
from tests.domain.story import MONDAY, Act, Story, Who, as_filed, human_of, imported, text
from tests.examples import example_entry, example_request, person, vin
from tests.founders import a_company, a_founding, founding_is_offered

PLACES: Final = 2  # of the quota
HEAD: Final = person("KZ", 900)
COMPANY: Final = a_company(7, HEAD)
Offers = Mapping[str, Offer]


# --- the laws -----------------------------------------------------------------------------------------------


@contextmanager
def offered() -> Iterator[Offers]:
    """The procedures that are there, and made-up ones with what none of these asks."""
    with pytest.MonkeyPatch.context() as patch, founding_is_offered() as founding:
        yield {
            "a sale": SALE,
            "a birth": offers()["TR", "birth_certificate"],
            "a permit": _permit(patch),
            "an export": _export(patch),
            "a founding": founding,
        }


def _permit(patch: pytest.MonkeyPatch) -> Offer:
    """A car is registered: one of so many a year, for two fees, with a number, after the police looked into it; not
    needed for a present.
    """
    is_present = Where("present", lambda facts: facts.request["price"]["amount"] == 0)
    exemption = Exemption("present", LAW, (is_present,), may_be_approved=True)
    offer = made_up(
        patch,
        procedure={"name": "permit"},
        times={"pay_entry": Term(30, "calendar_days", LAW)},
        entry_fee=Fee(parts=(FeePart(name="issue", units=Fraction(5_000_00)),), source=LAW),
        quotas=(
            Quota(
                name="cars", source=LAW, classes=lambda request: (vin_of(Facts(request, MONDAY.date()))[-1],)
            ),
        ),
        exemptions=(exemption,),
        investigations=(Investigation("background", LAW),),
        numbers={"vehicles": Numbering(prefix="P-", digits=3)},
    )
    size = (QuotaSize(since=date(2026, 1, 1), slots=PLACES, source=LAW),)
    offer = replace(offer, quota_sizes={("cars", vin(n)[-1]): size for n in range(3)})
    patch.setitem(offers(), ("KZ", "permit"), offer)
    return offer


def _export(patch: pytest.MonkeyPatch) -> Offer:
    """A car goes out of its register once a fee by the value of a unit is paid."""

    def exported(facts: Facts) -> tuple[Effect, ...]:
        return (End(register=VEHICLES, key=car_of(facts), title="export"),)

    unit = Fee(parts=(FeePart(name="issue", units=Fraction(1), unit="MCI"),), unit_day="payment", source=LAW)
    times = {"pay_entry": Term(30, "calendar_days", LAW)}
    return made_up(patch, exported, procedure={"name": "export"}, times=times, entry_fee=unit)


def begun(law: str, offer: Offer) -> tuple[Story, ...]:
    """Three cases about one thing: two of the same people, one of others; they share the registers and the log."""
    stories = [
        Story(offer, as_filed(offer, request), case_id=f"case-{n}")
        for n, request in enumerate(_requests(law), start=1)
    ]
    first = stories[0]
    for other in stories[1:]:
        for shared in ("log", "entries", "claims", "keys", "heads", "appointees", "mandates", "cases"):
            setattr(other, shared, getattr(first, shared))
    if law in ("a sale", "an export"):
        for car in _cars():
            imported(first, car)
    if law == "a founding":
        head = {"person": HEAD, "may_act": "alone", "since": "2020-01-01", "until": None}
        number, name = COMPANY["number"], COMPANY["name"]
        known = {"number": number, "names": [name], "heads": [head], "struck_off_on": None}
        imported(first, known, COMPANIES)
    return tuple(stories)


@cache
def _cars() -> tuple[dict[str, Any], ...]:
    """The one that is sold, and another one of the same owner."""
    asked = _requests("a sale")[0]
    cars = ({**asked["vehicle"], "vin": vin(n)} for n in (0, 1))
    return tuple(example_entry(SALE, {**asked, "vehicle": car}) for car in cars)


@cache
def _requests(law: str) -> tuple[dict[str, Any], ...]:
    if law == "a founding":
        companies = [COMPANY, a_company(8, person("KZ", 1), "mandate")]
        asked = [a_founding(2, first=first, witnesses=1) for first in (1, 1, 4)]
        asked[-1]["applicant"] |= {"acts_by": {"as": "parent", "person": person("KZ", 901)}}
        return tuple({**each, "founders": [*each["founders"], *companies]} for each in asked)
    asked_of = offers()["TR", "birth_certificate"] if law == "a birth" else SALE
    one = example_request(asked_of, today=MONDAY.date())
    others: dict[str, dict[str, Any]] = {
        "a birth": {"applicant": person("TR", 7), "relation": "relative"},
        "a sale": {"seller": one.get("buyer"), "buyer": person("KZ", 7)},  # who bought it sells it
    }
    other = others.get(law, {"seller": person("KZ", 8), "buyer": person("KZ", 7)})
    return (one, one, {**one, **other})


# --- who asks -----------------------------------------------------------------------------------------------

OFFICERS: Final[Mapping[str, Who]] = {
    **{f"officer-{n}": office("officer", f"officer-{n}") for n in range(1, 5)},
    **{name: office("supervisor", name) for name in ("supervisor", "supervisor-2")},
}
SUPERVISORS: Final = tuple(who for name, who in OFFICERS.items() if name.startswith("supervisor"))
OF_APPEALS: Final = "appeal_officer"


def representative(country: str) -> dict[str, Any]:
    """Who has a mandate, where one was given."""
    return person(country, 950)


def by_mandate(story: Story) -> c.Actor:
    return as_human(representative(story.offer.country))(story)


def officer_by_mandate(story: Story) -> c.Actor:
    """An officer who has a mandate of the applicant, once it was given; nobody's token says so."""
    me = by_mandate(story).subject
    return replace(office("officer", "officer-8", person=me)(story), persons={})


def officer_who_is_party(story: Story) -> c.Actor:
    """The same human as the second party."""
    request = story.case.request if story.case else story.request
    return office("officer", "officer-9", person=request.get("person_p2") or request.get("person_p1"))(story)


def appeal_officer(name: str = OF_APPEALS) -> Who:
    return lambda story: office(OF_APPEALS, name, authority=story.terms.appeals.authority)(story)


PEOPLE: Final[Mapping[str, Who]] = {
    **OFFICERS,
    **{name: party(name) for name in ("p1", "p2", "p3")},
    "the appeal officer": appeal_officer(),
    "an officer who decides appeals": appeal_officer("officer-1"),
    "an officer who is a party": officer_who_is_party,
    "an officer who has a mandate": officer_by_mandate,
    "an officer whom nobody knows": office("officer", "officer-7", person=None),
    "an officer of elsewhere": office("officer", "officer-6", authority="kz-police"),
    "who has a mandate": by_mandate,
    "the treasury": acts.TREASURY,
    "the registry": acts.REGISTRY,
    "the clock": acts.clock,
    "a stranger": acts.stranger,
    "data protection": acts.DATA_PROTECTION,
}


def who_acts(story: Story, name: str) -> Who:
    """Who acts for a party: itself, or whom the request names."""
    request = story.case.request if story.case else story.request
    acting = request.get(f"representative_{name}")
    if acting is None:
        return party(name)
    known = {"KZ": acting["person"]}
    return lambda _: c.Actor(issuer="id.example", subject=acting["person"], client="portal", persons=known)


def _has_it(story: Story) -> Who:
    """The officer who has the case; where nobody has it, one who could."""
    free = [*_free(story), OFFICERS["officer-1"]]
    return OFFICERS.get(story.now.officer or "", free[0])


def _free(story: Story, but: frozenset[str] = frozenset()) -> list[Who]:
    """The officers who may judge: neither barred nor at the counter; a supervisor first where it has to be."""
    case = story.now
    kept_out = case.judged_what_was_set_aside | case.was_at_counter | but
    found = [name for name in OFFICERS if kept_out.isdisjoint((name, f"human-{name}"))]
    if SENIOR in case.warnings:
        found.sort(key=lambda name: not name.startswith("supervisor"))
    return [OFFICERS[name] for name in found]


# --- what is asked, of a case that it fits, by whom it may be -------------------------------------------------

Way = Callable[[Story], Act | None]  # None: there is nothing to speak of here


def _consents(kind: Callable[..., Act], *, given: bool = False) -> Way:
    def way(story: Story) -> Act | None:
        case = story.now
        mine = [p for p in case.consents_asked if (p in case.consents) == given]
        if not mine:
            return None
        return asked_by(who_acts(story, mine[0]), kind(mine[0]))

    return way


def _said_for(kind: type[c.Command], name: str) -> Act:
    """A party says yes, no, or takes it back: over the request as it stands."""

    def act(story: Story) -> c.Command:
        members: Any = {"of": story.now.request_hash, "party": name}
        return kind(
            by=party(name)(story), cause="cmd:x", case=story.case_id, expected=story.now.version, **members
        )  # type: ignore[call-arg]

    return act


def _amended(change: Callable[[Mapping[str, Any]], Mapping[str, Any]]) -> Way:
    def way(story: Story) -> Act | None:
        changed = {} if story.now.erased else change(story.now.request)
        return acts.amend(asked_for_applicant(story), **changed) if changed else None

    return way


def asked_for_applicant(story: Story) -> Who:
    return who_acts(story, "p1")


def _plates(request: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"new_plates": not request["new_plates"]} if "new_plates" in request else {}


def _another_thing(request: Mapping[str, Any]) -> Mapping[str, Any]:
    if "vehicle" in request:
        other = vin(1 if request["vehicle"]["vin"] == vin(0) else 0)
        return {"vehicle": {**request["vehicle"], "vin": other}}
    if "child" in request:
        return {"child": {**request["child"], "order": request["child"]["order"] % 2 + 1}}
    return {"name": request["name"] + "."}


def _another_party(request: Mapping[str, Any]) -> Mapping[str, Any]:
    if "buyer" in request:
        return {"buyer": person("KZ", 20 + ord(request["buyer"]["surname"][-1]) % 7)}
    if "founders" in request:
        return {"founders": request["founders"][:-1] or [*request["founders"], person("KZ", 30)]}
    known = (request["father"] or {}).get("surname")
    return {"father": person("TR", 31 if known != "Example 31" else 32)}


def _paid(much: Callable[[int], int], **more: Any) -> Way:
    def way(story: Story) -> Act | None:
        open_amount = open_of(story.now)
        found = {name: say(story) for name, say in more.items()}
        if found.get("paid_at", "") > text(story.at):
            return None  # the edge refuses what is not yet so
        return acts.pay(max(1, much(open_amount)), f"payment-{len(story.now.payments) + 1}", **found)

    return way


def open_of(case: Case) -> int:
    """What is left to pay of the fee that is open, or of the one for which the case lapsed."""
    fee = case.open_fee or (case.entry_fee if case.lapsed_from == Stage.APPROVED else case.fee)
    before = amount_of(case.fee) if fee is case.entry_fee and fee is not None else 0
    return amount_of(fee) + before - case.kept


def _in_time(story: Story) -> str:
    """On the last day on which it was not late, or now."""
    case = story.now
    fee = case.entry_fee or case.fee
    if fee is None or fee["due"] is None:
        return text(story.at)
    filed = datetime.fromisoformat(case.filed_at)
    return text(max(filed, min(story.at, datetime.fromisoformat(fee["due"]["until"]) - timedelta(hours=1))))


def _next_year(story: Story) -> str:
    """On a day whose unit has no value yet."""
    return text(max(story.at, datetime(2027, 1, 5, 9, tzinfo=MONDAY.tzinfo)))


def _paid_back(story: Story) -> Act | None:
    due = ((payment, r["due"] - r["paid_back"]) for payment, r in story.now.refunds.items())
    payment, left = next(((payment, left) for payment, left in due if left > 0), (None, 0))
    return acts.pay_back(left, payment) if payment else None


def _had_gone(story: Story) -> Act | None:
    """What was due back, and went, before it counted again; of a case that was not told to have an entry's fee."""
    case = story.now
    is_there = case.stage in (Stage.FILED, Stage.IN_REVIEW, Stage.RETURNED, Stage.APPROVED, Stage.COMPLETED)
    for payment, counted in case.counted.items() if is_there and case.entry_fee is None else ():
        (amount, at), due = counted[0], case.refunds[payment]
        if due["since"] and due["since"] < at and due["due"] == due["paid_back"]:
            return acts.pay_back(amount, payment, paid_at=due["since"])
    return None


def _assigned(story: Story) -> Act | None:
    free = _free(story)
    return acts.assign(free[0]) if free else None


def _given(story: Story) -> Act | None:
    free = _free(story)
    gives = next((who for who in free if who in SUPERVISORS), None)
    return acts.assign(gives, to=free[-1]) if gives else None


def _by_who_has_it(act: Callable[..., Act]) -> Way:
    return lambda story: act(by=_has_it(story))


def _answered(story: Story) -> Act | None:
    is_open = story.now.open_question
    return acts.answer(by=asked_for_applicant(story)) if is_open else None


def _opinion(**more: Any) -> Way:
    def way(story: Story) -> Act | None:
        asked, whom = len(story.now.opinions), story.terms.opinions
        if not whom:
            return None
        authority, inquiry = whom[0].authority, f"Is it wanted? {asked}"
        return acts.ask_for_opinion(authority, inquiry, by=_has_it(story), **more)

    return way


def _investigation(story: Story) -> Act | None:
    if story.now.erased:
        return None
    facts = Facts(story.request, story.at.date())
    known = [each for each in story.terms.investigations if applies(each.when, facts)]
    return _opinion(investigation=known[0].code)(story) if known else None


def _opined(story: Story) -> Act | None:
    asked = story.now.open_opinions
    return acts.give_opinion(of=asked[0]["of"], authority=asked[0]["authority"]) if asked else None


def _approved(story: Story) -> Act | None:
    case = story.now
    if not story.terms.four_eyes.are_asked:
        return acts.approve(_has_it(story))
    free = _free(story, case.have_proposed)
    return acts.approve(free[0]) if free else None


def _refused(nth: int) -> Way:
    return lambda story: acts.refuse(story.terms.grounds[nth].code, by=_has_it(story))


def _refused_as_a_check_does(story: Story) -> Act | None:
    """On a ground that a register may say, or has not said."""
    checks = {check.code for check in (*story.offer.procedure.checks, *story.terms.checks)}
    codes = [ground.code for ground in story.terms.grounds if ground.code in checks]
    return acts.refuse(codes[0], by=_has_it(story)) if codes else None


def _not_needed(story: Story) -> Act | None:
    """Where nobody has the case, by a supervisor who has not judged it before."""
    codes = [exemption.code for exemption in story.terms.exemptions]
    free = [_has_it(story)] if story.now.officer else [who for who in _free(story) if who in SUPERVISORS]
    return acts.not_needed(codes[0], by=free[0]) if codes and free else None


def _served(story: Story) -> Act | None:
    left = [p for p in story.now.parties if p not in story.now.served and story.now.persons.get(p)]
    return asked_by(who_acts(story, left[0]), acts.serve(left[0], party=left[0])) if left else None


def _appealed(nth: int) -> Way:
    def way(story: Story) -> Act | None:
        known = [p for p in story.now.parties if story.now.persons.get(p)]
        if not known:
            return None
        who = known[nth % len(known)]
        reason = f"It is not so. {len(story.now.appeals)}"
        return asked_by(who_acts(story, who), acts.appeal(who, reason=reason, party=who))

    return way


def _taken_back(story: Story) -> Act | None:
    is_open = story.now.open_appeals
    if not is_open:
        return None
    return asked_by(who_acts(story, is_open[0]["party"]), acts.take_back("p1", of=is_open[0]["of"]))


def _decided(outcome: str) -> Way:
    def way(story: Story) -> Act | None:
        decided = story.now.decided
        if decided is None or outcome not in FITTING.get(decided["kind"], ()):
            return None
        return acts.decide_appeal(outcome, reason=f"We looked. {len(story.now.appeals)}", by=appeal_officer())

    return way


def _waived(story: Story) -> Act:
    return acts.waive(asked_for_applicant(story))


def _answer_of_registry(act: Callable[..., Act], **more: Any) -> Way:
    """On what the case did to the first entry that its registry has not applied."""

    def way(story: Story) -> Act | None:
        case = story.now
        mine = {written["entry"] for written in case.entries}
        for entry in story.entries.values():
            for event in entry.changes if entry.entry in mine else ():
                if event in case.effects and event not in case.receipts:
                    return act(entry=entry, event=event, **more)
        return None

    return way


def _objected(story: Story) -> Act | None:
    return _answer_of_registry(acts.object_to, code=f"unknown_{len(story.now.objections)}")(story)


def _erased_one(story: Story) -> Act:
    return acts.erase(next(iter(sorted({*story.now.owners.values()} - {"case"}))))


def _mandated(*further: str) -> Way:
    def way(story: Story) -> Act:
        return acts.give_mandate(representative(story.offer.country), further=further)

    return way


def _clerk(story: Story) -> Act | None:
    """The head of a company lets somebody act for it."""
    if COMPANY not in story.request.get("founders", ()):
        return None
    company = {name: value for name, value in COMPANY.items() if name != "acts_by"}
    return acts.give_mandate(representative("KZ"), of=company, by=as_human(HEAD))


def consents_as_clerk(story: Story) -> c.Command | None:
    """Whom a company lets act for it agrees in its name."""
    human = human_of(key_of(COMPANY) or ())
    mine = [p for p in story.now.consents_asked if story.now.persons.get(p) == human]
    return asked_by(by_mandate, _said_for(c.GiveConsent, mine[0]))(story) if mine else None


def _of_car(act: Act) -> Way:
    """Where there is a car in the register."""
    return lambda story: act if _car(story) else None


def _car(story: Story) -> bool:
    return story.offer.procedure.registers[0] is VEHICLES and story.key in story.entries


def _proposed(what: str, act: Callable[..., Act]) -> Way:
    """Where an officer has proposed it of the car."""

    def way(story: Story) -> Act | None:
        proposal = story.entry.proposal if _car(story) else None
        return act(OFFICERS["officer-2"]) if proposal and proposal["what"] == what else None

    return way


def _dropped(story: Story) -> Act | None:
    proposal = story.entry.proposal if _car(story) else None
    return acts.drop_proposal(OFFICERS["officer-2"]) if proposal else None


def _by_a_court(act: Callable[..., Act]) -> Way:
    """By the court that the law names."""

    def way(story: Story) -> Act | None:
        amendments = story.terms.amendments
        court = amendments.court if amendments else None
        return act(office("court", "judge", authority=court.authority)) if court else None

    return way


_BAILIFFS: Final = office("restricting_officer", authority="kz-bailiffs")

RIGHT: Final[Mapping[type[c.Command], Sequence[Way]]] = {
    c.FileCase: (lambda story: acts.file(asked_for_applicant(story)),),
    c.AmendRequest: (_amended(_plates), _amended(_another_thing), _amended(_another_party)),
    c.GiveConsent: (_consents(lambda p: _said_for(c.GiveConsent, p)),),
    c.DeclineConsent: (_consents(lambda p: _said_for(c.DeclineConsent, p)),),
    c.RevokeConsent: (_consents(lambda p: _said_for(c.RevokeConsent, p), given=True),),
    c.RecordPayment: (
        _paid(lambda left: left),
        _paid(lambda left: left, paid_at=_in_time),
        _paid(lambda left: left // 2),
        _paid(lambda left: left + 700),
        _paid(lambda left: left, paid_at=_next_year),
        _paid(lambda left: left - left // 2, paid_at=_in_time),
    ),
    c.AssessFee: (lambda _: acts.assess(OFFICERS["officer-1"]),),
    c.RecordRefund: (_paid_back, _had_gone),
    c.AssignCase: (_assigned, _given),
    c.RequestInformation: (lambda s: acts.ask(f"When? {len(s.now.questions)}", by=_has_it(s)),),
    c.ProvideInformation: (_answered,),
    c.RequestOpinion: (_opinion(), _investigation),
    c.GiveOpinion: (_opined,),
    c.ExtendDeadline: (_by_who_has_it(acts.extend),),
    c.ProposeApproval: (_by_who_has_it(acts.propose),),
    c.ApproveCase: (_approved,),
    c.RefuseCase: (_refused(0), _refused(1), _refused_as_a_check_does),
    c.WriteEntries: (_by_who_has_it(acts.write_entries),),
    c.WithdrawCase: (lambda story: acts.withdraw(asked_for_applicant(story)),),
    c.LapseCase: (lambda _: acts.lapse(),),
    c.DeclareNotNeeded: (_not_needed,),
    c.ServeDecision: (_served,),
    c.PresumeServed: (lambda _: acts.presume(),),
    c.LodgeAppeal: (_appealed(0), _appealed(1)),
    c.TakeBackAppeal: (_taken_back,),
    c.DecideAppeal: (_decided("set_aside"), _decided("upheld"), _decided("annulled")),
    c.WaiveClaim: (_waived,),
    c.EndAppealTerm: (lambda _: acts.end_appeal_term(),),
    c.RecordReceipt: (_answer_of_registry(acts.acknowledge),),
    c.RecordObjection: (_objected,),
    c.RestateDeadlines: (lambda _: acts.restate(),),
    c.AnnulResult: (_by_a_court(acts.annul_result),),
    c.EraseCase: (lambda _: acts.erase(), _erased_one),
    c.ForgetCase: (lambda _: acts.forget(),),
    c.PlaceRestriction: (_of_car(acts.restrict("arrest", _BAILIFFS)),),
    c.LiftRestriction: (_of_car(acts.lift(_BAILIFFS)),),
    c.ProposeCorrection: (_of_car(acts.propose_correction(OFFICERS["officer-1"])),),
    c.ProposeAnnulment: (_of_car(acts.propose_annulment(OFFICERS["officer-1"])),),
    c.DropProposal: (_dropped,),
    c.CorrectEntry: (_proposed("correction", acts.correct), _of_car(acts.correct_as_a_court())),
    c.AnnulEntry: (_proposed("annulment", acts.annul), _of_car(acts.annul_as_a_court())),
    c.ExpireEntry: (_of_car(acts.expire()),),
    c.EraseEntry: (_of_car(acts.erase_entry()),),
    c.ForgetEntry: (_of_car(acts.forget_entry()),),
    c.GiveMandate: (_mandated("withdraw", "revoke_consents"), _clerk, _mandated()),
    c.EndMandate: (lambda s: acts.end_mandate(to=representative(s.offer.country)),),
}
# No life of a case: who may act for an authority (test_competences.py), and what the office of the hospitals tells
# before anybody declares the birth (test_birth_notices.py).
OTHERS: Final = {c.GrantCompetence, c.EndCompetence, c.RecordBirthNotice}
# What ends a case, or most of it: asked now and then, or no life would come far.
RARE: Final = {
    *(c.DeclineConsent, c.WithdrawCase, c.DeclareNotNeeded, c.WaiveClaim, c.EraseCase, c.RevokeConsent),
    *(c.RequestInformation, c.RequestOpinion, c.AmendRequest, c.RecordObjection, c.ExtendDeadline),
    c.AnnulResult,
}
# Facts that the case is not told to fit: they come whenever they come.
FACTS: Final = (
    *(c.RecordPayment,) * 3,
    *(c.RecordRefund,) * 3,
    c.LapseCase,
    c.PresumeServed,
    c.EndAppealTerm,
    c.EraseCase,
    c.PlaceRestriction,
    c.LiftRestriction,
    *(c.ProposeCorrection, c.CorrectEntry, c.ProposeAnnulment, c.DropProposal, c.AnnulEntry, c.EraseEntry),
    c.GiveMandate,
    c.EndMandate,
)

# Why something that fits is not done, though it is asked as it should be, by whom it may be.
NOBODY_HAS_IT: Final = "not_assigned_to_you"
REGISTERS: Final = {"not_the_owner", "entry_missing", "entry_exists", "entry_restricted"}  # say no
OTHERS_HOLD_IT: Final = {"claim_taken", "claims_lost", "claim_kept", "quota_full"}
IN_THE_WAY: Final[dict[type[c.Command], set[str]]] = {
    c.AmendRequest: {*REGISTERS, *OTHERS_HOLD_IT},
    c.AssessFee: {"fee_still_provisional"},  # the law has no value for that year yet
    c.RequestInformation: {NOBODY_HAS_IT},
    c.RequestOpinion: {NOBODY_HAS_IT, "asked_already"},
    c.ExtendDeadline: {NOBODY_HAS_IT},
    c.ProposeApproval: {NOBODY_HAS_IT, "opinion_open"},
    c.ApproveCase: {
        *(NOBODY_HAS_IT, "not_proposed", "opinion_open", "investigation_missing", "supervisor_decides"),
        *REGISTERS,
        *OTHERS_HOLD_IT,
    },
    c.RefuseCase: {NOBODY_HAS_IT, "opinion_open"},
    c.WriteEntries: {NOBODY_HAS_IT, *REGISTERS, *OTHERS_HOLD_IT},
    c.AnnulResult: {"entry_changed_since", "former_reading_unknown", "entry_erased"},
    c.DecideAppeal: {"entry_restricted", "entry_changed_since", "former_reading_unknown", "entry_erased"},
    c.LodgeAppeal: {"appeal_open", "appeal_decided", "appeal_term_over"},  # another party may
    c.DeclareNotNeeded: {NOBODY_HAS_IT, "exemption_not_evident"},  # a supervisor may
    c.EraseCase: {"appeal_term_open", "refund_open", "retention_not_over"},
}


def right(kind: type[c.Command], story: Story, nth: int = 0) -> Act | None:
    """The nth way to ask this of the case, from those that there are, by whom it may be; None: there is none."""
    found = [act for way in RIGHT[kind] if (act := way(story)) is not None]
    return found[nth % len(found)] if found else None


def at_counter(act: Act, n: int) -> Act:
    """The same for a party who cannot sign in, by an officer with a paper that they signed."""

    def taken(story: Story) -> c.Command | None:
        command = act(story)
        if not isinstance(command, c.PartyCommand):
            return None
        said = c.StatedCapacity("counter", bring("signed_paper", n))
        by = OFFICERS["officer-4"](story)
        if isinstance(command, c.LodgeAppeal | c.ServeDecision):
            return replace(command, by=by, acting=said, party="p1")
        return replace(command, by=by, acting=said)

    return taken


def unvalued(story: Story) -> None:
    """The open fee was assessed while its unit had no value yet."""
    fee = story.now.open_fee
    if fee is None:
        return
    which: e.WhichFee = "entry" if story.now.waits_for_entries else "filing"
    assessed = e.FeeAssessed(
        fee=which,
        amount=1,
        currency=fee["currency"],
        formula="1 MCI",
        parts=[],
        unit_day="payment",
        provisional=True,
        due=fee["due"],
        lapses=fee["lapses"],
    )
    story.happened((LEAD, assessed))


def by_party(act: Act, name: str) -> Act:
    """The same by that party, or by whom the request names for it; of appeals, about its own."""

    def done(story: Story) -> c.Command | None:
        command = act(story)
        if command is None:
            return None
        if isinstance(command, c.TakeBackAppeal):
            own = (appeal["of"] for appeal in story.now.open_appeals if appeal["party"] == name)
            command = replace(command, of=next(own, command.of))
        if getattr(command, "party", None) is not None:
            command = replace(command, party=name)  # type: ignore[call-arg]  # as it has one
        return replace(command, by=who_acts(story, name)(story))

    return done


def through_mandate(act: Act) -> Act:
    """The same by who has a mandate of a party, and for the last such party where it can be said for whom."""

    def done(story: Story) -> c.Command | None:
        command, me = act(story), by_mandate(story)
        if command is None:
            return None
        principals = {m.principal_person for m in story.mandates.values() if m.ended_at is None}
        mine = [p for p, human in story.now.persons.items() if human in principals]
        if mine and getattr(command, "party", None) is not None:
            command = replace(command, party=mine[-1])  # type: ignore[call-arg]  # as it has one
        return replace(command, by=me)

    return done


# --- what holds what ----------------------------------------------------------------------------------------


def held_by(story: Story) -> dict[Any, Claim]:
    """The keys that the case holds."""
    return {key: claim for key, claim in story.claims.items() if claim.holder == story.case_id}


def bound_to(story: Story, mandates: Mapping[Any, Mandate]) -> set[str]:
    """The humans who are a party of the case, act or acted for one, or have a mandate of one today."""
    case = story.now
    parties = {*case.persons.values()}
    named = {each["person"] for each in case.representatives.values()}
    acted = {human for human in case.acting.values() if human}
    today = legal_day(story.at, country_of(case.country))
    live = (m for m in mandates.values() if m.is_live(today))
    return (
        parties
        | named
        | acted
        | {str(m.representative_person) for m in live if m.principal_person in parties}
    )


def slot_of(story: Story) -> Any:
    """The key of the quota in which the case takes a place; None: it takes none, or is erased."""
    if story.offer.procedure.name != "permit" or story.now.erased:
        return None
    # By the legal day: at 19:00 of New Year's Eve in UTC the new year has begun in Kazakhstan.
    year = legal_day(datetime.fromisoformat(story.now.filed_at), country_of(story.offer.country)).year
    return claim_key("quota", "cars", str(year), vin_of(Facts(story.now.request, MONDAY.date()))[-1])
