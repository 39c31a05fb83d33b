"""What is next is said in words, in the language of whoever asks; a guess of the law is said to be one."""

from datetime import UTC, date, datetime
from typing import Any, Final

import pytest
from babel.dates import format_date

from tests.domain.made_up import senior_where_late
from tests.town.caller import good, new_key, until
from tests.town.people import Town, person

pytestmark = pytest.mark.countries("KZ", "TR")

SALE = ("KZ", "car_sale")
SELLER, BUYER = "kz-citizen-1", "kz-citizen-2"
APPEALS = "kz-interior-ministry-appeal-officer-1"
COURT = "a court of the Republic of Kazakhstan."
OFFICER = "kz-vehicle-registration-officer-1"
GUESS = "That day stands on no confirmed law yet."
UNSETTLED_WAY = "This way to appeal stands on no confirmed law yet."


def sentences(town: Town, case: str, who: str) -> list[str]:
    return [each["sentence"] for each in town.read(case, who)["next"]]


def day_of(deadline: dict[str, Any]) -> str:
    return format_date(date.fromisoformat(deadline["due"]), format="long", locale="en")


def test_each_party_hears_what_is_asked_of_them_and_of_the_other(town: Town) -> None:
    case = town.file(*SALE)
    shown = town.read(case)
    last_day, due = day_of(shown["consent_until"]), day_of(shown["fee"]["due"])
    fee = f"{shown['fee']['amount'] // 100:,}.00 KZT"
    assert sentences(town, case, SELLER) == [
        f"Consent is asked of the buyer. The last day for it is {last_day}. {GUESS}",
        f"You have to pay {fee}. The last day for it is {due}. {GUESS}",
    ]
    assert sentences(town, case, BUYER) == [
        f"You are asked for your consent. The last day for it is {last_day}. {GUESS}",
        f"{fee} are to be paid by the seller. The last day for it is {due}. {GUESS}",
    ]
    assert sentences(town, case, OFFICER)[0].startswith("Consent is asked of the buyer.")


def test_an_amount_of_this_year_is_not_told_for_the_next(new_town: Town) -> None:
    """Filed before New Year, to be paid after it; of the fee of that year no value is known (rules.md 10, 37)."""
    town = new_town
    town.set_clock(datetime(2026, 12, 21, 9, tzinfo=UTC))
    case = town.file(*SALE)
    town.consent(case)
    shown = town.read(case, SELLER)
    assert shown["fee"]["amount_until"] == "2026-12-31"
    (told,) = shown["next"]
    assert told["amount_until"] == "2026-12-31"
    assert told["sentence"].endswith(
        "The amount is that for payments until December 31, 2026; for later ones another value counts, or one that"
        " the law does not name yet."
    )
    town.set_clock(datetime(2027, 1, 1, 9, tzinfo=UTC))
    (told,) = town.read(case, SELLER)["next"]
    assert (told["what"], told["amount"]) == ("fee_unknown", None)
    assert "the amount is not known" in told["sentence"]


def test_the_answer_to_a_filing_says_what_is_next(town: Town) -> None:
    answer = town.as_(SELLER).post("/v1/cases", town.filing(*SALE), key=new_key())
    assert [(each["who"], each["what"]) for each in good(answer)["next"]] == [
        ("buyer", "consent"),
        ("you", "fee"),
    ]
    assert (answer.headers["content-language"], answer.headers["vary"]) == ("en", "Accept-Language")


def test_it_is_said_to_the_end(town: Town) -> None:
    """From the question to the registry's receipt."""
    case = town.take_to("returned", *SALE)
    assert [(n["who"], n["what"]) for n in town.read(case)["next"]] == [("you", "answer")]
    town.answer(case)
    (decision,) = town.read(case)["next"]
    assert (decision["what"], decision["office"]) == ("decision", "kz-vehicle-registration")
    town.approve(case)
    (receipt,) = town.read(case)["next"]
    assert (receipt["who"], receipt["office"], receipt["until"]) == ("registry", "kz-vehicle-register", None)
    town.acknowledge(case)
    assert town.read(case)["next"] == []


def test_a_refusal_names_the_way_to_appeal_and_that_its_time_is_not_confirmed(town: Town) -> None:
    case = town.take_to("in_review", *SALE)
    town.assign(case)
    good(town.judge(OFFICER, case, "refusals", {"grounds": ["tax_unpaid"], "reason": "See the letter."}))
    way = "You may appeal to the Ministry of Internal Affairs."
    assert town.read(case)["way_to_appeal"] == f"{way} {UNSETTLED_WAY}", "before any day is known"
    assert [each["unconfirmed"] for each in town.read(case)["next"]] == [True] * 3, (
        "of the buyer, the opening alone"
    )
    of = {"of": town.read(case)["ending"]["of"]}
    shown = good(town.as_("kz-citizen-1").post(f"/v1/cases/{case}/services", of))
    last_day = day_of(shown["appeal_until"])
    assert shown["way_to_appeal"] == f"{way} The last day for it is {last_day}. {UNSETTLED_WAY}"
    assert shown["appeal_until"]["unconfirmed"] is False, (
        "three months are the law's: whose appeals they are is not"
    )
    assert shown["decision"]["unconfirmed"] == ["tax_unpaid", "after_refusal"]
    # The buyer has not opened it: their time is their own.
    assert town.read(case, BUYER)["way_to_appeal"] == f"{way} {UNSETTLED_WAY}"


