"""Stored names are for ever, and every event that can happen comes back from its bytes as it was."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, get_args

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import events as e
from domain.forms import owners_of as owners_of_form
from domain.offers import lists_of, offers, request_owners
from domain.parties import is_keyed
from domain.procedures import registers
from domain.register import Register
from infra.formats import codec
from infra.formats.canonical import LARGEST_INTEGER, encode
from infra.formats.codec import NAMES, UnknownEvent

GOLDEN = {
    "access.AccessHeadRecorded.v1",
    "case.AppealTermEnded.v1",
    "case.ApprovalProposed.v1",
    "case.CaseApproved.v1",
    "case.CaseAssigned.v1",
    "case.CaseCompleted.v1",
    "case.CaseFiled.v1",
    "case.CaseLapsed.v1",
    "case.AppealDecided.v1",
    "case.AppealLodged.v1",
    "case.AppealTakenBack.v1",
    "case.CaseNotNeeded.v1",
    "case.ClaimWaived.v1",
    "case.DeadlineExtended.v1",
    "case.DeadlineRestated.v1",
    "case.DecisionServed.v1",
    "case.LapseSetAside.v1",
    "case.RequestAmended.v1",
    "case.ResultAnnulled.v1",
    "case.ResultCorrected.v1",
    "claim.ClaimKept.v1",
    "case.CaseRefused.v1",
    "case.CaseWithdrawn.v1",
    "case.ConsentDeclined.v1",
    "case.ConsentGiven.v1",
    "case.ConsentRevoked.v1",
    "case.DecisionTermStarted.v1",
    "case.EntriesHeld.v1",
    "case.EntriesWritten.v1",
    "case.FeeAssessed.v1",
    "case.FeePaid.v1",
    "case.InformationProvided.v1",
    "case.InformationRequested.v1",
    "case.ObjectionRecorded.v1",
    "case.OpinionGiven.v1",
    "case.OpinionRequested.v1",
    "case.PersonalDataErased.v1",
    "case.ReceiptRecorded.v1",
    "case.RefundDue.v1",
    "case.RefundNotDue.v1",
    "case.RefundPaid.v1",
    "claim.ClaimReleased.v1",
    "claim.ClaimSettled.v1",
    "claim.ClaimTaken.v1",
    "claim.NumberGiven.v1",
    "claim.SlotFreed.v1",
    "claim.SlotTaken.v1",
    "claim.SlotsKept.v1",
    "competence.CompetenceChanged.v1",
    "competence.CompetenceEnded.v1",
    "competence.CompetenceGranted.v1",
    "entry.AnnulmentProposed.v1",
    "entry.CorrectionProposed.v1",
    "entry.EntryAnnulled.v1",
    "entry.EntryChanged.v1",
    "entry.EntryCorrected.v1",
    "entry.EntryCreated.v1",
    "entry.EntryEnded.v1",
    "entry.EntryNumbered.v1",
    "entry.PersonalDataErased.v1",
    "entry.ProposalDropped.v1",
    "entry.RestrictionLifted.v1",
    "entry.RestrictionPlaced.v1",
    "keys.LogOpened.v1",
    "keys.SealAuthorised.v1",
    "keys.SealRetired.v1",
    "mandate.MandateEnded.v1",
    "mandate.MandateGiven.v1",
    "notice.BirthNotified.v1",
}
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cn"]), max_size=20)
LEAVES = st.none() | st.booleans() | st.integers(-LARGEST_INTEGER, LARGEST_INTEGER) | TEXTS
NAMES_OF_MEMBERS = st.from_regex(r"[a-z_]{1,8}", fullmatch=True).filter(lambda name: name != "_sd")
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES_OF_MEMBERS, inner, max_size=3),
    max_leaves=6,
)
LAID_FLAT = {
    e.CaseFiled: "request",
    e.RequestAmended: "request",
    e.EntryCreated: "content",
    e.EntryChanged: "content",
    e.EntryCorrected: "content",
    e.EntryAnnulled: "content",
    e.CorrectionProposed: "content",
}


@dataclass(frozen=True)
class Happened:
    """An event on a stream of a family, in a country."""

    event: e.Event
    family: str
    country: str


@st.composite
def happened(draw: st.DrawFn, name: str) -> Happened:
    """Any event of this name: any JSON value in every member, and every version of every form and content."""
    kind, family = NAMES[name], name.partition(".")[0]
    members = {f.name: draw(VALUES) for f in fields(kind)}
    country = draw(st.sampled_from(sorted({code for code, _ in offers()})))
    if kind in (e.CaseFiled, e.RequestAmended):
        country, procedure = draw(st.sampled_from(sorted(offers())))
        offer = offers()[country, procedure]
        version = draw(st.sampled_from([*offer.former, offer.form_version]))
        form = {**offer.former, offer.form_version: offer.form}[version]
        named = [party for party in offer.procedure.parties if party.member in form.model_fields]
        parties = {f"p{n}": party.role for n, party in enumerate(named, start=1)}
        owners = request_owners(country, procedure, version, tuple(parties.values()))
        lists = lists_of(country, procedure, version)
        names = [*form.model_fields, *(name for name in owners if is_keyed(name))]
        members |= {"procedure": procedure, "form": version, "parties": parties}
        members["request"] = {n: [draw(VALUES)] if n in lists else draw(VALUES) for n in names}
    elif kind in LAID_FLAT:
        register = draw(st.sampled_from(sorted(registers())))
        found = registers()[register]
        version = draw(st.sampled_from([*found.former, found.content_version]))
        content = {**found.former, found.content_version: found.content}[version]
        members |= {"register": register, "content_version": version}
        members["content"] = {n: draw(VALUES) for n in content.model_fields}
    return Happened(kind(**members), family, country)


ANY_EVENT = st.sampled_from(sorted(NAMES)).flatmap(happened)


def stored(members: codec.Members) -> tuple[dict[str, Any], dict[str, Any]]:
    """Public and personal members, after their way through bytes."""
    public, personal = orjson.loads(encode([members.public, {n: v for n, v, _ in members.personal}]))
    return public, personal


@given(ANY_EVENT)
def test_every_event_comes_back_from_its_bytes_as_it_was(one: Happened) -> None:
    members = codec.encode(one.event, one.family, one.country)
    public, personal = stored(members)
    event, owners = codec.decode(members.type, public, personal, one.country)
    assert event == one.event
    assert owners == {name: whose for name, _, whose in members.personal}


@given(ANY_EVENT, st.data())
def test_a_personal_member_whose_key_is_gone_reads_as_erased_and_all_others_stay(
    one: Happened, chosen: st.DataObject
) -> None:
    """Erasure is a normal state: whichever of the keys exist, there is an event to fold."""
    members = codec.encode(one.event, one.family, one.country)
    public, personal = stored(members)
    gone = chosen.draw(st.sets(st.sampled_from(sorted(personal))) if personal else st.just(set()))
    left = {name: value for name, value in personal.items() if name not in gone}
    event, _ = codec.decode(members.type, public, left, one.country)
    for name in personal:
        expected = e.ERASED if name in gone else personal[name]
        assert member(event, name) == expected
    for name in public:
        assert member(event, name) == public[name]


def member(event: e.Event, name: str) -> Any:
    """A member of the event, also of those that are laid flat, and the one of a list that the name's number means."""
    flat: Mapping[str, Any] = getattr(event, LAID_FLAT.get(type(event), ""), {})
    if name in flat:
        return flat[name]
    listed, _, n = name.rpartition("_")
    return flat[listed][int(n) - 1] if listed in flat else getattr(event, name)


