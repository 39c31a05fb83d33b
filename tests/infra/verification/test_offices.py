"""Whoever holds every key of a country, and signs with the wrong one: who was in office, and whose business it was."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from domain import commands as c
from domain import events as e
from domain.decision import IMPORT_ACTOR, LEAD, SYSTEM_ACTOR, Decision
from domain.decision import Events as Decided
from domain.forms import plain
from domain.lookup_keys import claim_key, entry_key
from domain.offers import offers, terms_hash
from domain.persons import itself
from domain.procedures import registers
from domain.terms import Terms
from infra.desk.desk import Append, new_cause
from infra.development import development
from infra.formats.canonical import b64url, sha256
from infra.formats.envelope import payload_of, split
from infra.house import House
from infra.verification import KeyStore, Report, Source, verify_logs
from tests.infra.past import OFFICE, VINS, Past, past
from tests.infra.verification.test_restrictions import place
from tests.town.fixtures import copied

COMPANIES, CIVIL, POLICE = "kz-company-registration", "kz-civil-registry", "kz-police"
MINISTRY, BAILIFFS, PLEDGES, COURT = "kz-interior-ministry", "kz-bailiffs", "kz-pledge-registry", "kz-court"
BESIDE = entry_key("vehicles", "vin", VINS[2])
Events = Callable[[Any], list[e.Event]]  # of the state of the stream


class Operator:
    """Somebody with the machine and all its keys, who has things signed that nobody decided."""

    def __init__(self, made: Past) -> None:
        self.past = made
        self.country = made.country()

    def officer(self, resident: str) -> e.ActorMember:
        """As the log names somebody who is in office."""
        (held,) = [each for each in self.past.actor(resident).competences if each.country == "KZ"]
        return {"id": held.office_id, "role": held.role}

    def sign(  # noqa: PLR0917 - what an append is
        self,
        stream: str,
        authority: str,
        events: Events,
        actor: e.ActorMember,
        family: str = "case",
        beside: tuple[str, Events] | None = None,
        claims: Sequence[tuple[str, e.Event]] = (),
    ) -> list[str]:
        """Which checks the new events fail: with its own valid seal, after what stands there, in its own append;
        ``beside``: of the state of that entry; ``claims``: what it does to these streams.
        """
        before = self.country.log.size()

        def work(append: Append) -> None:
            begun = append.load(stream, family)
            entry = append.load(beside[0], "entry") if beside else None
            held = {claim_key("of_the_tests", of): append.load(of, "claim") for of, _ in claims}
            targets = {**held, **({BESIDE: entry} if entry else {})}
            said: Decided = [(BESIDE, event) for event in beside[1](entry.state)] if beside and entry else []
            said += [(claim_key("of_the_tests", of), event) for of, event in claims]
            said += [(LEAD, event) for event in events(begun.state)]
            append.sign(Decision(authority=authority, actor=actor, events=said), begun, targets, new_cause())

        self.country.desk.have(work).result()
        return self.found(before)

    def consent(self, case: str) -> None:
        """The buyer agrees, when nobody else would let them any more."""

        def given(state: Any) -> list[e.Event]:
            return [e.ConsentGiven(party="p2", of=state.request_hash, acting=None)]

        assert self.sign(case, OFFICE, given, {"id": "p2", "role": "party"}) == []

    def approve(self, case: str, entry: str, by: str, *named: e.EntryMember, person: str = "") -> list[str]:
        """The entry is changed beside it, and what the case claimed is free."""
        said: Any = {"rule": "case.decide:officer", "note": None, "officer_person": person or by}
        approved = e.CaseApproved(entries=list(named), officer_signature=None, **said)
        officer = self.officer(by)
        free = e.ClaimReleased(kind="vehicle_sale", holder=case)
        claims = [(self.claim(2), free)] if case == self.past.cases["waiting"] else []
        return self.sign(
            case, OFFICE, partial(_only, approved), officer, beside=(entry, changed), claims=claims
        )

    def assign(self, case: str, to: str) -> list[str]:
        """They have it from now on; which checks that fails."""
        officer = self.officer(to)
        given = e.CaseAssigned(officer=officer["id"], rule="case.assign:officer")
        return self.sign(case, OFFICE, partial(_only, given), officer)

    def propose(self, case: str, by: str = f"{OFFICE}-officer-1", person: str = "") -> None:
        """By who has it."""
        assert self.assign(case, by) == []
        proposed = e.ApprovalProposed(
            rule="case.decide:officer", note=None, officer_person=person or by, officer_signature=None
        )
        assert self.sign(case, OFFICE, partial(_only, proposed), self.officer(by)) == []

    def found(self, since: int = 0, *, with_keys: bool = True) -> list[str]:
        failures = self.report(with_keys=with_keys).failures
        return [failure.check for failure in failures if failure.index >= since]

    def report(self, *, with_keys: bool = True) -> Report:
        ring = self.country.keyring
        keys = KeyStore(self.country.folder / "vault.sqlite", ring.kek) if with_keys else None
        source = Source(log="KZ", path=self.country.log.path, root_certificate=ring.root, key_store=keys)
        report = verify_logs([source], processes=0)
        cut = verify_logs([source], processes=0, in_ranges_of=3)
        assert cut.failures == report.failures, "a range knows what stands before it"
        assert cut.not_covered == report.not_covered
        return report

    def newest(self, stream: str) -> str:
        """The hash of the newest event of a stream."""
        return b64url(sha256(split(self.country.log.stream(stream)[-1][4])[0]))

    def entry(self, n: int) -> str:
        return self.country.ids.stream(entry_key("vehicles", "vin", VINS[n]))

    def claim(self, n: int) -> str:
        return self.country.ids.stream(claim_key("vehicle_sale", VINS[n]))


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Past:
    """A house that was closed: each test has a copy of its folder."""
    with past(tmp_path_factory.mktemp("past")) as made:
        Operator(made).consent(made.cases["waiting"])
        return made


@pytest.fixture
def operator(kept: Past, tmp_path: Path) -> Iterator[Operator]:
    settings = copied(kept.house.settings, tmp_path, clock=kept.clock)
    with closing(House(settings)) as house:
        yield Operator(replace(kept, house=house))


def assigned(_case: Any) -> list[e.Event]:
    return [e.CaseAssigned(officer=str(uuid4()), rule="case.assign:officer")]


def changed(entry: Any) -> list[e.Event]:
    return [
        e.EntryChanged(
            register="vehicles", content_version=entry.content_version, title="sale", content=entry.content
        )
    ]


def _only(event: e.Event, _state: Any) -> list[e.Event]:
    return [event]


def decided(_case: Any, outcome: e.AppealOutcome = "upheld") -> list[e.Event]:
    return [
        e.AppealDecided(
            outcome=outcome,
            rule="appeal.decide:appeal_officer",
            is_held=True,
            consent_until=None,
            answer_until=None,
            reason="-",
            officer_person="-",
        )
    ]


def lodged(case: Any, of: str = "") -> list[e.Event]:
    said: Any = {"of": of or case.ending["of"], "party": "p1", "authority": MINISTRY, "decide_until": None}
    return [e.AppealLodged(**said, reason="-", evidence=[], acting=None)]


APPLICANT: e.ActorMember = {"id": "p1", "role": "applicant"}
ON_APPEAL = "case.decide_appeal:appeal_officer"


def given(case: Any) -> list[e.Event]:
    said = {"of": case.request_hash, "decision_due": None, "rule": "opinion.give:officer"}
    return [e.OpinionGiven(**said, opinion="It is not looked for.")]


# --- 25. officer --------------------------------------------------------------------------------------------


def test_an_officer_whom_the_log_appointed_acts(operator: Operator) -> None:
    case, officer = operator.past.cases["waiting"], operator.officer(f"{OFFICE}-officer-1")
    assert operator.found() == []
    assert operator.sign(case, OFFICE, assigned, officer) == []


def test_whom_nobody_appointed_in_the_log_is_no_officer(operator: Operator) -> None:
    """Whatever the record of competences said: it lies beside the log."""
    case = operator.past.cases["waiting"]
    nobody: e.ActorMember = {"id": str(uuid4()), "role": "officer"}
    assert operator.sign(case, OFFICE, assigned, nobody) == ["officer"]


def test_an_officer_is_one_in_their_own_office_and_role(operator: Operator) -> None:
    case = operator.past.cases["waiting"]
    elsewhere = operator.officer("kz-police-officer-1")
    assert operator.sign(case, OFFICE, assigned, elsewhere) == ["officer"]
    mine = operator.officer(f"{OFFICE}-officer-1")
    assert operator.sign(case, OFFICE, assigned, {**mine, "role": "supervisor"}) == ["officer"]


def test_who_was_dismissed_decides_nothing_but_what_was_under_way(operator: Operator) -> None:
    case, officer = operator.past.cases["waiting"], operator.officer(f"{OFFICE}-officer-1")
    (listed,) = [
        each
        for each in operator.past.house.competences.listed("KZ")
        if each.competence.office_id == officer["id"]
    ]
    end = c.EndCompetence(
        by=c.SYSTEM, cause=new_cause(), country="KZ", appointee=listed.appointee, competence=listed.id
    )
    operator.past.at("2027-06-03T09:00:00+00:00")
    operator.country.desk.ask(end).result()
    assert operator.sign(case, OFFICE, assigned, officer) == []
    operator.past.at("2027-06-03T09:05:00+00:00")
    assert operator.sign(case, OFFICE, assigned, officer) == ["officer"]


def test_what_only_an_officer_does_is_not_done_by_the_clock(operator: Operator) -> None:
    def proposed(_case: Any) -> list[e.Event]:
        return [
            e.ApprovalProposed(
                rule="case.decide:officer", note=None, officer_person="-", officer_signature=None
            )
        ]

    assert operator.sign(operator.past.cases["waiting"], OFFICE, proposed, SYSTEM_ACTOR) == ["officer"]


# --- 26. office ---------------------------------------------------------------------------------------------


def test_an_office_writes_only_into_registers_that_the_law_gives_it(operator: Operator) -> None:
    """Its key may sign such events: of which registers, only the law says."""
    car = operator.entry(2)
    assert operator.sign(car, COMPANIES, changed, SYSTEM_ACTOR, "entry") == ["office"]
    assert operator.sign(car, OFFICE, changed, SYSTEM_ACTOR, "entry") == ["basis"]


def test_a_case_is_filed_under_the_terms_of_its_day(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An office of before has its seals still: what is filed today is not its business any more."""
    sale = offers()["KZ", "car_sale"]
    former = replace(sale.terms[0], since=date(2020, 1, 1))
    monkeypatch.setitem(offers(), ("KZ", "car_sale"), replace(sale, terms=(former, *sale.terms)))
    waiting = operator.past.states["waiting"]

    def filed(terms: Terms) -> list[e.Event]:
        parties: Any = {"parties": waiting.parties, "consents": ["p2"], "consent_until": None}
        request: Any = {"request": waiting.request, "evidence": [], "acting": None, "signature": None}
        law: Any = {"terms": terms.since.isoformat(), "terms_sha256": terms_hash(terms), "warnings": []}
        return [e.CaseFiled(procedure="car_sale", form=waiting.form, **parties, **request, **law)]

    for terms, found in ((former, ["office"]), (sale.terms[-1], [])):
        events = partial(lambda terms, _case: filed(terms), terms)
        case, free = str(uuid4()), str(uuid4())
        taken = e.ClaimTaken(kind="vehicle_sale", holder=case)
        assert operator.sign(case, OFFICE, events, APPLICANT, claims=[(free, taken)]) == found


