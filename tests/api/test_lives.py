"""Whatever people do over HTTP, in whatever order, as often as they like, while time passes: a house of its own, with a
log on the disk, for each life.

What a caller is told to fit is done by who may; anything is tried by anybody. What is true of every life is read over
HTTP, and each log is verified and each case replayed in the end. ``tests/domain/test_machine.py`` does the same on the
decider, and says why something that fits is not done all the same.
"""

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar, Final

import httpx2
import pytest
from hypothesis import Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from domain.lifecycle import STEPS
from infra.development import treasury
from infra.verification import verify_folder
from tests.domain.lives import IN_THE_WAY, RARE
from tests.town.caller import good, new_key, problem
from tests.town.fixtures import Furnished, inside
from tests.town.people import Town, person

LAWS: Final = {"KZ": "car_sale", "TR": "birth_certificate"}
ASKED_OFFICES: Final = {"kz": "kz-police", "tr": "tr-district-governor"}  # for their opinions
ENDED: Final = ("refused", "withdrawn", "lapsed", "not_needed", "completed")
OPEN: Final = ("filed", "in_review", "returned")
STEPS_BY_NAME: Final = {kind.__name__: step for kind, step in STEPS.items()}
# Officers ask whether or not it is theirs to ask.
OF_WHO_ASKS: Final = frozenset(
    {
        *("not_assigned_to_you", "not_assigned", "judged_before", "four_eyes", "proposed_before"),
        *(
            "supervisor_decides",
            "supervisor_assigns",
            "acted_at_counter",
            "judges_this_case",
            "consent_stands",
        ),
    }
)
Shown = Mapping[str, Any]
Said = tuple[str, Any]  # where, and the body


@dataclass(frozen=True)
class Offices:
    """Who lives in the country of a case."""

    cc: str

    @property
    def decides(self) -> str:
        return {"kz": "kz-vehicle-registration", "tr": "tr-civil-registry"}[self.cc]

    @property
    def registry(self) -> str:
        return {"kz": "kz-vehicle-register", "tr": "tr-birth-register"}[self.cc]

    @property
    def appeals(self) -> str:
        return {"kz": "kz-interior-ministry", "tr": "tr-population-directorate"}[self.cc]

    @property
    def people(self) -> dict[str, str]:
        """Who asks -> as what."""
        found = {f"{self.cc}-citizen-{n}": "party" for n in (1, 1, 2, 2, 3, 4)}
        found |= {f"{self.decides}-{who}": "officer" for who in ("officer-1", "officer-2", "supervisor")}
        found |= {f"{self.appeals}-appeal-officer-{n}": "appeal officer" for n in (1, 2)}
        found |= {f"{self.cc}-data-protection-officer": "data protection"}
        return found | {f"{ASKED_OFFICES[self.cc]}-officer-1": "asked officer"}


def _amended(case: Shown) -> Said:
    request = dict(case["request"])
    if "new_plates" in request:
        request["new_plates"] = not request["new_plates"]
    else:
        request["oral_statement"] = not request["oral_statement"]
    return "amendments", {"of": case["request_hash"], "request": request}


def _answered(case: Shown, answer: str) -> Said:
    return "consents", {"answer": answer, "of": case["request_hash"]}


def _informed(case: Shown) -> Said:
    of = case["questions"][-1]["of"] if case["questions"] else "A" * 43
    return "information", {"of": of, "answer": "Yesterday."}


def _opined(case: Shown) -> Said:
    open_ones = [asked["of"] for asked in case["opinions"] if asked["given_at"] is None]
    return "opinions", {"of": (open_ones or ["A" * 43])[0], "opinion": "It is not."}


def _of_the_end(case: Shown) -> str:
    return str(case["ending"]["of"]) if case["ending"] else "A" * 43


def _taken_back(case: Shown) -> Said:
    me = next((each["party"] for each in case["parties"] if each["role"] == case["you_are"]), None)
    mine = [a for a in case["appeals"] if a["party"] == me]
    is_open = [a["of"] for a in mine if a["decided_at"] is None and a["taken_back_at"] is None]
    return "appeals", {"answer": "take_back", "of": (is_open or ["A" * 43])[-1]}


