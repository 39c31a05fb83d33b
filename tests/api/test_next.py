"""What is next is said in words, in the language of whoever asks; a guess of the law is said to be one."""

from datetime import date
from typing import Any

import pytest
from babel.dates import format_date

from tests.town.caller import good, new_key
from tests.town.people import Town

pytestmark = pytest.mark.countries("KZ", "TR")

SALE = ("KZ", "car_sale")
SELLER, BUYER = "kz-citizen-1", "kz-citizen-2"
OFFICER = "kz-vehicle-registration-officer-1"
GUESS = "That day stands on no confirmed law yet."


def sentences(town: Town, case: str, who: str) -> list[str]:
    return [each["sentence"] for each in town.read(case, who)["next"]]


def day_of(deadline: dict[str, Any]) -> str:
    return format_date(date.fromisoformat(deadline["due"]), format="long", locale="en")


def test_each_party_hears_what_is_asked_of_them_and_of_the_other(town: Town) -> None:
    case = town.file(*SALE)
    shown = town.read(case)
    until, due = day_of(shown["consent_until"]), day_of(shown["fee"]["due"])
    fee = f"{shown['fee']['amount'] // 100:,}.00 KZT"
    assert sentences(town, case, SELLER) == [
        f"Consent is asked of the buyer. The last day for it is {until}. {GUESS}",
        f"You have to pay {fee}. The last day for it is {due}. {GUESS}",
    ]
    assert sentences(town, case, BUYER) == [
        f"You are asked for your consent. The last day for it is {until}. {GUESS}",
        f"{fee} are to be paid by the seller. The last day for it is {due}. {GUESS}",
    ]
    assert sentences(town, case, OFFICER)[0].startswith("Consent is asked of the buyer.")


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
    assert town.read(case)["way_to_appeal"] is None


def test_a_refusal_names_the_way_to_appeal_and_that_its_time_is_not_confirmed(town: Town) -> None:
    case = town.take_to("in_review", *SALE)
    town.assign(case)
    good(town.judge(OFFICER, case, "refusals", {"grounds": ["tax_unpaid"], "reason": "See the letter."}))
    assert town.read(case)["way_to_appeal"] == "You may appeal to kz-interior-ministry."
    of = {"of": town.read(case)["ending"]["of"]}
    shown = good(town.as_("kz-citizen-1").post(f"/v1/cases/{case}/services", of))
    until = day_of(shown["appeal_until"])
    said = f"You may appeal to kz-interior-ministry. The last day for it is {until}. {GUESS}"
    assert shown["way_to_appeal"] == said
    assert shown["appeal_until"]["unconfirmed"] is True
    assert shown["decision"]["unconfirmed"] == ["after_refusal"]
    # The buyer has not opened it: their time is their own.
    assert town.read(case, BUYER)["way_to_appeal"] == "You may appeal to kz-interior-ministry."


def test_what_a_language_lacks_is_said_in_english_and_named_so(town: Town) -> None:
    case = town.file(*SALE)
    answer = town.as_(BUYER).send("GET", f"/v1/cases/{case}", headers={"Accept-Language": "az"})
    assert good(answer)["next"][0]["sentence"].startswith("You are asked for your consent.")
    assert answer.headers["content-language"] == "en"
    for language, begins in (("ru", "От вас"), ("tr", "Onayınız")):
        answer = town.as_(BUYER).send("GET", f"/v1/cases/{case}", headers={"Accept-Language": language})
        assert good(answer)["next"][0]["sentence"].startswith(begins)
        assert language in answer.headers["content-language"]


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
