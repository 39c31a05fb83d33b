"""A car under a restriction is never transferred: not by an approval at the same moment, nor by a payment; and the
money of who could not know comes back.
"""

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Final

import httpx2
import pytest

from domain.days.deadlines import Term
from domain.fees import Fee, FeePart
from infra.development import development
from infra.verification import verify_folder
from tests.api.test_further_law import further
from tests.api.test_races import at_once, streams
from tests.domain.made_up import LAW
from tests.town.caller import good, problem
from tests.town.fixtures import Furnished, inside
from tests.town.people import Town

pytestmark = pytest.mark.countries("KZ")

SALE: Final = ("KZ", "car_sale")
SELLER, BUYER, BAILIFF = "kz-citizen-1", "kz-citizen-2", "kz-bailiffs-officer"
FIRST, SECOND = (f"kz-vehicle-registration-officer-{n}" for n in (1, 2))
ENTRIES: Final = "/v1/registers/vehicles/entries"
ISSUE: Final = 5_000_00
FEW, MANY = 6, pytest.param(100, marks=pytest.mark.slow)

Transfer = Callable[[Town, str], Callable[[], httpx2.Response]]


def by_approval(town: Town, case: str) -> Callable[[], httpx2.Response]:
    """What the second officer is about to ask, the first one having proposed."""
    good(town.judge(FIRST, case, "proposals"))
    seen = int(town.read(case)["version"])
    return partial(town.as_(SECOND).post, f"/v1/cases/{case}/approvals", {}, seen=seen)


def by_payment(town: Town, case: str) -> Callable[[], httpx2.Response]:
    """What the treasury is about to say of the fee before the entry, the case having been approved."""
    town.approve(case)
    statement = town.statement(town.read(case), ISSUE)
    return partial(town.as_("kz-treasury").post, f"/v1/cases/{case}/payments", {"statement": statement})


@pytest.fixture(params=[by_approval, by_payment], ids=lambda transfer: transfer.__name__)
def transfer(request: pytest.FixtureRequest) -> Transfer:
    found: Transfer = request.param
    return found


@pytest.fixture
def its_town(transfer: Transfer, furnished: Furnished, tmp_path: Path) -> Iterator[Town]:
    """Where the sale is transferred so."""
    with pytest.MonkeyPatch.context() as patch:
        if transfer is by_payment:
            fee = Fee(parts=(FeePart(name="issue", units=Fraction(ISSUE)),), source=LAW)
            further(patch, entry_fee=fee, times={"pay_entry": Term(30, "calendar_days", LAW)})
        with inside(furnished("KZ"), tmp_path) as town:
            yield town
    development.residents.cache_clear()


def entry_of(town: Town, case: str) -> str:
    vin = town.read(case)["request"]["vehicle"]["vin"]
    asked = {"kind": "vin", "parts": [vin], "purpose": "before the arrest"}
    return str(good(town.as_(FIRST).post("/v1/registers/vehicles/searches", asked))["entry"])


@pytest.mark.parametrize("races", [FEW, MANY])
def test_a_car_is_transferred_before_the_restriction_or_not_at_all(
    its_town: Town, transfer: Transfer, races: int
) -> None:
    """Won by either, and never both: a restriction that came second stands on the buyer's entry."""
    town, cases = its_town, dict[str, str]()
    for n in range(races):
        case = town.take_to("in_review", *SALE)
        town.assign(case)
        cases[case] = entry = entry_of(town, case)
        acts: list[Callable[[], httpx2.Response]] = [
            transfer(town, case),
            partial(town.as_(BAILIFF).post, f"{ENTRIES}/{entry}/restrictions", {"kind": "arrest"}),
        ]
        done, arrest = at_once(*acts) if n % 2 == 0 else at_once(*acts[::-1])[::-1]
        assert good(arrest)["restrictions"]
        assert done.is_success or problem(done) == (409, "entry_restricted")
    happened = streams(town, set(cases.values()))
    transferred = set()
    for case, entry in cases.items():
        shown = town.read(case)
        first, *names = happened[entry]
        assert first == "EntryCreated"
        assert names in (["EntryChanged", "RestrictionPlaced"], ["RestrictionPlaced"])
        is_transferred = names[0] == "EntryChanged"
        assert bool(shown["entries"]) is is_transferred
        held = shown["entries_held"]
        assert (held and held["code"]) == (
            "entry_restricted" if transfer is by_payment and not is_transferred else None
        )
        transferred.add(is_transferred)
        owner = BUYER if is_transferred else SELLER
        assert good(town.as_(owner).get(f"{ENTRIES}/{entry}"))["content"]["owner"]
    assert transferred == {True, False} or races == FEW