def _decided(case: Shown) -> Said:
    is_written = (case["decision"] or {}).get("kind") == "approved"
    outcome = "upheld" if is_written or len(case["appeals"]) % 2 else "set_aside"
    return "appeal-decisions", {"outcome": outcome, "reason": f"We looked. {len(case['appeals'])}"}


def _refused(case: Shown) -> Said:
    grounds = {"KZ": ("tax_unpaid", "restricted"), "TR": ("not_proven", "not_entitled")}[case["country"]]
    return "refusals", {"grounds": [grounds[case["version"] % 2]], "reason": "It is as the ground says."}


# As what somebody asks -> what they may be told to fit -> how it is asked.
ASKED: Final[Mapping[str, Mapping[str, Callable[[Shown], Said]]]] = {
    "party": {
        "AmendRequest": _amended,
        "GiveConsent": lambda case: _answered(case, "give"),
        "DeclineConsent": lambda case: _answered(case, "decline"),
        "RevokeConsent": lambda case: _answered(case, "revoke"),
        "ProvideInformation": _informed,
        "WithdrawCase": lambda _: ("withdrawals", {}),
        "ServeDecision": lambda case: ("services", {"of": _of_the_end(case)}),
        "LodgeAppeal": lambda case: (
            "appeals",
            {
                "of": _of_the_end(case),
                "reason": f"It is not so. {len(case['appeals'])}",
                "party": case["acts_for"][0]["party"]
                if case["acts_for"]
                else None,  # a father is two of them
            },
        ),
        "TakeBackAppeal": _taken_back,
        "WaiveClaim": lambda _: ("waivers", {}),
    },
    "officer": {
        "AssessFee": lambda _: ("assessments", {}),
        "AssignCase": lambda _: ("assignments", {}),
        "RequestInformation": lambda case: (
            "information-requests",
            {"question": f"When was that? {len(case['questions'])}"},
        ),
        "RequestOpinion": lambda case: (
            "opinion-requests",
            {
                "authority": ASKED_OFFICES[case["country"].lower()],
                "inquiry": f"Is it wanted? {len(case['opinions'])}",
            },
        ),
        "ExtendDeadline": lambda _: ("extensions", {"reason": "The file is at the archive."}),
        "ProposeApproval": lambda _: ("proposals", {}),
        "ApproveCase": lambda _: ("approvals", {}),
        "RefuseCase": _refused,
        "WriteEntries": lambda _: ("entries", {}),
        "DeclareNotNeeded": lambda _: ("exemptions", {"exemption": "still_born"}),
    },
    "asked officer": {"GiveOpinion": _opined},
    "appeal officer": {"DecideAppeal": _decided},
    "data protection": {"EraseCase": lambda _: ("erasures", {"basis": "the retention has ended"})},
}
# Told to somebody, and done by a machine: by a signed statement.
STATED: Final = {"RecordPayment", "RecordReceipt", "RecordObjection"}
UNTOLD: Final = {"RecordRefund"}  # money that goes back is a fact of any stage


DAYS: Final = {"LapseCase": 25, "800 days": 800}  # after which the clock looks
_IN_HAND: Final = ("GiveConsent", "RecordPayment", "AssignCase")
BEGINNINGS: Final[Mapping[str, Sequence[str]]] = {
    "filed": (),
    "lapsed": ("GiveConsent", "LapseCase"),
    "in hand": _IN_HAND,
    "returned": (*_IN_HAND, "RequestInformation"),
    "inquired": (*_IN_HAND, "RequestOpinion"),
    "refused": (*_IN_HAND, "RefuseCase"),
    "appealed": (*_IN_HAND, "RefuseCase", "LodgeAppeal"),
    "set aside": (*_IN_HAND, "RefuseCase", "LodgeAppeal", "DecideAppeal"),
    "approved": (*_IN_HAND, "ProposeApproval", "ApproveCase"),
    "forgotten": ("WithdrawCase", "800 days", "EraseCase"),
}


