"""Money that comes and goes at odd moments moves a case back and forth, and the log of it verifies (check 29)."""

from datetime import datetime

import pytest

from infra.verification import verify_folder
from tests.town.caller import good, new_key
from tests.town.people import Town

pytestmark = pytest.mark.countries("KZ")
SALE = ("KZ", "car_sale")
OFFICER = "kz-vehicle-registration-officer-1"
TREASURY = "kz-treasury"


def told(town: Town, case: str, statement: str, *, is_refund: bool = False) -> None:
    """The treasury says it."""
    path = f"/v1/cases/{case}/{'refunds' if is_refund else 'payments'}"
    good(town.as_(TREASURY).post(path, {"statement": statement}))


def lapses_unpaid(town: Town, case: str) -> None:
    """Nobody pays: the clock comes, in the end."""
    town.travel(days=40)
    town.tick()
    assert town.stage(case) == "lapsed"


def verifies(town: Town) -> None:
    """As an auditor sees it."""
    town.settle()
    report = verify_folder(town.settings.data)
    assert report["ok"], report["failures"]


def test_a_case_whose_money_came_after_the_day_lapses_for_want_of_it(new_town: Town) -> None:
    """The statement is told before the clock comes: the money is due back, and the case waits on for nothing."""
    case = new_town.file(*SALE)
    new_town.consent(case)
    new_town.set_clock(datetime.fromisoformat(new_town.read(case)["fee"]["due"]["until"]))
    new_town.travel(hours=2)
    told(new_town, case, new_town.statement(new_town.read(case)))
    assert new_town.stage(case) == "filed"
    lapses_unpaid(new_town, case)
    verifies(new_town)


