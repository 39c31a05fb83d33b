"""A case of fifty founders, seven of them companies: what each consent costs the desk, beside one of two parties."""

import statistics
import time
from collections.abc import Iterator, Sequence
from typing import Any, Final

from domain import commands as c
from domain.parties import keyed, parties_of
from domain.procedure import Offer
from infra.desk.desk import Outcome
from infra.formats.canonical import b64url
from tests.bench.ground import CAUSE, COUNTRY, Ground, ground
from tests.bench.rows import Result, folder
from tests.examples import person
from tests.founders import FIRST_COMPANY, FOREIGNER, NAME, fifty_founders, founding_is_offered

ROUNDS: Final = 5
PEOPLE: Final = [person(COUNTRY, 1000 + n) for n in range(FIRST_COMPANY + 4)]


def founders() -> Iterator[Result]:
    """The consents of a whole case, all at once, in one process; in memory, so that the disk hides nothing."""
    times: dict[str, list[float]] = {"fifty": [], "two": [], "filing": []}
    with (
        founding_is_offered() as offer,
        folder(in_memory=True) as place,
        ground(place, synchronous="OFF") as house,
    ):
        house.register(range(ROUNDS * 50))
        for n in range(ROUNDS):
            began = time.perf_counter()
            filed = house.desk.ask(_founding(house, offer, n)).result()
            times["filing"].append(time.perf_counter() - began)
            times["fifty"].append(_each(house, _consents(house, offer, filed)))
            sales = [house.desk.ask(house.filing(n * 50 + k)).result() for k in range(50)]
            times["two"].append(_each(house, [_consent(house.other, sale) for sale in sales]))
    ratio = statistics.median(a / b for a, b in zip(times["fifty"], times["two"], strict=True))
    in_us = {name: statistics.median(found) * 1e6 for name, found in times.items()}
    detail = f"{in_us['fifty']:,.0f} us against {in_us['two']:,.0f} us; the filing of fifty {in_us['filing']:,.0f} us"
    what = "a consent of fifty founders / one of two parties (desk, in memory)"
    yield Result(what, ratio, "of the time", 2.0, is_at_least=False, detail=detail)


def _each(house: Ground, commands: Sequence[c.Command]) -> float:
    began = time.perf_counter()
    for future in [house.desk.ask(command) for command in commands]:
        future.result()
    return (time.perf_counter() - began) / len(commands)


def _founding(house: Ground, offer: Offer, n: int) -> c.FileCase:
    request = {**fifty_founders(house.seller, PEOPLE), "name": f"Example {n}"}
    return c.FileCase(
        by=house.applicant,
        cause=CAUSE,
        case=house.country.ids.case("i", "c", "s", f"founding-{n}"),
        country=COUNTRY,
        procedure=NAME,
        request=keyed(offer.procedure, request, house.country.ids.human),
    )


def _consents(house: Ground, offer: Offer, filed: Outcome) -> list[c.Command]:
    request = filed.state.request
    places = parties_of(offer.procedure, request)
    said = []
    for party in filed.state.consents_asked:
        founder = places[party].named_in(request)
        acts_by = founder.get("acts_by")
        human = request[f"representative_{party}"]["person"] if acts_by else request[f"person_{party}"]
        at_counter = bool(acts_by) and acts_by["person"] == FOREIGNER
        by = house.officers[0] if at_counter else _human(human)
        said.append(_consent(by, filed, party, c.StatedCapacity("counter", _paper()) if at_counter else None))
    return said


def _consent(
    by: c.Actor, seen: Outcome, party: str | None = None, acting: c.StatedCapacity | None = None
) -> c.Command:
    of = seen.state.request_hash
    return c.GiveConsent(by=by, cause=CAUSE, case=seen.stream, of=of, party=party, acting=acting)


def _human(keyed_id: str) -> c.Actor:
    return c.Actor(issuer="bench", subject=keyed_id, client="bench", persons={COUNTRY: keyed_id})


def _paper() -> Any:
    about = {"id": CAUSE[4:], "kind": "signed_paper", "sha256": "A" * 43, "media_type": "application/pdf"}
    return {**about, "size": 1000, "key": b64url(bytes(16))}