class Lives(RuleBasedStateMachine):
    """A few cases about one car, or one birth."""

    furnished: ClassVar[Furnished]

    def __init__(self) -> None:
        super().__init__()
        self._open = ExitStack()
        self.cases: list[str] = []
        self.came: dict[str, int] = {}  # case -> all that the treasury says came
        self.went: dict[str, int] = {}
        self.references: dict[str, str] = {}  # payment -> what the treasury calls it
        self.told: list[str] = []

    @initialize(
        country=st.sampled_from(("KZ", "KZ", "TR")),
        is_officers=st.sampled_from((False, False, True)),
        beginning=st.sampled_from(sorted(BEGINNINGS)),
    )
    def begins(self, country: str, is_officers: bool, beginning: str) -> None:  # noqa: FBT001
        """A request is drafted; in some lives an officer is the buyer, or the mother. The first case comes so far."""
        folder = Path(tempfile.mkdtemp())
        self._open.callback(shutil.rmtree, folder)
        self.town: Town = self._open.enter_context(inside(self.furnished(country), folder))
        self.here = Offices(country.lower())
        self.country = country
        self.body = self.town.filing(country, LAWS[country])
        if is_officers:
            member = "buyer" if country == "KZ" else "mother"
            self.body["request"][member] = person(f"{self.here.decides}-officer-2")
        self._file(f"{self.here.cc}-citizen-1")
        first, decides = f"{self.here.decides}-officer-1", f"{self.here.decides}-supervisor"
        people = {"GiveConsent": self._buyer(), "LodgeAppeal": f"{self.here.cc}-citizen-1"}
        people |= {"WithdrawCase": f"{self.here.cc}-citizen-1"}
        people |= {"EraseCase": f"{self.here.cc}-data-protection-officer"}
        people |= {"DecideAppeal": f"{self.here.appeals}-appeal-officer-1"}
        people |= {"ApproveCase": decides if country == "KZ" else first}
        for what in BEGINNINGS[beginning]:
            name = people.get(what, first)
            if what == "RecordPayment":
                self._pay(0, 1, 0)
            elif what in DAYS:
                self.town.travel(days=DAYS[what])
                self.town.tick()
            elif (seen := self._seen(self.cases[0], name)) and what in seen["fits"]:
                self._do(self.cases[0], name, self._role(seen, self._as(name)), seen, what)

    def _buyer(self) -> str:
        number = (self.body["request"].get("buyer") or {}).get("personal_number")
        officer = f"{self.here.decides}-officer-2"
        return officer if number == person(officer)["personal_number"] else f"{self.here.cc}-citizen-2"

    def _as(self, name: str) -> str:
        return self.here.people.get(name, "party")

    # --- what is done -----------------------------------------------------------------------------------------

    @rule(hours=st.sampled_from((1, 1, 30, 24 * 8, 24 * 8, 24 * 20, 24 * 100, 24 * 800)))
    def time_passes(self, hours: int) -> None:
        self.town.travel(hours=hours)
        self.town.tick()

    @rule(by=st.sampled_from((1, 1, 2, 3)))
    def the_same_is_filed_again(self, by: int) -> None:
        if len(self.cases) < 4:
            self._file(f"{self.here.cc}-citizen-{by}")

    @rule(which=st.integers(0, 3), what=st.lists(st.integers(0, 2**16), min_size=1, max_size=6))
    def somebody_does_what_fits(self, which: int, what: list[int]) -> None:
        """Whoever is told that something fits which is theirs to do."""
        case = self.cases[which % len(self.cases)]
        for each in what:
            names = [*self.here.people]
            first = each % len(names)
            for name in (*names[first:], *names[:first]):
                seen = self._seen(case, name)
                role = self._role(seen, self._as(name))
                told = [kind for kind in seen["fits"] if kind in ASKED[role]] if seen else []
                kinds = [k for k in told for _ in range(1 if STEPS_BY_NAME[k].command in RARE else 3)]
                if seen and kinds and (kinds != ["EraseCase"] or each % 8 == 0):  # it is told long before
                    self._do(case, name, role, seen, kinds[each // len(names) % len(kinds)])
                    break

    @rule(
        which=st.integers(0, 3),
        who=st.integers(0, 20),
        what=st.integers(0, 2**16),
        is_stale=st.booleans(),
        is_repeated=st.booleans(),
    )
    def somebody_tries_anything(
        self,
        which: int,
        who: int,
        what: int,
        is_stale: bool,  # noqa: FBT001
        is_repeated: bool,  # noqa: FBT001
    ) -> None:
        case = self.cases[which % len(self.cases)]
        name = [*self.here.people][who % len(self.here.people)]
        seen = self._seen(case, name)
        known = seen or self._as_applicant(case)
        if known is None:
            return
        every = [(kind, how) for asked in ASKED.values() for kind, how in asked.items()]
        kind, how = every[what % len(every)]
        asks = self._ask_twice if is_repeated else self._post
        answer = asks(case, name, kind, how(known), known["version"] - is_stale)
        after = self._as_applicant(case)
        if answer.is_success and after is not None and after["version"] != known["version"]:
            assert seen is not None, (name, kind)
            assert kind in seen["fits"], (name, kind)
            assert not (is_stale and STEPS_BY_NAME[kind].is_judgement)

    @rule(which=st.integers(0, 3), half=st.sampled_from((1, 1, 2)), more=st.sampled_from((0, 0, 700)))
    def money_comes(self, which: int, half: int, more: int) -> None:
        self._pay(which, half, more)

    @rule(which=st.integers(0, 3), is_in_time=st.booleans())
    def money_came_for_what_lapsed(self, which: int, is_in_time: bool) -> None:  # noqa: FBT001
        """The statement took its time, or it is late in earnest."""
        case = self.cases[which % len(self.cases)]
        seen = self._as_applicant(case)
        if seen and seen["stage"] == "lapsed":
            self._pay(which, 1, 0, early=timedelta(days=30) if is_in_time else timedelta())

    @rule()
    def money_goes_back(self) -> None:
        self.town.settle()
        caller = self.town.as_(f"{self.here.cc}-treasury")
        for row in good(caller.get("/v1/refunds", country=self.country))["items"]:
            if row["amount"] > 0:
                what = (self.country, row["case"], row["amount"], row["currency"])
                more: Any = {"is_refund": True}
                reference = self.references[row["payment"]]
                said = treasury.treasury(
                    self.town.keyring(self.country), *what, reference, self.town.now(), **more
                )
                good(caller.post(f"/v1/cases/{row['case']}/refunds", {"statement": said}))
                self.went[row["case"]] += row["amount"]

    @rule(which=st.integers(0, 3), is_objected=st.sampled_from((False, False, True)))
    def the_registry_answers(self, which: int, is_objected: bool) -> None:  # noqa: FBT001
        case = self.cases[which % len(self.cases)]
        seen = self._as_applicant(case)
        if seen is None or seen["stage"] != "approved":
            return
        before = seen["version"]
        assert {"RecordReceipt", "RecordObjection"} <= {*self._officers_view(case)["fits"]}
        if not is_objected:
            self.town.acknowledge(case)
            assert self.town.stage(case) == "completed"
            return
        (written,) = seen["entries"]
        event = self.town.change(self.here.registry, self.country, written["entry"])
        assert event is not None
        no = self.town.objection(self.country, self.here.registry, written["register"], event, "unknown")
        answer = self.town.as_(self.here.registry).post(
            f"/v1/feeds/{self.here.cc}/objections", {"objections": [no]}
        )
        assert [each["status"] for each in good(answer)["objections"]] == ["recorded"]
        assert self.town.read(case)["version"] >= before

    # --- how --------------------------------------------------------------------------------------------------

    def _file(self, name: str) -> None:
        key, body = new_key(), {**self.body, "request": self._asked_by(name)}
        answer = self.town.as_(name).post("/v1/cases", body, key=key)
        again = self.town.as_(name).post("/v1/cases", body, key=key)
        self.told.append(f"{name} files: {answer.status_code}")
        assert answer.status_code < 500, answer.text
        assert answer.status_code == again.status_code
        if answer.is_success:
            assert answer.content == again.content
            case = str(answer.json()["case"])
            self.cases.append(case)
            self.came[case], self.went[case] = 0, 0

    def _asked_by(self, name: str) -> dict[str, Any]:
        """The same again; by others, that they sell the car on, or tell the same birth."""
        asked: dict[str, Any] = self.body["request"]
        if name == f"{self.here.cc}-citizen-1":
            return asked
        if self.country == "TR":
            return {**asked, "applicant": person(name), "relation": "relative"}
        return {**asked, "seller": person(name), "buyer": person("kz-citizen-4")}

    def _pay(self, which: int, half: int, more: int, early: timedelta = timedelta()) -> None:
        case = self.cases[which % len(self.cases)]
        seen = self._as_applicant(case)
        if seen is None or not seen["fee"]["amount"]:
            return
        kept = seen["paid"] - sum(refund["amount"] for refund in seen["refunds"])
        amount = max(1, (seen["fee"]["amount"] - kept) // half + more)
        reference, at = new_key(), self.town.now() - early
        what = (self.country, case, amount, seen["fee"]["currency"], reference, at)
        said = treasury.treasury(self.town.keyring(self.country), *what)
        caller = self.town.as_(f"{self.here.cc}-treasury")
        answer = caller.post(f"/v1/cases/{case}/payments", {"statement": said})
        self.told.append(f"{amount} came: {answer.status_code}")
        if not answer.is_success:
            assert problem(answer) == (422, "statement_wrong")  # before the filing
            assert early
            return
        self.came[case] += amount
        self.references[answer.json()["payment"]] = reference
        again = caller.post(f"/v1/cases/{case}/payments", {"statement": said})
        assert good(again)["version"] == answer.json()["version"]

    def _do(self, case: str, name: str, role: str, seen: Shown, kind: str) -> None:
        said = ASKED[role][kind](seen)
        answer = self._ask_twice(case, name, kind, said, seen["version"])
        if not answer.is_success:
            allowed = IN_THE_WAY.get(STEPS_BY_NAME[kind].command, set()) | OF_WHO_ASKS
            assert problem(answer)[1] in allowed, (name, kind, answer.text)
            return
        assert name != self._buyer() or role == "party"

    def _post(self, case: str, name: str, kind: str, said: Said, version: int) -> httpx2.Response:
        path, body = said
        seen = version if STEPS_BY_NAME[kind].is_judgement else None
        answer = self.town.as_(name).post(f"/v1/cases/{case}/{path}", body, seen=seen)
        self.told.append(f"{name} {kind}: {answer.status_code}")
        assert answer.status_code < 500, answer.text
        return answer

    def _ask_twice(self, case: str, name: str, kind: str, said: Said, version: int) -> httpx2.Response:
        """Whose answer was lost gets it once more; what was refused is refused."""
        first = self._post(case, name, kind, said, version)
        again = self._post(case, name, kind, said, version)
        assert again.is_success == first.is_success, (name, kind, again.text)
        if first.is_success:
            assert again.json().get("version") == first.json().get("version"), (name, kind)
        return first

    # --- what is seen -----------------------------------------------------------------------------------------

    def _role(self, seen: Shown | None, role: str) -> str:
        """An officer who is a party is a party, and nothing else."""
        return "party" if seen and seen["you_are"] else role

    def _seen(self, case: str, name: str) -> Shown | None:
        """The case as this caller sees it, None where they may not."""
        answer = self.town.as_(name).get(f"/v1/cases/{case}")
        if answer.is_success:
            return good(answer)
        assert problem(answer)[0] in (403, 404, 410), answer.text
        return None

    def _as_applicant(self, case: str) -> Shown | None:
        views = (self._seen(case, f"{self.here.cc}-citizen-{n}") for n in (1, 2, 3))
        return next((seen for seen in views if seen and seen["you_are"] in ("seller", "applicant")), None)

    def _officers_view(self, case: str) -> Shown:
        return self.town.read(case, f"{self.here.decides}-officer-1")

    # --- what is true -----------------------------------------------------------------------------------------

    @invariant()
    def what_is_true_of_every_life(self) -> None:
        seen = [self._officers_view(case) for case in self.cases]
        _one_thing_has_one_open_case(seen)
        for case in seen:
            came, went = self.came[case["case"]], self.went[case["case"]]
            _money_that_came_is_kept_or_goes_back(case, came, went)
            _whoever_decides_says_why_and_by_which_law(case)
            _what_is_erased_stays_erased(case)

    def teardown(self) -> None:
        """Each case is what its events make of it, and the log is what it was."""
        with self._open:
            note("\n".join(self.told))
            for case in self.cases:
                seen = self._officers_view(case)
                auditor = self.town.as_(f"{self.here.cc}-auditor")
                # The clock may have more to say of it by now.
                answer = good(auditor.get(f"/v1/audit/cases/{case}", as_of=str(seen["version"])))
                assert len(answer["steps"]) == seen["version"]
                assert answer["state"]["stage"] == seen["stage"]
                assert {step["signature"] for step in answer["steps"]} == {"holds"}
            report = verify_folder(self.town.settings.data, processes=0)
            assert report["ok"], report["failures"]


def _one_thing_has_one_open_case(cases: Sequence[Shown]) -> None:
    """But for one that was set aside while another had it: that one is not approved. Whoever is no parent keeps nobody
    but themselves from telling of a birth.
    """
    assert sum(case["stage"] == "approved" for case in cases) <= 1
    are_set_aside = sum(any(a["outcome"] == "set_aside" for a in case["appeals"]) for case in cases)
    claimed_by = Counter(_claimant(case) for case in cases if case["stage"] in OPEN)
    assert max(claimed_by.values(), default=0) <= 1 + are_set_aside


def _claimant(case: Shown) -> str | None:
    """Who told of the birth and is no parent, by their number; None: the thing itself is claimed."""
    is_a_parents = case["request"].get("relation", "mother") == "mother"
    return None if is_a_parents else str(case["request"]["applicant"]["personal_number"]["number"])


def _money_that_came_is_kept_or_goes_back(case: Shown, came: int, went: int) -> None:
    due = sum(refund["amount"] for refund in case["refunds"])
    back = sum(refund["paid_back"] for refund in case["refunds"])
    assert (case["paid"], back) == (came, went)
    assert 0 <= back <= due <= came
    kept, fee = came - due, case["fee"]
    match case["stage"]:
        case "withdrawn" | "lapsed" | "not_needed":
            assert kept == 0
        case "in_review" | "returned" | "approved" | "completed":
            assert kept == fee["amount"]
        case "refused":
            assert kept == (0 if "restricted" in case["decision"]["grounds"] else fee["amount"])
        case "filed" if not fee["provisional"]:
            assert kept <= fee["amount"]


def _whoever_decides_says_why_and_by_which_law(case: Shown) -> None:
    decision = case["decision"]
    assert bool(decision) == (case["stage"] in (*ENDED, "approved", "appealed"))
    said = {
        "refused": ("officer", "grounds", "law"),
        "not_needed": ("officer", "exemption", "law"),
        "approved": ("officer",),
        "withdrawn": ("by", "reason"),
        "lapsed": ("reason",),
    }
    assert all(decision[name] for name in said[decision["kind"]]) if decision else True


def _what_is_erased_stays_erased(case: Shown) -> None:
    if "case" in case["erased"]:
        assert case["stage"] in ENDED
        assert not case["evidence"]
        assert not case["request"].get("vehicle")
        assert not case["request"].get("child")


def lived(furnished: Furnished, lives: int) -> None:
    kind = type("Lives", (Lives,), {"furnished": staticmethod(furnished)})
    # A life that fails is told whole: to make it shorter takes longer than to read it.
    phases = (Phase.explicit, Phase.reuse, Phase.generate)
    run_state_machine_as_test(
        kind, settings=settings(max_examples=lives, stateful_step_count=10, deadline=None, phases=phases)
    )


def test_whatever_people_do_over_http(furnished: Furnished) -> None:
    lived(furnished, 10)


@pytest.mark.slow
def test_whatever_people_do_over_http_three_hundred_times(furnished: Furnished) -> None:
    lived(furnished, 300)