def test_each_party_hears_its_own_time_to_appeal_and_officers_whose_it_is(town: Town) -> None:
    case = town.take_to("refused", *SALE)
    of = {"of": town.read(case)["ending"]["of"]}
    good(town.as_(SELLER).post(f"/v1/cases/{case}/appeals", {**of, "reason": "It is paid."}))
    good(town.judge(APPEALS, case, "appeal-decisions", {"outcome": "upheld", "reason": "It is not."}))
    seller = town.read(case, SELLER)
    assert [each["what"] for each in seller["next"]] == ["opening", "court", "refund"]
    assert (seller["way_to_appeal"], "LodgeAppeal" in seller["fits"]) == (None, False)
    assert seller["next"][1]["sentence"].endswith("You may turn to the court: " + COURT)
    buyer = town.read(case, BUYER)
    assert [each["what"] for each in buyer["next"]] == ["opening", "appeal", "court", "refund"]
    assert buyer["way_to_appeal"] == buyer["next"][1]["sentence"]
    assert buyer["next"][2]["sentence"] == "The court is open to the seller: " + COURT
    officers = town.read(case, OFFICER)["next"][1]["sentence"]
    assert officers.startswith("An appeal may be lodged by the buyer with the Ministry of Internal Affairs.")


def test_whoever_may_appeal_against_a_yes_is_told_to_whom_and_until_when(town: Town) -> None:
    """Nobody is expected to, so it is not next; each party has its own day."""
    case = town.take_to("completed", *SALE)
    way = "You may appeal to the Ministry of Internal Affairs."
    of = {"of": town.read(case)["ending"]["of"]}
    shown = good(town.as_(SELLER).post(f"/v1/cases/{case}/services", of))
    last_day = day_of(shown["appeal_until"])
    assert shown["next"] == []
    assert shown["way_to_appeal"] == f"{way} The last day for it is {last_day}. {UNSETTLED_WAY}"
    assert town.read(case, BUYER)["way_to_appeal"] == f"{way} {UNSETTLED_WAY}"
    good(town.as_(BUYER).post(f"/v1/cases/{case}/appeals", {**of, "reason": "It is another car."}))
    assert town.read(case, BUYER)["way_to_appeal"] is None, "it is lodged"
    assert town.read(case, SELLER)["way_to_appeal"] == shown["way_to_appeal"]