def test_an_office_erases_nobody_in_another_ones_register(operator: Operator) -> None:
    def erased(_entry: Any) -> list[e.Event]:
        return [e.PersonalDataErased(keys=["A" * 22], whose=["owner"], basis="-")]

    assert operator.sign(operator.entry(2), CIVIL, erased, SYSTEM_ACTOR, "entry") == ["office"]


def test_an_appeal_authority_says_nothing_in_a_case_without_an_appeal(operator: Operator) -> None:
    def over(_case: Any) -> list[e.Event]:
        return [e.AppealTermEnded()]

    assert operator.sign(operator.past.cases["sold"], MINISTRY, over, SYSTEM_ACTOR) == ["office"]
    assert operator.sign(operator.past.cases["sold"], OFFICE, over, SYSTEM_ACTOR) == []


def test_who_decided_does_not_decide_the_appeal(operator: Operator) -> None:
    """Nor in the name of somebody who decides appeals elsewhere; the office itself cannot make anybody one of these."""
    officer = operator.officer(f"{MINISTRY}-appeal-officer-1")
    assert operator.sign(operator.past.cases["sold"], OFFICE, decided, officer) == ["officer"]


def test_nobody_gives_an_opinion_who_was_not_asked(operator: Operator) -> None:
    officer = operator.officer(f"{POLICE}-officer-1")
    assert operator.sign(operator.past.cases["waiting"], POLICE, given, officer) == ["office"]


