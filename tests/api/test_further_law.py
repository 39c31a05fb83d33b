"""What no released law asks for yet, over HTTP: a fee before the entry, a number of the house, an opinion of others."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import pytest

from domain.authorities import OPINIONS, RESTRICTIONS
from domain.days.deadlines import Term
from domain.fees import Fee, FeePart
from domain.offers import offers
from domain.terms import Consultation, Investigation, Numbering, Quota, QuotaSize
from infra.desk import key_acts
from infra.development import development
from infra.formats.signing import digest, disclosure, open_disclosure
from infra.verification import verify_folder
from tests.domain.made_up import LAW
from tests.town.caller import good, new_key, problem, until
from tests.town.fixtures import Furnished, inside
from tests.town.people import Town

SALE: Final = ("KZ", "car_sale")
FIRST: Final = "kz-vehicle-registration-officer-1"
POLICE: Final = "kz-police-officer-1"
REGISTRY: Final = "kz-vehicle-register"
ISSUE: Final = 5_000_00


def further(patch: pytest.MonkeyPatch, **law: Any) -> None:
    """The law of a sale says this, too; and there are the people whom it names."""
    sale = offers()[SALE]
    times = replace(sale.terms[-1].times, **law.pop("times", {}))
    patch.setitem(offers(), SALE, replace(sale, terms=(replace(sale.terms[-1], times=times, **law),)))
    development.residents.cache_clear()


def asking(patch: pytest.MonkeyPatch) -> None:
    """The police may be asked for an opinion."""
    further(
        patch,
        opinions=(Consultation("kz-police", LAW, Term(5, "working_days", LAW)),),
        investigations=(Investigation("background", LAW),),
    )


def may_answer(town: Town) -> None:
    """The seal of the police is authorised for its opinions."""
    key_acts.rotate(town.house.countries["KZ"].desk, "kz-police", (*OPINIONS, *RESTRICTIONS))


def opinion_asked_and_given(town: Town, case: str, investigation: str | None = None) -> None:
    """The officer asks, the police reads and answers."""
    asked = {"authority": "kz-police", "inquiry": "Is it wanted?", "investigation": investigation}
    good(town.judge(FIRST, case, "opinion-requests", asked))
    (waiting,) = (row for row in good(town.as_(POLICE).get("/v1/opinions"))["items"] if row["case"] == case)
    assert (waiting["authority"], waiting["investigation"]) == ("kz-police", investigation)
    assert good(town.as_(POLICE).get(f"/v1/cases/{case}"))["opinions"][0]["inquiry"] == "Is it wanted?"
    said = {"of": waiting["of"], "opinion": "Nobody looks for it."}
    good(town.as_(POLICE).post(f"/v1/cases/{case}/opinions", said))


@pytest.fixture
def patch() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as found:
        yield found
    development.residents.cache_clear()


def test_an_opinion_is_asked_given_and_verified(
    furnished: Furnished, tmp_path: Path, patch: pytest.MonkeyPatch
) -> None:
    asking(patch)
    with inside(furnished("KZ"), tmp_path) as town:
        may_answer(town)
        case = town.take_to("in_review", *SALE)
        town.assign(case)
        assert problem(town.as_(POLICE).get(f"/v1/cases/{case}"))[0] == 404
        opinion_asked_and_given(town, case, "background")
        assert problem(town.as_(POLICE).get(f"/v1/cases/{case}"))[0] == 404
        assert good(town.as_(POLICE).get("/v1/opinions"))["items"] == []
        (opinion,) = town.read(case, FIRST)["opinions"]
        assert opinion["opinion"] == "Nobody looks for it."
        assert [o["opinion"] for o in town.read(case)["opinions"]] == [None]
        parties = str(town.history(case))
        given = next(e for e in town.history(case) if e["type"] == "case.OpinionGiven.v1")
        assert (given["authority"], given["disclosures"]) == ("kz-police", [])
        assert "Nobody looks" not in parties
        accesses = good(town.as_("kz-citizen-1").get("/v1/my/accesses", country="KZ", limit=100))["items"]
        assert "kz-police" in {access["authority"] for access in accesses if access["stream"] == case}
        town.approve(case)
        report = verify_folder(town.settings.data)
        assert report["ok"], report


def test_who_was_refused_files_again_with_the_last_place_of_the_year(
    furnished: Furnished, tmp_path: Path, patch: pytest.MonkeyPatch
) -> None:
    """Which nobody else gets meanwhile."""
    further(patch, quotas=(Quota(name="cars", source=LAW),))
    size = QuotaSize(since=date(2020, 1, 1), slots=1, source=LAW)
    patch.setitem(offers(), SALE, replace(offers()[SALE], quota_sizes={("cars",): (size,)}))
    with inside(furnished("KZ"), tmp_path) as town:
        case = town.take_to("refused", *SALE)
        seller, body = town.as_("kz-citizen-1"), town.filing(*SALE)
        for _ in range(2):
            assert problem(seller.post("/v1/cases", body, key=new_key())) == (409, "quota_full")
            asked = {**body, "request": town.read(case)["request"]}
            case = str(good(seller.post("/v1/cases", asked, key=new_key()))["case"])
            town.complete(case)
            town.assign(case)
            no = {"grounds": ["tax_unpaid"], "reason": "The tax of last year is open."}
            good(town.judge(FIRST, case, "refusals", no))
        report = verify_folder(town.settings.data)
        assert report["ok"], report


def test_a_fee_before_the_entry_is_paid_and_the_house_numbers_the_entry(
    furnished: Furnished, tmp_path: Path, patch: pytest.MonkeyPatch
) -> None:
    further(
        patch,
        entry_fee=Fee(parts=(FeePart(name="issue", units=Fraction(ISSUE)),), source=LAW),
        times={"pay_entry": Term(30, "calendar_days", LAW)},
        numbers={"vehicles": Numbering(prefix="KZ-", digits=6)},
    )
    with inside(furnished("KZ"), tmp_path) as town:
        numbers = [numbered(town) for _ in range(2)]
        for number in numbers:
            for typed in (number, number.lower().replace("-", " ")):
                assert good(by_number(town, typed))["number"] == number
        assert problem(by_number(town, numbers[0] + "0")) == (404, "not_found")
        year = town.now().year
        assert numbers == [f"KZ-{year}-000001", f"KZ-{year}-000002"]
        unpaid = approved(town)
        town.travel(days=60)
        town.tick()
        shown = town.read(unpaid)
        assert (shown["stage"], shown["decision"]["reason"]) == ("lapsed", "unpaid")
        assert verify_folder(town.settings.data)["ok"]


def approved(town: Town) -> str:
    case = town.take_to("approved", *SALE)
    shown = town.read(case)
    assert (shown["entries"], shown["entry_fee"]["amount"]) == ([], ISSUE)
    assert shown["fits"] == []  # to pay is asked of the treasury's statement
    (to_pay,) = shown["next"]
    assert (to_pay["who"], to_pay["what"], to_pay["amount"]) == ("you", "entry_fee", ISSUE)
    return case


def numbered(town: Town) -> str:
    """The number of an entry whose fee is paid, as the officer reads it and the registry has it disclosed."""
    case = approved(town)
    town.pay(case, ISSUE)
    (written,) = town.read(case)["entries"]
    entry = good(town.as_(FIRST).read(f"/v1/registers/vehicles/entries/{written['entry']}"))
    town.settle()
    of_the_entry = [e for e in town.feed(REGISTRY, "KZ") if e["subject"] == written["entry"]]
    (event,) = (e["id"] for e in of_the_entry if e["type"] == "entry.EntryNumbered.v1")
    changed = [e["id"] for e in of_the_entry if e["type"] == "entry.EntryChanged.v1"][-1]
    asked = {"events": [event, changed]}
    told, content = good(town.as_(REGISTRY).post("/v1/feeds/kz/disclosures", asked))["disclosures"]
    assert [open_disclosure(text) for text in told["disclosures"]] == [("number", entry["number"])]
    assert len(content["disclosures"]) == 4
    said = {"receipts": [town.receipt("KZ", REGISTRY, "vehicles", changed)]}
    (answer,) = good(town.as_(REGISTRY).post("/v1/feeds/kz/receipts", said))["receipts"]
    assert answer["status"] == "recorded"
    assert town.stage(case) == "completed"
    number: str = entry["number"]
    return number


def by_number(town: Town, number: str) -> Any:
    asked = {"kind": "entry_number", "parts": [number], "purpose": "a letter names it"}
    return town.as_(FIRST).post("/v1/registers/vehicles/searches", asked)


def test_a_register_that_numbers_its_entries_says_the_number_with_its_receipt(
    furnished: Furnished, tmp_path: Path, patch: pytest.MonkeyPatch
) -> None:
    """Nothing but the disclosure that the receipt names is its reference; of any script, and of any length."""
    further(patch, numbers={"vehicles": "register"})
    number, salt = "№ " + "ж" * 198, bytes(16)
    reference = disclosure("reference", number, salt)
    wrong = [disclosure("number", number, salt), disclosure("reference", 7, salt), "not-a-disclosure"]
    with inside(furnished("KZ"), tmp_path) as town:
        case = town.take_to("approved", *SALE)
        town.settle()
        event = [e["id"] for e in town.feed(REGISTRY, "KZ") if e["type"] == "entry.EntryChanged.v1"][-1]

        def answered(states: str, *sent: str) -> dict[str, Any]:
            receipt = town.receipt("KZ", REGISTRY, "vehicles", event, reference_digest=digest(states))
            said = {"receipts": [receipt], "references": list(sent)}
            (answer,) = good(town.as_(REGISTRY).post("/v1/feeds/kz/receipts", said))["receipts"]
            return dict(answer)

        for text in wrong:
            assert (answered(text, text)["status"], answered(text, text)["code"]) == (
                "refused",
                "number_missing",
            )
        assert answered(reference)["code"] == "number_missing"
        assert answered(reference, *wrong)["code"] == "number_missing"
        assert town.stage(case) == "approved"
        assert answered(reference, *wrong, reference)["status"] == "recorded"
        (written,) = town.read(case)["entries"]
        entry = good(town.as_(FIRST).read(f"/v1/registers/vehicles/entries/{written['entry']}"))
        assert entry["number"] == number
        assert good(by_number(town, number))["entry"] == written["entry"]
        numbered_alike(town, reference)
        assert problem(by_number(town, number)) == (409, "several_entries")
        assert verify_folder(town.settings.data)["ok"]


def numbered_alike(town: Town, reference: str) -> None:
    """Another entry, which the register gives the same number: elsewhere, or in another year."""
    case = town.take_to("approved", *SALE)
    (written,) = town.read(case)["entries"]
    event = until(lambda: town.change(REGISTRY, "KZ", written["entry"]), "the feed")
    receipt = town.receipt("KZ", REGISTRY, "vehicles", event, reference_digest=digest(reference))
    said = {"receipts": [receipt], "references": [reference]}
    (answer,) = good(town.as_(REGISTRY).post("/v1/feeds/kz/receipts", said))["receipts"]
    assert answer["status"] == "recorded"
    town.settle()


def test_a_reference_that_nobody_asks_for_spoils_no_receipt(town: Town) -> None:
    case = town.take_to("approved", *SALE)
    town.settle()
    (written,) = town.read(case)["entries"]
    of_the_entry = [e for e in town.feed(REGISTRY, "KZ") if e["subject"] == written["entry"]]
    event = [e["id"] for e in of_the_entry if e["type"] == "entry.EntryChanged.v1"][-1]
    receipt = town.receipt("KZ", REGISTRY, "vehicles", event, reference_digest=digest("nonsense"))
    said = {"receipts": [receipt], "references": ["nonsense"]}
    (answer,) = good(town.as_(REGISTRY).post("/v1/feeds/kz/receipts", said))["receipts"]
    assert (answer["status"], town.stage(case)) == ("recorded", "completed")
