"""Claims: a key is held by one, a case or an entry, and freed by the one who holds it."""

from hypothesis import given
from hypothesis import strategies as st

from domain.claim import FREE, Claim, evolve
from domain.events import ClaimEvent, ClaimReleased, ClaimSettled, ClaimTaken, Event, Recorded
from domain.facts import Request
from domain.lookup_keys import Key
from domain.offers import offers
from domain.procedure import Offer
from domain.register import Create
from tests.examples import effects_of, example_request, person

TAKEN = ClaimTaken(kind="vehicle_sale", holder="case-1")
RELEASED = ClaimReleased(kind="vehicle_sale", holder="case-1")
SETTLED = ClaimSettled(kind="vehicle_sale", holder="entry-1")


def recorded(event: Event) -> Recorded:
    return Recorded(
        event=event,
        type=f"claim.{type(event).__name__}.v1",
        log="log.example",
        country="KZ",
        stream="claim-1",
        seq=1,
        index=0,
        time="2026-11-23T09:00:00.000000Z",
        hash="hash-0",
        authority="kz-example",
        actor={"id": "p1", "role": "applicant"},
        to=("KZ",),
        effects=None,
        owners={},
        keys={},
    )


def folded(*events: ClaimEvent) -> Claim:
    claim = FREE
    for event in events:
        claim = evolve(claim, recorded(event))
    return claim


def test_a_key_is_held_until_its_holder_frees_it() -> None:
    assert folded(TAKEN) == Claim("case-1")
    assert folded(TAKEN, RELEASED) == FREE
    assert folded(TAKEN, ClaimReleased(kind="vehicle_sale", holder="case-2")) == Claim("case-1")


@given(st.lists(st.sampled_from([RELEASED, ClaimReleased(kind="vehicle_sale", holder="entry-2")])))
def test_what_is_settled_is_freed_by_its_entry_alone(releases: list[ClaimEvent]) -> None:
    assert folded(TAKEN, SETTLED, *releases) == Claim("entry-1", is_settled=True)
    assert folded(TAKEN, SETTLED, *releases, ClaimReleased(kind="vehicle_sale", holder="entry-1")) == FREE


def entry_of(offer: Offer, request: Request) -> Key:
    (effect,) = effects_of(offer, request)
    return effect.key


def test_the_keys_of_a_car_and_a_birth_are_frozen() -> None:
    """Ids are derived from these parts for ever: another normal form is another key beside the old one."""
    sale, birth = offers()["KZ", "car_sale"], offers()["TR", "birth_certificate"]
    asked = {**example_request(sale), "vehicle": {"vin": "1M8GDM9AXKP042788", "plate": None}}
    assert sale.procedure.claims(asked) == (("claim", ("vehicle_sale", "1M8GDM9AXKP042788")),)
    assert entry_of(sale, asked) == ("entry", ("vehicles", "vin", "1M8GDM9AXKP042788"))
    born = example_request(birth)
    born["medical_certificate"] = {"issuer": "IĞDIR Hastanesi", "number": "TR-1", "issued_on": "2026-11-20"}
    number = born["mother"]["personal_number"]["number"]
    by_delivery = ("delivery", "TR", number, "2026-11-20", "1")
    by_certificate = ("certificate", "TR", "example city 0", "ığdır hastanesi", "tr-1", "1")
    assert birth.procedure.claims(born) == (("claim", ("birth", *by_delivery)),)
    assert entry_of(birth, born) == ("entry", ("births", *by_delivery))
    (effect,) = effects_of(birth, born)
    assert isinstance(effect, Create)
    assert effect.settles == (("claim", ("birth", *by_delivery)), ("claim", ("birth", *by_certificate)))
    assert effect.register.keys_of(effect.content, None) == (
        ("entry", ("births", *by_delivery)),
        ("entry", ("births", *by_certificate)),
        ("entry", ("births", "medical_certificate", "ığdır hastanesi", "TR-1", "1")),
    )
    told = {**born, "medical_certificate": None}
    assert entry_of(birth, told) == ("entry", ("births", *by_delivery))
    sister = {**told, "applicant": person("TR", 7), "relation": "relative"}
    her = ("person", 1, "TR", sister["applicant"]["personal_number"]["number"])
    assert birth.procedure.claims(sister) == (("claim", ("birth_told_by", her, *by_delivery)),)
    unknown = {**told, "mother": None}
    names = ("example surname 0", "elif defne")
    assert entry_of(birth, unknown) == (
        "entry",
        ("births", "mother_unknown", *names, "2026-11-20", "1"),
    )
