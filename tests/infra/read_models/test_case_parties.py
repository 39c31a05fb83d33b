"""One's own cases: everybody among the parties finds the case, the seventh and the fiftieth too."""

import sqlite3
import uuid
from concurrent.futures import Future
from contextlib import closing

from domain import commands as c
from domain.case import Stage
from infra.desk.desk import Outcome
from infra.development import development
from tests.founders import a_company, a_founding, founding_is_offered
from tests.infra.one_country import CODE, OneCountry

EVERYBODY = 50


def founding(country: OneCountry, founders: int) -> tuple[Outcome, list[c.Actor]]:
    """A founding that citizen 1 filed, and its founders."""
    with founding_is_offered() as offer:
        asked = {
            **a_founding(founders),
            "applicant": development.resident("kz-citizen-1").as_person(),
        }
        filed = country.file_under(offer, asked, "founding")
    persons = (filed.state.request[f"person_p{n}"] for n in range(2, founders + 2))
    return filed, [
        c.Actor(issuer="i", subject=person, client="c", persons={CODE: person}) for person in persons
    ]


def consents(country: OneCountry, filed: Outcome, founders: list[c.Actor]) -> Outcome:
    """All of them agree at once."""
    asked: list[Future[Outcome]] = [
        country.desk.ask(
            c.GiveConsent(
                by=founder, cause=f"cmd:{uuid.uuid4()}", case=filed.stream, of=filed.state.request_hash
            )
        )
        for founder in founders
    ]
    return max((each.result() for each in asked), key=lambda outcome: outcome.version)


def found_by(country: OneCountry, person: str) -> list[str]:
    """The cases among a person's own."""
    return [row["case"] for row in country.read_models.rows("case_parties", {"person": person})]


def test_the_fiftieth_founder_finds_the_case_and_the_erasure_of_one_hides_it_from_that_one(
    kazakhstan: OneCountry,
) -> None:
    filed, founders = founding(kazakhstan, EVERYBODY)
    with founding_is_offered():
        seen = consents(kazakhstan, filed, founders)
        assert seen.state.stage == Stage.IN_REVIEW
        kazakhstan.follow()
        for founder in founders:
            assert found_by(kazakhstan, founder.persons[CODE]) == [filed.stream]
        assert found_by(kazakhstan, kazakhstan.person("kz-citizen-1")) == [filed.stream]
        assert found_by(kazakhstan, kazakhstan.person("kz-citizen-2")) == []
        seen = kazakhstan.do(c.WithdrawCase, seen, "kz-citizen-1")
        kazakhstan.later(days=5000)
        kazakhstan.erase(seen, "founder_7")
        kazakhstan.follow()
        assert found_by(kazakhstan, founders[6].persons[CODE]) == []
        assert found_by(kazakhstan, founders[7].persons[CODE]) == [filed.stream]
        live = kazakhstan.read_models.digests()
        kazakhstan.follower.rebuild(processes=1)
        assert kazakhstan.read_models.digests() == live
        kept = kazakhstan.read_models.one("case_status", filed.stream)
        assert kept is not None
        assert [n for n, each in enumerate(kept["state"].request["founders"], 1) if each is None] == [7]


def test_who_is_several_parties_finds_the_case_once(kazakhstan: OneCountry) -> None:
    with founding_is_offered() as offer:
        me = development.resident("kz-citizen-1").as_person()
        asked = {**a_founding(2), "applicant": me, "witnesses": [me]}
        filed = kazakhstan.file_under(offer, asked, "founding")
        kazakhstan.follow()
    assert found_by(kazakhstan, kazakhstan.person("kz-citizen-1")) == [filed.stream]


def test_a_consent_writes_none_of_the_fifty_rows_anew(kazakhstan: OneCountry) -> None:
    filed, founders = founding(kazakhstan, EVERYBODY)
    kazakhstan.follow()
    with closing(sqlite3.connect(kazakhstan.read_models.path, isolation_level=None)) as door:
        for change in ("INSERT", "DELETE", "UPDATE"):
            door.execute(
                f"CREATE TRIGGER no_{change} BEFORE {change} ON case_parties BEGIN SELECT RAISE(ABORT, 'no'); END"
            )
    with founding_is_offered():
        seen = consents(kazakhstan, filed, founders)
        kazakhstan.follow()
    kept = kazakhstan.read_models.one("case_status", filed.stream)
    assert kept is not None
    assert kept["version"] == seen.version
    assert found_by(kazakhstan, founders[-1].persons[CODE]) == [filed.stream]


def test_who_acts_for_a_company_finds_the_case_until_the_company_is_forgotten(kazakhstan: OneCountry) -> None:
    """And the read models that are built anew say the same, at every step."""
    with founding_is_offered() as offer:
        heads = [development.resident(f"kz-citizen-{n}").as_person() for n in (2, 3)]
        asked = {
            **a_founding(1),
            "applicant": development.resident("kz-citizen-1").as_person(),
            "founders": [a_company(1, heads[0]), a_company(2, heads[1]), a_company(3, heads[1])],
        }
        filed = kazakhstan.file_under(offer, asked, "founding")
        of = filed.state.request_hash
        seen = kazakhstan.do(c.GiveConsent, filed, "kz-citizen-2", of=of)
        seen = kazakhstan.do(c.GiveConsent, seen, "kz-citizen-3", of=of, party="p4")
        kazakhstan.follow()
        one, other = (kazakhstan.person(f"kz-citizen-{n}") for n in (2, 3))
        assert found_by(kazakhstan, one) == found_by(kazakhstan, other) == [filed.stream]
        assert kazakhstan.read_models.digests() == rebuilt(kazakhstan)
        seen = kazakhstan.do(c.WithdrawCase, seen, "kz-citizen-1")
        kazakhstan.later(days=5000)
        kazakhstan.erase(seen, "founder_1", "founder_2")
        kazakhstan.follow()
        assert found_by(kazakhstan, one) == []
        assert found_by(kazakhstan, other) == [filed.stream]
        assert kazakhstan.read_models.digests() == rebuilt(kazakhstan)
        kazakhstan.erase(seen)
        kazakhstan.follow()
        assert found_by(kazakhstan, other) == []
        assert kazakhstan.read_models.digests() == rebuilt(kazakhstan)


def rebuilt(country: OneCountry) -> dict[str, object]:
    """What the read models say when they are built anew."""
    country.follower.rebuild(processes=1)
    return country.read_models.digests()