def test_a_late_birth_waits_for_a_supervisor_from_its_filing_on(
    new_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who proposes it in between is nobody's first pair of eyes: one decides."""
    senior_where_late(monkeypatch)
    town = new_town
    born = town.now().date().replace(year=town.now().year - 2)
    child = {**town.request("TR", "birth_certificate")["child"], "born_on": born.isoformat()}
    mother = person("tr-citizen-1")
    filing = town.filing("TR", "birth_certificate", relation="mother", mother=mother, child=child)
    case = good(town.as_("tr-citizen-1").post("/v1/cases", filing, key=new_key()))["case"]
    first, supervisor = "tr-civil-registry-officer-1", "tr-civil-registry-supervisor"

    def waits() -> tuple[str, list[str]]:
        (step,) = town.read(case, "tr-citizen-1")["next"]
        items = good(town.as_(first).get("/v1/queue"))["items"]
        (row,) = (item for item in items if item["case"] == case)
        assert step["what"] == "supervisor"
        return step["sentence"], row["waits_for"]

    said, queued = waits()
    assert said.startswith("A supervisor of the civil registry office has to decide,")
    assert queued == ["supervisor"]
    for act in ("assignments", "proposals"):
        good(town.judge(first, case, act))
        assert waits() == (said, ["supervisor"])
    for act in ("assignments", "approvals"):
        good(town.judge(supervisor, case, act))


def test_who_has_left_has_not_to_decide(town: Town) -> None:
    case = town.take_to("in_review", *SALE)
    office, who = "kz-vehicle-registration", {"personal_number": person("kz-citizen-4")["personal_number"]}
    personnel = town.as_(f"{office}-personnel-officer")
    granted = good(personnel.post("/v1/competences", {"who": who, "role": "officer"}))
    good(town.judge("kz-citizen-4", case, "assignments"))
    named = 'the State Corporation "Government for Citizens" (vehicle registration)'
    assert sentences(town, case, SELLER)[0].startswith(f"The officer of {named} who")
    assert personnel.delete(f"/v1/competences/{granted['competence']}").status_code == 204
    for reader in (SELLER, BUYER, OFFICER):
        assert sentences(town, case, reader)[0].startswith(
            f"Another officer of {named} has to take the case, and to decide:"
        )


def test_what_is_next_is_said_in_the_language_that_was_asked_for(town: Town) -> None:
    case = town.file(*SALE)
    for language, begins in (
        ("en", "You are asked"),
        ("ky", "Сиздин макулдугуңуз"),
        ("ru", "От вас"),
        ("tr", "Onayınız"),
    ):
        answer = town.as_(BUYER).send("GET", f"/v1/cases/{case}", headers={"Accept-Language": language})
        assert good(answer)["next"][0]["sentence"].startswith(begins), language
        assert answer.headers["content-language"] == language


def test_a_party_is_told_only_what_it_can_do(town: Town) -> None:
    case = town.file(*SALE)
    assert "WithdrawCase" in town.read(case)["fits"]
    assert "GiveConsent" not in town.read(case)["fits"]
    assert {"GiveConsent", "DeclineConsent"} <= set(town.read(case, BUYER)["fits"])
    assert "WithdrawCase" not in town.read(case, BUYER)["fits"]
    assert "RecordPayment" in town.read(case, OFFICER)["fits"]
    town.consent(case)
    assert "GiveConsent" not in town.read(case, BUYER)["fits"]
    assert "RevokeConsent" in town.read(case, BUYER)["fits"]


LAW: Final = (
    "Law «О дорожном движении» of 17 April 2014; Order 862 of the Minister of the Interior of 2 December 2014"
)


def test_every_case_that_was_decided_says_by_which_law_and_what_of_it_is_not_settled(new_town: Town) -> None:
    lapsed, approved, refused = (
        new_town.file(*SALE),
        new_town.take_to("approved", *SALE),
        new_town.file(*SALE),
    )
    new_town.complete(refused)
    new_town.assign(refused)
    grounds = {"grounds": ["tax_unpaid", "restricted"], "reason": "See the letter."}
    good(new_town.judge(OFFICER, refused, "refusals", grounds))
    new_town.travel(days=40)
    new_town.tick()
    found = {case: new_town.read(case)["decision"] for case in (lapsed, approved, refused)}
    assert [(found[case]["kind"], found[case]["law"], found[case]["unconfirmed"]) for case in found] == [
        (
            "lapsed",
            ["to be confirmed"],
            [{"unpaid": "pay", "no_consent": "consent"}[found[lapsed]["reason"]]],
        ),
        (
            "approved",
            [LAW],
            [],
        ),
        (
            "refused",
            [
                "Vehicle tax paid, as an older page has it",
                "Arrest, pledge and search are encumbrances of a car",
            ],
            ["tax_unpaid"],
        ),
    ]


def test_what_a_registry_cannot_apply_waits_for_the_office(town: Town) -> None:
    case = town.take_to("approved", *SALE)
    (entry,) = town.read(case)["entries"]
    change = until(lambda: town.change("kz-vehicle-register", "KZ", entry["entry"]), "the feed")
    no = town.objection("KZ", "kz-vehicle-register", "vehicles", change, "plate_unknown")
    good(town.as_("kz-vehicle-register").post("/v1/feeds/kz/objections", {"objections": [no]}))
    (waits,) = town.read(case)["next"]
    assert (waits["who"], waits["what"], waits["office"]) == (
        "authority",
        "objection",
        "kz-vehicle-registration",
    )
    assert waits["sentence"].startswith("The registry could not apply the decision: an officer of")


@pytest.mark.parametrize("language", ["en", "ru", "tr"])
def test_every_sentence_begins_large(town: Town, language: str) -> None:
    """Also one that names somebody."""
    refused, approved = town.take_to("refused", *SALE), town.take_to("approved", *SALE)
    of = {"of": town.read(refused)["ending"]["of"]}
    good(town.as_(BUYER).post(f"/v1/cases/{refused}/appeals", {**of, "reason": "It is paid."}))
    good(town.judge(APPEALS, refused, "appeal-decisions", {"outcome": "upheld", "reason": "It is not."}))
    for case in (refused, approved):
        for who in (SELLER, OFFICER):
            answer = town.as_(who).send("GET", f"/v1/cases/{case}", headers={"Accept-Language": language})
            for each in good(answer)["next"]:
                assert each["sentence"][0].isupper(), each["sentence"]


@pytest.mark.countries("AZ")
def test_what_the_law_counts_in_minutes_is_said_to_the_minute(new_town: Town) -> None:
    """In Azerbaijan a sale is decided within thirty minutes: by the clocks of Baku, wherever the officer sits."""
    town = new_town
    case = town.take_to("in_review", "AZ", "car_sale")

    shown = town.read(case, town.officer(case))
    due = datetime.fromisoformat(shown["decision_due"]["until"])
    (told,) = (each for each in shown["next"] if each["until_at"])
    assert told["until_at"].endswith("+04:00")
    assert datetime.fromisoformat(told["until_at"]) == due
    assert told["until_at"][11:16] in told["sentence"]
    assert "last day" not in told["sentence"]