def test_an_appeal_is_decided_where_one_was_lodged(operator: Operator) -> None:
    case, officer = operator.past.cases["sold"], operator.officer(f"{MINISTRY}-appeal-officer-1")
    assert operator.sign(case, MINISTRY, decided, officer) == ["office"]

    assert operator.sign(case, OFFICE, lodged, APPLICANT) == []
    assert operator.sign(case, MINISTRY, decided, officer) == []
    assert operator.sign(case, MINISTRY, decided, officer) == ["office"], "it was decided"


def test_what_is_taken_back_is_not_decided(operator: Operator) -> None:
    case, officer = operator.past.cases["sold"], operator.officer(f"{MINISTRY}-appeal-officer-1")
    assert operator.sign(case, OFFICE, lodged, APPLICANT) == []
    back = e.AppealTakenBack(of=operator.newest(case), acting=None)
    assert operator.sign(case, OFFICE, partial(_only, back), APPLICANT) == []
    assert operator.sign(case, MINISTRY, decided, officer) == ["office"]


def test_nobody_appeals_before_there_is_a_decision(operator: Operator) -> None:
    case, officer = operator.past.cases["waiting"], operator.officer(f"{MINISTRY}-appeal-officer-1")
    of = partial(lodged, of="A" * 43)
    assert operator.sign(case, OFFICE, of, APPLICANT) == ["office"]
    assert operator.sign(case, MINISTRY, decided, officer) == ["office"]


