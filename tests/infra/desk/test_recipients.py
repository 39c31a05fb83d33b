"""A decision names further countries: what it concerns is delivered there whole, before the decision itself."""

from dataclasses import replace

import pytest

from domain import commands as c
from domain.offers import offers
from infra.formats.envelope import payload_of, split
from infra.log.event_store import Row
from infra.verification import verify_folder
from tests.infra.one_country import OFFICE, OneCountry


@pytest.fixture
def abroad(kazakhstan: OneCountry, monkeypatch: pytest.MonkeyPatch) -> OneCountry:
    """Kazakhstan, where an approved sale concerns Uzbekistan, and a country that is no member."""
    sale = offers()["KZ", "car_sale"]
    procedure = replace(sale.procedure, concerns=lambda _facts: ("XX", "UZ"))
    monkeypatch.setitem(offers(), ("KZ", "car_sale"), replace(sale, procedure=procedure))
    return kazakhstan


def delivered(country: OneCountry, recipient: str) -> list[tuple[str, int]]:
    """(stream, seq) of all that it received but the keys, in the order of delivery."""
    feed = country.country.feed
    while feed.follow(country.log):
        pass
    found = feed.since(country.log, recipient, 0, 10_000)
    return [(d.stream, d.seq) for d in found if not d.type.startswith("keys.")]


def to_of(row: Row) -> list[str]:
    to: list[str] = payload_of(split(row[4])[0])["to"]
    return to


def test_a_case_that_concerns_another_country_is_delivered_there_whole(abroad: OneCountry) -> None:
    """Nothing before the decision; then all that was before it, then the decision."""
    abroad.register(1, 2)
    seen = abroad.in_review(1)
    abroad.withdrawn(2)
    assert delivered(abroad, "UZ") == []
    seen = abroad.do(c.ProposeApproval, seen, f"{OFFICE}-officer-1")
    approved = abroad.do(c.ApproveCase, seen, f"{OFFICE}-officer-2")
    case, entry = approved.stream, abroad.entry(1)
    before = [(entry, 1), *((case, seq) for seq in range(1, approved.version))]
    assert delivered(abroad, "UZ") == [*before, (entry, 2), (case, approved.version)]


def test_what_follows_goes_there_too_and_its_own_country_has_all_of_it_once(abroad: OneCountry) -> None:
    abroad.register(1)
    done = abroad.completed(1)
    mine = delivered(abroad, "UZ")
    assert mine[-2:] == [(done.stream, done.version - 1), (done.stream, done.version)]
    own = delivered(abroad, "KZ")
    assert len(own) == len(set(own))
    assert set(mine) < set(own)


def test_the_lead_says_of_each_effect_where_it_goes_and_claims_stay_at_home(abroad: OneCountry) -> None:
    abroad.register(1)
    approved = abroad.approved(1)
    rows = {row[3]: row for row in abroad.log.since(abroad.log.size() - 3, 3)}
    change, claim, lead = (
        rows[name] for name in ("entry.EntryChanged.v1", "claim.ClaimReleased.v1", "case.CaseApproved.v1")
    )
    assert lead[1:3] == (approved.stream, approved.version)
    assert (to_of(change), to_of(claim), to_of(lead)) == (["KZ", "UZ"], ["KZ"], ["KZ", "UZ"])
    stated = payload_of(split(lead[4])[0])["effects"]
    assert {tuple(to) for to in stated.values()} == {("KZ", "UZ"), ("KZ",)}
    assert payload_of(split(claim[4])[0])["lead"]["to"] == ["KZ", "UZ"]


def test_countries_only_come_to_a_stream(abroad: OneCountry) -> None:
    """Also where the next decision on the entry concerns nobody abroad."""
    abroad.register(1)
    abroad.completed(1)
    abroad.annul_entry(1)
    abroad.later(days=4000)
    abroad.erase_entry(1)
    newest = abroad.log.newest(abroad.entry(1))
    assert newest is not None
    assert (newest[3], to_of(newest)) == ("entry.PersonalDataErased.v1", ["KZ", "UZ"])


def test_such_a_log_verifies(abroad: OneCountry) -> None:
    abroad.appoint(f"{OFFICE}-officer-1", f"{OFFICE}-officer-2")
    abroad.register(1)
    abroad.completed(1)
    report = verify_folder(abroad.place, with_keys=True, processes=0)
    assert report["ok"], report