@given(ANY_EVENT)
def test_what_is_personal_never_stands_in_the_public_members(one: Happened) -> None:
    """Also by its name: no form may hide a member of the event, or have one on both sides."""
    members = codec.encode(one.event, one.family, one.country)
    assert not members.public.keys() & {name for name, _, _ in members.personal}
    assert len({name for name, _, _ in members.personal}) == len(members.personal)


def test_the_stored_names_are_those_of_the_first_day() -> None:
    """A new meaning gets a new name; a name that was stored once stays here for ever."""
    assert set(NAMES) == GOLDEN


def test_every_event_that_can_happen_has_a_stored_name() -> None:
    """Also the two that happen in two families."""
    named = {(name.partition(".")[0], kind) for name, kind in NAMES.items()}
    unions = {
        "case": e.CaseEvent,
        "claim": e.ClaimEvent,
        "entry": e.EntryEvent,
        "mandate": e.MandateEvent,
        "notice": e.BirthNotified,
        "keys": e.KeysEvent,
        "access": e.AccessHeadRecorded,
        "competence": e.CompetenceEvent,
    }
    for family, union in unions.items():
        for kind in get_args(union) or (union,):
            assert (family, kind) in named
    assert set(get_args(e.Event)) == set(NAMES.values())


def test_a_stored_name_holds_no_path_of_a_module_and_no_country() -> None:
    for name, kind in NAMES.items():
        family, event, version = name.split(".")
        assert (event, version) == (kind.__name__, "v1")
        assert family in {"case", "claim", "entry", "mandate", "notice", "keys", "access", "competence"}


@pytest.mark.parametrize(
    "name", ["case.CaseFiled.v2", "CaseFiled", "domain.events:CaseFiled", "os:system", ""]
)
def test_an_unknown_name_is_refused_and_never_looked_for(name: str) -> None:
    """Names are not import paths: whoever writes one into the file gets nothing run."""
    with pytest.raises(UnknownEvent):
        codec.decode(name, {}, {}, "KZ")


@pytest.mark.parametrize(
    ("public", "personal"),
    [
        ({"party": "p1"}, {}),
        ({"party": "p1", "of": "hash", "more": 1}, {}),
        ({"party": "p1", "of": "hash"}, {"reason": "personal"}),
    ],
    ids=["one is missing", "one is too many", "one is disclosed that it does not have"],
)
def test_an_event_with_other_members_than_its_own_is_refused(
    public: dict[str, Any], personal: dict[str, Any]
) -> None:
    with pytest.raises(UnknownEvent):
        codec.decode("case.ConsentGiven.v1", public, personal, "KZ")


def test_a_form_or_content_that_is_not_known_is_refused() -> None:
    """An old form is not guessed from the one of today."""
    for name, public in (
        ("case.CaseFiled.v1", {"procedure": "car_sale", "form": 99}),
        ("entry.EntryCreated.v1", {"register": "vehicles", "content_version": 99}),
        ("entry.EntryCreated.v1", {}),
    ):
        with pytest.raises(UnknownEvent):
            codec.decode(name, public, {}, "KZ")


@pytest.mark.parametrize("key", sorted(offers()), ids="-".join)
def test_a_form_hides_no_member_of_the_filing(key: tuple[str, str]) -> None:
    """Its members are laid flat beside the event's own: the same name would overwrite what was decided."""
    offer = offers()[key]
    assert not set(offer.form.model_fields) & {f.name for f in fields(e.CaseFiled)}


@pytest.mark.parametrize("register", registers().values(), ids=lambda register: register.name)
def test_a_register_hides_no_member_of_its_entries(register: Register) -> None:
    assert not set(register.content.model_fields) & {f.name for f in fields(e.EntryCreated)}
    assert "entry" in set(owners_of_form(register.content).values()) or not owners_of_form(register.content)