def test_nothing_is_annulled_on_appeal_where_nobody_appealed(operator: Operator) -> None:
    case, officer = operator.past.cases["sold"], operator.officer(f"{MINISTRY}-appeal-officer-1")
    sold = operator.entry(0)

    def result(state: Any) -> list[e.Event]:
        said = {"law": "-", "rule": ON_APPEAL, "reason": "-", "officer_person": "-"}
        return [e.ResultAnnulled(entries=state.entries, **said)]

    def both(state: Any) -> list[e.Event]:
        return [*result(state), *decided(state, "annulled")]

    back = partial(annulled, rule=ON_APPEAL)
    assert operator.sign(case, MINISTRY, result, officer, beside=(sold, back)) == ["office"]
    assert operator.sign(case, MINISTRY, both, officer) == ["office"]
    assert operator.sign(sold, MINISTRY, back, officer, "entry") == ["basis"]


def test_an_appeal_that_is_open_annuls(operator: Operator) -> None:
    case, officer = operator.past.cases["sold"], operator.officer(f"{MINISTRY}-appeal-officer-1")
    assert operator.sign(case, OFFICE, lodged, APPLICANT) == []

    def events(state: Any) -> list[e.Event]:
        said = {"law": "-", "rule": ON_APPEAL, "reason": "-", "officer_person": "-"}
        told: list[e.Event] = [e.ResultAnnulled(entries=state.entries, **said)]
        return [*told, *decided(state, "annulled"), e.AppealTermEnded()]

    back = partial(annulled, rule=ON_APPEAL)
    assert operator.sign(case, MINISTRY, events, officer, beside=(operator.entry(0), back)) == []


def test_an_appeal_annuls_a_decision_and_leaves_what_was_registered_since(operator: Operator) -> None:
    """The entry is not named; but nothing else annuls a part of what a case wrote."""
    case, officer = operator.past.cases["sold"], operator.officer(f"{MINISTRY}-appeal-officer-1")
    judge = operator.officer(f"{COURT}-judge")

    def nothing(rule: str, _state: Any) -> list[e.Event]:
        return [e.ResultAnnulled(entries=[], law="-", rule=rule, reason="-", officer_person="-")]

    def on_appeal(state: Any) -> list[e.Event]:
        return [*nothing(ON_APPEAL, state), *decided(state, "annulled"), e.AppealTermEnded()]

    def another(state: Any) -> list[e.Event]:
        more: e.EntryMember = {"register": "vehicles", "entry": operator.entry(2)}
        said = {"law": "-", "rule": ON_APPEAL, "reason": "-", "officer_person": "-"}
        told: list[e.Event] = [e.ResultAnnulled(entries=[more], **said)]
        return [*told, *decided(state, "annulled")]

    assert operator.sign(case, COURT, partial(nothing, "case.annul:court"), judge) == ["amendment"]
    assert operator.sign(case, OFFICE, lodged, APPLICANT) == []
    assert operator.sign(case, MINISTRY, another, officer) == ["amendment"]
    assert operator.sign(case, OFFICE, lodged, APPLICANT) == []
    assert operator.sign(case, MINISTRY, on_appeal, officer) == []


