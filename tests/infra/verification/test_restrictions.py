"""Who lifted a restriction is looked at again: an operator who holds every seal of a country lifts none unseen."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from domain import commands as c
from domain.lookup_keys import entry_key
from domain.offers import offers, writing_to
from infra.desk.batch import end_of
from infra.desk.desk import new_cause
from infra.formats.canonical import b64url, sha256
from infra.verification import verify_logs
from tests.infra.past import OFFICE, VINS, Past, past
from tests.infra.tampering import Stored, copy_of, flipped, opened, part, signed_again
from tests.infra.verification.copied import Case

LIFTED = "entry.RestrictionLifted.v1"
COURT, BAILIFFS, POLICE, PLEDGES = "kz-court", "kz-bailiffs", "kz-police", "kz-pledge-registry"
OFFICERS = {
    OFFICE: "kz-vehicle-registration-officer-1",
    COURT: "kz-court-judge",
    BAILIFFS: "kz-bailiffs-officer",
    POLICE: "kz-police-officer",
    PLEDGES: "kz-pledge-registry-officer",
}


PLACED = "entry.RestrictionPlaced.v1"


class Arrested(Case):
    """A copy of the log in which a car has an arrest and a lien."""

    @property
    def entry(self) -> str:
        return entry_of(self.past)

    def lift(self, by: str, kind: str = "arrest", **changes: Any) -> None:
        """By that office."""
        said = {"restriction": named(self.past, kind), "kind": kind, "rule": "entry.lift", **changes}
        self._append(by, LIFTED, said)

    def place_again(self, by: str, kind: str = "arrest", restriction: str = "") -> None:
        """Under the id that lives already, by another office."""
        with opened(self.log) as log:
            placed = log.row(self.entry, 2)
        said = {"restriction": restriction or named(self.past, "arrest"), "kind": kind}
        self._append(by, PLACED, {**placed.payload["data"], **said}, placed)

    def place_by_nobody(self, by: str, kind: str, actor: str) -> None:
        """No officer did, as that office's seal says."""
        with opened(self.log) as log:
            placed = log.row(self.entry, 2)
        said = {"restriction": "another", "kind": kind}
        self._append(by, PLACED, {**placed.payload["data"], **said}, placed, {"id": actor, "role": "system"})

    def create_again(self) -> None:
        """As it was created first, by the office that did."""
        with opened(self.log) as log:
            created = log.row(self.entry, 1)
        self._append(OFFICE, created.type, created.payload["data"], created)

    def _append(
        self,
        by: str,
        name: str,
        said: dict[str, Any],
        like: Stored | None = None,
        actor: dict[str, str] | None = None,
    ) -> None:
        """With a valid seal, and signed for exactly this place: no other check has anything to say."""
        with opened(self.log) as log:
            last = log.rows()[-1]
            before = [row for row in log.rows() if row.stream == self.entry][-1]
            end, version = end_of(last), before.version + 1
            members = {
                "stream": self.entry,
                "seq": version,
                "prev": b64url(sha256(before.jws.encode("ascii"))),
                "index": end.size,
                "chain": b64url(end.chain),
                "time": last.payload["time"],
                "type": name,
                "authority": by,
                "data": said,
            }
            officer = self.past.actor(OFFICERS[by]).competences[0]
            members["actor"] = actor or {"id": officer.office_id, "role": officer.role}
            signed = like or log.row(self.stream("waiting"), 2)  # nothing personal is in that
            state = signed_again(signed, self.seal_of(by), without="effects", **members)
            state += like.sealed if like else b""
            log.append(Stored(end.size, self.entry, version, name, state))

    def found(self) -> list[tuple[str, str | None, int | None]]:
        report = verify_logs([self.source()], processes=0, in_ranges_of=3)
        assert report.failures == self.verified().failures
        return [(failure.check, failure.stream, failure.version) for failure in report.failures]


def entry_of(made: Past) -> str:
    return made.country().ids.stream(entry_key("vehicles", "vin", VINS[2]))


def named(made: Past, kind: str) -> str:
    return made.country().ids.restriction(entry_of(made), "issuer", "client", "subject", kind)


def place(made: Past, kind: str, office: str) -> None:
    asked = c.PlaceRestriction(
        by=made.actor(f"{office}-officer"),
        cause=new_cause(),
        country="KZ",
        register="vehicles",
        entry=entry_of(made),
        restriction=named(made, kind),
        kind=kind,
        reference=None,
    )
    made.country().desk.ask(asked).result()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Past]:
    """The third car has an arrest and a lien; nobody has lifted either."""
    with past(tmp_path_factory.mktemp("arrested")) as it:
        for kind, office in (("arrest", BAILIFFS), ("lien", PLEDGES)):
            place(it, kind, office)
        yield it