def set_aside_after_it_was_paid_back(town: Town, share: int) -> tuple[str, str]:
    """Paid, refused, set aside; and what the treasury did not tell yet: that such a share went back before that."""
    case, reference = town.file(*SALE), new_key()
    town.consent(case)
    told(town, case, town.statement(town.read(case), reference=reference))
    town.assign(case)
    refusal = {"grounds": ["restricted"], "reason": "It is under arrest."}
    good(town.judge(OFFICER, case, "refusals", refusal))
    town.travel(hours=1)
    shown = town.read(case)
    back = town.statement(shown, shown["fee"]["amount"] // share, reference=reference, is_refund=True)
    town.travel(hours=1)
    set_aside(town, case)
    return case, back


def set_aside(town: Town, case: str) -> None:
    """On appeal."""
    good(town.as_("kz-citizen-1").post(f"/v1/cases/{case}/appeals", appeal_of(town, case)))
    aside = {"outcome": "set_aside", "reason": "It is free by now."}
    good(town.judge("kz-interior-ministry-appeal-officer-1", case, "appeal-decisions", aside))


def test_what_came_late_counted_again_and_had_gone_before_verifies(new_town: Town) -> None:
    """Half came late, and the case lapsed; set aside, the half counts, and the fee has a new last day after it."""
    case, reference = new_town.file(*SALE), new_key()
    new_town.consent(case)
    shown = new_town.read(case)
    half = shown["fee"]["amount"] // 2
    new_town.set_clock(datetime.fromisoformat(shown["fee"]["due"]["until"]))
    new_town.travel(hours=2)
    told(new_town, case, new_town.statement(shown, half, reference=reference))
    assert [each["reason"] for each in new_town.read(case)["refunds"]] == ["late"]
    new_town.travel(days=6)
    new_town.tick()
    back = new_town.statement(shown, half, reference=reference, is_refund=True)
    new_town.travel(hours=1)
    set_aside(new_town, case)
    assert (new_town.stage(case), new_town.read(case)["refunds"]) == ("filed", [])
    told(new_town, case, back, is_refund=True)
    verifies(new_town)


def test_a_case_whose_fee_had_gone_before_it_counted_again_lapses_for_want_of_it(new_town: Town) -> None:
    """Paid, refused, paid back, set aside; then the treasury tells that it paid back, and nobody pays again."""
    case, went = set_aside_after_it_was_paid_back(new_town, 1)
    assert new_town.stage(case) == "in_review"
    told(new_town, case, went, is_refund=True)
    assert new_town.stage(case) == "filed"
    lapses_unpaid(new_town, case)
    verifies(new_town)


@pytest.mark.parametrize("share", [1, 1000])
def test_what_was_approved_and_had_been_paid_back_before_verifies(new_town: Town, share: int) -> None:
    """Paid, refused, set aside, approved by others; then the treasury tells that it paid back, all or some, before."""
    case, back = set_aside_after_it_was_paid_back(new_town, share)
    part = new_town.read(case)["fee"]["amount"] // share
    second, supervisor = "kz-vehicle-registration-officer-2", "kz-vehicle-registration-supervisor"
    good(new_town.judge(second, case, "assignments"))
    good(new_town.judge(second, case, "proposals"))
    good(new_town.judge(supervisor, case, "approvals"))
    told(new_town, case, back, is_refund=True)
    gone = [each["amount"] for each in new_town.read(case)["next"] if each["what"] == "fee"]
    assert gone == [part]
    verifies(new_town)
    new_town.pay(case, part)
    new_town.acknowledge(case)
    verifies(new_town)


def test_what_went_back_as_too_much_before_it_counted_again_verifies(new_town: Town) -> None:
    """Too much was paid; the request gets dearer, so that it counts; then the treasury tells that it had gone."""
    case, reference = new_town.file(*SALE, new_plates=False), new_key()
    shown = new_town.read(case)
    told(
        new_town, case, new_town.statement(shown, amount=shown["fee"]["amount"] + 5_000, reference=reference)
    )
    new_town.travel(hours=1)
    back = new_town.statement(new_town.read(case), 5_000, reference=reference, is_refund=True)
    new_town.travel(hours=1)
    shown = new_town.read(case)
    dearer = {"of": shown["request_hash"], "request": {**shown["request"], "new_plates": True}}
    good(new_town.as_("kz-citizen-1").post(f"/v1/cases/{case}/amendments", dearer))
    assert new_town.read(case)["refunds"] == []
    told(new_town, case, back, is_refund=True)
    verifies(new_town)


def test_a_time_to_appeal_ends_after_one_who_appealed_was_heard_and_something_else_happened(
    new_town: Town,
) -> None:
    """The clock waits for the other one alone; between the decision and that day the claim is waived."""
    case = new_town.file(*SALE)
    new_town.consent(case)
    lapses_unpaid(new_town, case)
    opened = {"of": new_town.read(case)["ending"]["of"]}
    good(new_town.as_("kz-citizen-1").post(f"/v1/cases/{case}/services", opened))
    new_town.travel(days=40)
    new_town.tick()
    appeal = appeal_of(new_town, case)
    good(new_town.as_("kz-citizen-2").post(f"/v1/cases/{case}/appeals", appeal))
    upheld = {"outcome": "upheld", "reason": "Nobody paid."}
    good(new_town.judge("kz-interior-ministry-appeal-officer-1", case, "appeal-decisions", upheld))
    good(new_town.as_("kz-citizen-1").post(f"/v1/cases/{case}/waivers", {}))
    new_town.travel(days=55)
    new_town.tick()
    assert "AppealTermEnded" in [each["what"] for each in new_town.read(case)["timeline"]]
    verifies(new_town)


def test_a_request_that_gets_cheaper_than_what_was_paid_for_it_is_amended(new_town: Town) -> None:
    """Half was paid, and the buyer had agreed: the fee without plates is covered, and the buyer is asked again."""
    case = new_town.file(*SALE)
    new_town.consent(case)
    shown = new_town.read(case)
    told(new_town, case, new_town.statement(shown, amount=shown["fee"]["amount"] // 2))
    request = {**shown["request"], "new_plates": False}
    cheaper = {"of": shown["request_hash"], "request": request}
    good(new_town.as_("kz-citizen-1").post(f"/v1/cases/{case}/amendments", cheaper))
    assert new_town.stage(case) == "filed"
    new_town.consent(case)
    assert new_town.stage(case) == "in_review"
    verifies(new_town)


def appeal_of(town: Town, case: str) -> dict[str, str]:
    """Against what ended it."""
    return {"of": town.read(case)["ending"]["of"], "reason": "Nothing is against it."}