# --- 28. basis ----------------------------------------------------------------------------------------------


def test_no_entry_is_changed_but_by_a_decision(operator: Operator) -> None:
    """Neither by nobody, nor by whatever else happens in a case, nor in the name of another office than the case's."""
    car, officer = operator.entry(2), operator.officer(f"{OFFICE}-officer-1")
    assert operator.sign(car, OFFICE, changed, SYSTEM_ACTOR, "entry") == ["basis"]
    waiting = operator.past.cases["waiting"]
    assert operator.sign(waiting, OFFICE, assigned, officer, beside=(car, changed)) == ["basis"]
    operator.propose(waiting)
    assert operator.approve(waiting, car, f"{OFFICE}-officer-2") == ["basis"]


def test_an_approval_changes_the_entry_that_it_names(operator: Operator) -> None:
    waiting, car = operator.past.cases["waiting"], operator.entry(2)
    operator.propose(waiting)
    named: e.EntryMember = {"register": "vehicles", "entry": car}
    assert operator.approve(waiting, car, f"{OFFICE}-officer-2", named) == []


def test_what_has_no_last_day_does_not_end_by_itself(operator: Operator) -> None:
    over = e.EntryEnded(register="vehicles", title="expiry")
    assert operator.sign(operator.entry(2), OFFICE, partial(_only, over), SYSTEM_ACTOR, "entry") == ["basis"]


# --- 27. reach ----------------------------------------------------------------------------------------------


def test_no_entry_is_changed_under_an_arrest_but_by_a_court(operator: Operator) -> None:
    car, officer = operator.entry(2), operator.officer(f"{OFFICE}-officer-1")
    place(operator.past, "arrest", BAILIFFS)
    assert operator.sign(car, OFFICE, changed, officer, "entry") == ["reach"]
    assert operator.sign(car, OFFICE, changed, SYSTEM_ACTOR, "entry") == ["reach"]


def test_nothing_ends_under_an_arrest_before_its_last_day(operator: Operator) -> None:
    def over(_entry: Any) -> list[e.Event]:
        return [e.EntryEnded(register="vehicles", title="expiry")]

    place(operator.past, "arrest", BAILIFFS)
    assert operator.sign(operator.entry(2), OFFICE, over, SYSTEM_ACTOR, "entry") == ["reach"]


def corrected(proposal: str, entry: Any, **content: Any) -> list[e.Event]:
    """By a second officer, as the first one proposed it."""
    said: Any = {
        "register": "vehicles",
        "content_version": entry.content_version,
        "of": entry.change,
        "rule": "entry.amend:officer",
        "content": {**entry.content, **content},
        "reason": "-",
    }
    if not proposal:
        return [e.CorrectionProposed(**said, officer_person="-")]
    return [e.EntryCorrected(**said, proposal=proposal, law="-")]


def correct(operator: Operator, **content: Any) -> list[str]:
    car = operator.entry(2)
    one, two = (operator.officer(f"{OFFICE}-officer-{n}") for n in (1, 2))
    assert operator.sign(car, OFFICE, lambda entry: corrected("", entry, **content), one, "entry") == []
    proposal = operator.newest(car)
    return operator.sign(car, OFFICE, lambda entry: corrected(proposal, entry, **content), two, "entry")


def test_a_correction_gives_no_arrested_car_to_another_owner(operator: Operator) -> None:
    """The owner is personal: who has no key is told that this was not looked at."""
    place(operator.past, "arrest", BAILIFFS)
    other = development.resident("kz-citizen-4").as_person()
    assert correct(operator, owner=other) == ["reach"]
    assert operator.found(with_keys=False) == []
    assert "KZ: whether corrections under a restriction gave an entry to other people: 1, " in "".join(
        operator.report(with_keys=False).not_covered
    )


def test_a_slip_of_the_pen_is_corrected_under_an_arrest(operator: Operator) -> None:
    place(operator.past, "arrest", BAILIFFS)
    car = {"vin": VINS[2], "plate": None, "make": "Lada", "model": "Niva", "year": 2000, "colour": None}
    assert correct(operator, vehicle=car) == []


def annulled(entry: Any, **said: Any) -> list[e.Event]:
    """It reads as before; what was created is void."""
    was = entry.before or {**entry._asdict(), "status": "annulled"}
    reading: Any = {
        "content_version": was["content_version"],
        "reads": was["status"],
        "until": was["until"],
        "content": was["content"],
        "rule": "entry.amend:court",
        "proposal": None,
    }
    return [
        e.EntryAnnulled(
            register="vehicles",
            title="annulment",
            of=entry.change,
            law="-",
            reason="-",
            **{**reading, **said},
        )
    ]