@pytest.fixture
def case(made: Past, tmp_path: Path) -> Arrested:
    folder = made.country().folder
    log = copy_of(folder / "log.sqlite", tmp_path / "log.sqlite")
    return Arrested(made, log, copy_of(folder / "vault.sqlite", tmp_path / "vault.sqlite"))


@pytest.mark.parametrize("by", [BAILIFFS, COURT])
def test_who_placed_it_lifts_it_and_so_does_the_court(case: Arrested, by: str) -> None:
    case.lift(by)
    case.lift(PLEDGES, "lien")
    assert case.found() == []


@pytest.mark.parametrize(
    ("by", "kind"), [(POLICE, "arrest"), (PLEDGES, "arrest"), (COURT, "lien"), (BAILIFFS, "lien")]
)
def test_another_office_with_its_own_valid_seal_lifts_nothing(case: Arrested, by: str, kind: str) -> None:
    """Its key may sign such events: of which restrictions, only the stream and the law say."""
    case.lift(by, kind)
    assert case.found() == [("restriction", case.entry, 4)]


@pytest.mark.parametrize(
    "changes",
    [
        {"restriction": "00000000-0000-8000-8000-000000000000"},  # never placed
        {"kind": "wanted"},  # placed as an arrest
    ],
)
def test_what_is_lifted_was_placed_there_as_that(case: Arrested, changes: dict[str, str]) -> None:
    case.lift(BAILIFFS, **changes)
    assert case.found() == [("restriction", case.entry, 4)]


def test_whoever_places_again_what_lives_may_not_lift_it_for_that(case: Arrested) -> None:
    """Under the same id, with their own valid seal."""
    case.place_again(POLICE)
    case.lift(POLICE)
    failures = case.verified(with_keys=False).failures
    assert [(f.check, f.version) for f in failures] == [("restriction", 4), ("restriction", 5)]


def test_an_office_places_what_the_law_gives_it(case: Arrested) -> None:
    anew = str(uuid4())
    case.place_again(POLICE, "wanted", anew)
    case.place_again(POLICE, "arrest", anew)
    case.place_again(PLEDGES, "lien")  # under the id of the arrest
    failures = case.verified(with_keys=False).failures  # its boxes open with what was signed first
    assert [(f.check, f.version) for f in failures] == [("restriction", 5), ("restriction", 6)]


def test_what_was_lifted_is_not_lifted_again(case: Arrested) -> None:
    case.lift(BAILIFFS)
    case.lift(BAILIFFS)
    assert case.found() == [("restriction", case.entry, 5)]


def test_the_law_of_the_day_names_the_court(case: Arrested, monkeypatch: pytest.MonkeyPatch) -> None:
    """A law that gave the court nothing on the day of the lifting, or only from the next day on."""
    case.lift(COURT)
    writing = writing_to("KZ", "vehicles")
    for since, found in ((date(2027, 6, 2), ["restriction"]), (date(2027, 6, 3), [])):
        for each in writing:
            kinds = tuple(replace(kind, court=None) for kind in each.terms[-1].restrictions)
            anew = replace(each.terms[-1], since=since, restrictions=kinds)
            key = ("KZ", each.procedure.name)
            monkeypatch.setitem(offers(), key, replace(each, terms=(*each.terms, anew)))
        assert [check for check, _, _ in case.found()] == found


def test_what_is_there_is_not_created_again(case: Arrested) -> None:
    """It would come without its restrictions. No house folds it: whoever signs it goes around the house."""
    case.create_again()
    report = case.verified(with_keys=False)  # its boxes open with what was signed first
    assert [(f.check, f.version) for f in report.failures] == [("reach", 4)]


@pytest.mark.parametrize(
    ("by", "kind", "actor", "found"),
    [
        (OFFICE, "registered_elsewhere", "import", []),
        (OFFICE, "registered_elsewhere", "tamga", ["restriction"]),
        (BAILIFFS, "fines", "import", ["restriction"]),
        (BAILIFFS, "registered_elsewhere", "import", ["restriction"]),
    ],
)
def test_what_no_officer_placed_is_an_imports_and_of_one_kind(
    case: Arrested, by: str, kind: str, actor: str, found: list[str]
) -> None:
    case.place_by_nobody(by, kind, actor)
    report = case.verified(with_keys=False)  # the box of its reference is another event's
    assert [failure.check for failure in report.failures] == found


def test_where_the_placing_was_altered_that_is_named_and_not_the_lifting(case: Arrested) -> None:
    case.lift(BAILIFFS)
    with opened(case.log) as log:
        row = log.row(case.entry, 2)
        log.write(row, flipped(row.state, part(row, "signature")))
    assert case.found()[0][1:] == (case.entry, 2)
    assert "restriction" not in [check for check, _, _ in case.found()]