def test_who_was_told_of_nothing_has_all_of_the_fee_back_when_the_car_is_arrested_on_the_way(
    new_town: Town,
) -> None:
    """Nothing stood in the way when they agreed and paid; both hear of it before it is decided; nothing is kept."""
    town = new_town
    case = town.take_to("in_review", *SALE)
    assert [town.read(case, who)["obstacles"] for who in (SELLER, BUYER)] == [[], []]
    town.assign(case)
    approves = by_approval(town, case)
    good(town.as_(BAILIFF).post(f"{ENTRIES}/{entry_of(town, case)}/restrictions", {"kind": "arrest"}))
    assert problem(approves()) == (409, "entry_restricted")
    assert [town.read(case, who)["obstacles"] for who in (SELLER, BUYER)] == [["restricted"], ["restricted"]]
    no = {"grounds": ["restricted"], "reason": "The car is arrested."}
    good(town.judge(FIRST, case, "refusals", no))
    fee = town.read(case)["fee"]["amount"]
    (due,) = good(town.as_("kz-treasury").get("/v1/refunds", country="KZ"))["items"]
    assert (due["case"], due["amount"], due["reason"]) == (case, fee, "refused")


def test_what_was_refused_for_an_arrest_goes_on_where_it_is_lifted_and_the_log_verifies(
    new_town: Town,
) -> None:
    """The fee is due back and has not gone: it counts again, as the appeal body signs."""
    town = new_town
    case = town.take_to("in_review", *SALE)
    town.assign(case)
    placed = f"{ENTRIES}/{entry_of(town, case)}/restrictions"
    (arrest,) = good(town.as_(BAILIFF).post(placed, {"kind": "arrest"}))["restrictions"]
    no = {"grounds": ["restricted"], "reason": "The car is arrested."}
    good(town.judge(FIRST, case, "refusals", no))
    good(town.as_(BAILIFF).delete(f"{placed}/{arrest['id']}"))
    appeal = {"of": town.read(case, SELLER)["ending"]["of"], "reason": "It is lifted."}
    good(town.as_(SELLER).post(f"/v1/cases/{case}/appeals", appeal))
    aside = {"outcome": "set_aside", "reason": "It is lifted."}
    good(town.judge("kz-interior-ministry-appeal-officer-1", case, "appeal-decisions", aside))
    shown = town.read(case)
    assert (shown["stage"], shown["paid"], shown["refunds"]) == ("in_review", shown["fee"]["amount"], [])
    report = verify_folder(town.settings.data)
    assert report["ok"], report["failures"]


def test_both_parties_hear_of_a_restriction_before_they_pay_and_agree(town: Town) -> None:
    """Whoever it is who has to do something next; which restriction it is, an officer alone sees."""
    case = town.file(*SALE)
    path = f"{ENTRIES}/{entry_of(town, case)}/restrictions"
    good(town.as_(BAILIFF).post(path, {"kind": "arrest"}))
    town.settle()
    for who, what in ((SELLER, "fee"), (BUYER, "consent")):
        (mine,) = (each for each in town.read(case, who)["next"] if each["who"] == "you")
        assert mine["what"] == what
        assert mine["sentence"].endswith(
            "Please know before you do: restricted in its register."
            " The request cannot be approved as long as that is so."
        )