def test_a_court_is_stopped_by_what_it_may_not_lift(operator: Operator) -> None:
    """The court that the law names for an arrest is none for a lien."""
    car, judge = operator.entry(2), operator.officer("kz-court-judge")
    place(operator.past, "arrest", BAILIFFS)
    assert operator.sign(car, COURT, annulled, judge, "entry") == []
    place(operator.past, "lien", PLEDGES)
    assert operator.sign(car, COURT, annulled, judge, "entry") == ["reach"]


def test_a_judge_of_another_office_is_no_court(operator: Operator) -> None:
    car, appointee = operator.entry(2), str(uuid4())
    said: Any = {"competence": str(uuid4()), "authority": OFFICE, "office_id": appointee, "role": "court"}
    days: Any = {"procedures": [], "since": "2026-01-01", "until": None, "rule": "competence.grant:machine"}
    granted = e.CompetenceGranted(**said, **days, person=None, login=None)
    register = "kz-competence-register"
    appoint = partial(_only, granted)
    assert operator.sign(str(uuid4()), register, appoint, SYSTEM_ACTOR, "competence") == ["officer"]
    place(operator.past, "arrest", BAILIFFS)
    judge: e.ActorMember = {"id": appointee, "role": "court"}
    by_two = partial(annulled, rule="entry.amend:officer", proposal=propose_annulment(operator))
    assert operator.sign(car, OFFICE, by_two, judge, "entry") == ["reach"]


def propose_annulment(operator: Operator) -> str:
    def proposed(entry: Any) -> list[e.Event]:
        said = {"rule": "entry.amend:officer", "reason": "-", "officer_person": "-"}
        return [e.AnnulmentProposed(register="vehicles", of=entry.change, **said)]

    car, officer = operator.entry(2), operator.officer(f"{OFFICE}-officer-1")
    assert operator.sign(car, OFFICE, proposed, officer, "entry") == []
    return operator.newest(car)


def test_two_officers_annul_and_one_is_not_two(operator: Operator) -> None:
    car, by_two = operator.entry(2), partial(annulled, rule="entry.amend:officer")
    one, two = (operator.officer(f"{OFFICE}-officer-{n}") for n in (1, 2))
    nothing = partial(by_two, proposal="A" * 43)
    assert operator.sign(car, OFFICE, nothing, two, "entry") == ["amendment"]
    proposed = partial(by_two, proposal=propose_annulment(operator))
    assert operator.sign(car, OFFICE, proposed, one, "entry") == ["amendment"]


def test_nobody_annuls_by_what_was_dropped(operator: Operator) -> None:
    car, by_two = operator.entry(2), partial(annulled, rule="entry.amend:officer")
    one, two = (operator.officer(f"{OFFICE}-officer-{n}") for n in (1, 2))
    proposed = propose_annulment(operator)

    def dropped(_: Any) -> list[e.Event]:
        said = {"rule": "entry.propose:officer", "reason": "-", "officer_person": "-"}
        return [e.ProposalDropped(register="vehicles", of=proposed, **said)]

    assert operator.sign(car, OFFICE, dropped, one, "entry") == []
    assert operator.sign(car, OFFICE, partial(by_two, proposal=proposed), two, "entry") == ["amendment"]


# --- 21. statement ------------------------------------------------------------------------------------------


def test_a_receipt_of_one_case_completes_no_other(operator: Operator) -> None:
    """It is signed, by the registry, about what it applied: another case's."""
    sold, waiting = operator.past.states["sold"], operator.past.cases["waiting"]
    rows = operator.country.log.stream(operator.past.cases["sold"])
    assert "case.ReceiptRecorded.v1" in [row[3] for row in rows]
    (members,) = [payload_of(split(row[4])[0])["data"] for row in rows if row[3] == "case.ReceiptRecorded.v1"]
    for entry in (members["entry"], operator.entry(2)):
        again = e.ReceiptRecorded(**{**members, "entry": entry})
        assert operator.sign(waiting, OFFICE, partial(_only, again), SYSTEM_ACTOR) == ["statement"]
    assert sold is not None


def test_a_case_is_completed_by_the_receipts_of_all_that_it_wrote(operator: Operator) -> None:
    waiting, car = operator.past.cases["waiting"], operator.entry(2)
    served_after = operator.past.states["sold"].ending["served_after"]
    over = partial(_only, e.CaseCompleted(served_after=served_after))
    operator.propose(waiting)
    named: e.EntryMember = {"register": "vehicles", "entry": car}
    assert operator.approve(waiting, car, f"{OFFICE}-officer-2", named) == []
    assert operator.sign(waiting, OFFICE, over, SYSTEM_ACTOR) == ["statement"]


def money(operator: Operator, *, is_refund: bool = False, case: str = "waiting", **changes: Any) -> e.Event:
    """What the treasury stated of the fee of this case, told once more."""
    said = operator.past.stated(case, "2026-03-03T08:00:00Z", is_refund=is_refund)
    told = {
        "payment": said.payment,
        "amount": said.amount,
        "currency": said.currency,
        "paid_at": said.paid_at,
        "statement": said.jws,
    }
    return (e.RefundPaid if is_refund else e.FeePaid)(**{**told, **changes})


@pytest.mark.parametrize(
    ("is_refund", "changes"),
    [
        (False, {"payment": "00000000-0000-8000-8000-000000000000"}),  # it was told as another one
        (False, {}),  # it was told
        (True, {"amount": 1}),
        (True, {"statement": "of.the.treasury"}),
        (True, {"case": "sold"}),
        (True, {"payment": "00000000-0000-8000-8000-000000000000"}),
    ],
)
def test_money_comes_and_goes_back_as_the_treasury_signed_it(
    operator: Operator, changes: dict[str, Any], *, is_refund: bool
) -> None:
    """Its statement is sealed: whoever has no key is told how many were not looked at."""
    case, told = operator.past.cases["waiting"], money(operator, is_refund=is_refund, **changes)
    is_due(operator)
    (before,) = not_looked_at(operator)
    assert operator.sign(case, OFFICE, partial(_only, told), SYSTEM_ACTOR) == ["statement"]
    is_other = is_refund and not {"payment", "case"}.isdisjoint(changes)  # that none such came, anybody sees
    assert operator.found(with_keys=False) == (["course"] if is_other else [])
    assert not_looked_at(operator) == [before + 1]


def is_due(operator: Operator) -> None:
    """What came for the waiting case is due back: it is refused."""
    said = operator.past.stated("waiting", "2026-03-03T08:00:00Z")
    due = e.RefundDue(payment=said.payment, amount=said.amount, currency=said.currency, reason="refused")
    case, one = operator.past.cases["waiting"], f"{OFFICE}-officer-1"
    day = operator.past.states["sold"].ending["served_after"]
    why: Any = {"grounds": ["tax_unpaid"], "law": [], "reason": "-", "served_after": day}
    refused = e.CaseRefused(rule="case.decide:officer", officer_person=one, officer_signature=None, **why)
    assert operator.assign(case, one) == []
    assert operator.sign(case, OFFICE, partial(_only, refused), operator.officer(one)) == []
    assert operator.sign(case, OFFICE, partial(_only, due), SYSTEM_ACTOR) == []


def not_looked_at(operator: Operator) -> list[int]:
    words = "KZ: whether the treasury signed that money came or went back: "
    told = operator.report(with_keys=False).not_covered
    return [int(each.removeprefix(words).split(",")[0]) for each in told if each.startswith(words)]


def test_what_goes_back_is_told_once(operator: Operator) -> None:
    case, back = operator.past.cases["waiting"], partial(_only, money(operator, is_refund=True))
    is_due(operator)
    assert operator.sign(case, OFFICE, back, SYSTEM_ACTOR) == []
    assert operator.sign(case, OFFICE, back, SYSTEM_ACTOR) == ["statement"]


# --- 29. course ---------------------------------------------------------------------------------------------


def test_two_people_approve(operator: Operator) -> None:
    waiting, car = operator.past.cases["waiting"], operator.entry(2)
    named: e.EntryMember = {"register": "vehicles", "entry": car}
    operator.propose(waiting)
    assert operator.approve(waiting, car, f"{OFFICE}-officer-1", named, person="another") == ["course"]


def test_nothing_is_approved_that_nobody_proposed_or_that_is_over(operator: Operator) -> None:
    car, two = operator.entry(2), f"{OFFICE}-officer-2"
    named: e.EntryMember = {"register": "vehicles", "entry": car}
    for case in ("waiting", "sold"):
        assert operator.approve(operator.past.cases[case], car, two, named) == ["course"]


def test_what_is_paid_and_consented_to_does_not_lapse_for_that(operator: Operator) -> None:
    served_after = operator.past.states["sold"].ending["served_after"]
    lapsed = e.CaseLapsed(reason="unpaid", served_after=served_after)
    found = operator.sign(operator.past.cases["waiting"], OFFICE, partial(_only, lapsed), SYSTEM_ACTOR)
    assert found == ["course"]


def test_an_approval_does_not_lapse_without_a_fee_before_the_entry(operator: Operator) -> None:
    """The car is sold by two of the office; then the clock is made to say that nobody paid."""
    waiting, car = operator.past.cases["waiting"], operator.entry(2)
    operator.propose(waiting)
    named: e.EntryMember = {"register": "vehicles", "entry": car}
    assert operator.approve(waiting, car, f"{OFFICE}-officer-2", named) == []
    served_after = operator.past.states["sold"].ending["served_after"]
    lapsed = e.CaseLapsed(reason="unpaid", served_after=served_after)
    assert operator.sign(waiting, OFFICE, partial(_only, lapsed), SYSTEM_ACTOR) == ["course"]


def test_the_clock_neither_withdraws_nor_prolongs(operator: Operator) -> None:
    case = operator.past.cases["waiting"]
    withdrawn = e.CaseWithdrawn(reason="applicant", acting=None)
    due = operator.past.states["sold"].ending["served_after"]
    longer = e.DeadlineExtended(due=due, rule="case.extend:officer", law="-", reason="-")
    for event in (longer, withdrawn):
        assert operator.sign(case, OFFICE, partial(_only, event), SYSTEM_ACTOR) == ["officer"]


def test_an_open_case_is_not_erased(operator: Operator) -> None:
    erased = e.PersonalDataErased(keys=["A" * 22], whose=["case"], basis="-")
    for case, found in (("waiting", ["course"]), ("sold", [])):
        assert operator.sign(operator.past.cases[case], OFFICE, partial(_only, erased), SYSTEM_ACTOR) == found


def test_the_office_that_keeps_the_register_today_annuls_for_its_error_and_on_no_appeal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the law of September it is the police, who wrote nothing of what was there before."""
    sale = offers()["KZ", "car_sale"]
    later = replace(sale.terms[-1], since=date(2026, 9, 1), authority="kz-police")
    monkeypatch.setitem(offers(), ("KZ", "car_sale"), replace(sale, terms=(*sale.terms, later)))
    with past(tmp_path) as made:
        operator = Operator(made)
        made.at("2027-06-04T09:00:00+00:00")
        car, country = operator.entry(0), operator.country
        entry: Any = country.desk.have(lambda append: append.load(car, "entry")).result().state

        def asked(kind: Any, who: str, **more: Any) -> Any:
            seen: Any = {"country": "KZ", "register": "vehicles", "entry": car, "of": entry.change}
            seen["expected"] = len(country.log.stream(car))
            command = kind(by=made.actor(who), cause=new_cause(), **seen, **more)
            return country.desk.ask(command).result().state

        proposed = asked(c.ProposeAnnulment, "kz-police-officer-1", reason="Another car was meant.")
        said: Any = {"proposal": proposed.proposal["event"], "reason": None, "written_by": entry.written_by}
        assert asked(c.AnnulEntry, "kz-police-officer-2", **said).is_annulled
        assert operator.found() == []


def test_a_birth_that_is_imported_claims_what_its_register_says(operator: Operator) -> None:
    """Else the same birth could be entered a second time, by a case."""
    request = operator.past.states["birth"].request
    content = {name: request[name] for name in ("child", "medical_certificate")}
    content |= {name: request[name] and itself(request[name]) for name in ("mother", "father")}
    births = registers()["births"]
    whole = plain(births.content.model_validate(content))
    created = e.EntryCreated(
        register="births", content_version=births.content_version, title="import", content=whole
    )

    def imported(by: e.ActorMember, *, is_claimed: bool) -> list[str]:
        entry = str(uuid4())
        settled = [(str(uuid4()), e.ClaimSettled(kind="birth", holder=entry))] if is_claimed else []
        return operator.sign(entry, CIVIL, partial(_only, created), by, "entry", claims=settled)

    assert imported(IMPORT_ACTOR, is_claimed=True) == []
    assert imported(IMPORT_ACTOR, is_claimed=False) == ["claim"]
    assert imported(APPLICANT, is_claimed=True) == ["basis"]
