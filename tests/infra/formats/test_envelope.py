"""The signed event: our code makes the published bytes again, and reads nothing that was tampered with."""

import base64
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from itertools import count
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from domain import events as e
from infra.desk.batch import EMPTY, end_of
from infra.formats import codec, envelope
from infra.formats.boxes import DataKey, Unreadable, seal_box
from infra.formats.canonical import b64url, encode, from_b64url, sha256
from infra.formats.envelope import (
    Envelope,
    Signed,
    Tampered,
    disclosures_of,
    open_sealed,
    payload_of,
    read,
    split,
)
from infra.formats.ids import derived_id
from infra.formats.signing import Seal, kid_of, open_disclosure, parse
from infra.formats.tree import Frontier, leaf
from tests.infra.vectors import event_vectors

VECTORS = event_vectors()
CERTIFICATE = base64.b64decode(VECTORS["certificate_der_base64"])
PRIVATE = ec.derive_private_key(int(VECTORS["private_key_d_hex"], 16), ec.SECP256R1())
SEAL = Seal(kid_of(CERTIFICATE), "kz-vehicles-almaty", CERTIFICATE, PRIVATE)
BOXES = VECTORS["seal"]["boxes"]
KEYS = {
    f"people of box {n}": DataKey(bytes.fromhex(box["key_id_hex"]), bytes.fromhex(box["key_hex"]))
    for n, box in enumerate(BOXES)
}
SECRETS = {key.id: key.secret for key in KEYS.values()}
CLAIMED, FILED, CLOSING = VECTORS["events"]
KeyOf = Callable[[bytes], bytes | None]


def envelope_of(payload: Mapping[str, Any]) -> Envelope:
    return Envelope(**{name: payload[name] for name in Envelope._fields if name in payload})


def members_of(published: Mapping[str, Any]) -> codec.Members:
    """Public and personal members of a published event, each with whose key seals it there."""
    payload = parse(published["jws"]).payload
    whose = {n: name for name, box in zip(KEYS, BOXES, strict=True) for n in box["disclosures"]}
    personal = [(*open_disclosure(text), whose[n]) for n, text in enumerate(published["disclosures"])]
    public = {name: value for name, value in payload["data"].items() if name != "_sd"}
    return codec.Members(payload["type"], public, personal)


def signed_again(published: Mapping[str, Any]) -> Signed:
    salts = b"".join(bytes([n]) * 16 for n in range(1, len(published["disclosures"]) + 1))
    nonces: Iterator[bytes] = (bytes.fromhex(box["nonce_hex"]) for box in BOXES)
    around = envelope_of(parse(published["jws"]).payload)
    return envelope.sign(members_of(published), around, SEAL, KEYS, salts=salts, nonce=lambda: next(nonces))


@pytest.mark.parametrize("published", VECTORS["events"], ids=["claim", "filing", "lead"])
def test_signing_the_published_members_gives_the_published_bytes(published: dict[str, Any]) -> None:
    """Header, payload, digests, boxes, signature and hash: everything that a verifier elsewhere sees."""
    made = signed_again(published)
    assert split(made.state)[0].decode() == published["jws"]
    assert made.hash == published["hash"]


def test_the_published_sealed_part_follows_the_filing() -> None:
    """Three boxes in the order of their key ids, one of them with a list and a null."""
    assert split(signed_again(FILED).state)[1] == base64.b64decode(VECTORS["seal"]["sealed_base64"])


def test_an_event_without_personal_members_has_no_boxes_and_no_sealed_part() -> None:
    for published in (CLAIMED, CLOSING):
        made = signed_again(published)
        assert split(made.state)[1] == b""
        assert "boxes" not in payload_of(split(made.state)[0])


def test_the_lead_signs_the_hash_of_the_claim_and_the_claim_names_its_lead() -> None:
    """So that half of a decision cannot vanish unseen."""
    claimed, closing = parse(CLAIMED["jws"]).payload, parse(CLOSING["jws"]).payload
    assert closing["effects"] == {CLAIMED["hash"]: claimed["to"]}
    assert claimed["lead"] == {"stream": closing["stream"], "seq": closing["seq"], "to": closing["to"]}


def test_each_published_event_signs_its_place_and_the_chain_of_all_before_it() -> None:
    """From 32 zero bytes on; where the log ends follows from its last event alone."""
    end = EMPTY
    for published, chain in zip(VECTORS["events"], VECTORS["log"]["chain_base64url"][:-1], strict=True):
        stated = parse(published["jws"]).payload
        assert (stated["index"], stated["chain"]) == (end.size, b64url(end.chain)) == (end.size, chain)
        end = end.after(datetime.fromisoformat(stated["time"]), from_b64url(published["hash"]))
        row = (stated["index"], stated["stream"], stated["seq"], stated["type"], published["jws"].encode())
        assert end_of(row) == end
    assert b64url(end.chain) == VECTORS["log"]["chain_base64url"][-1]
    assert end_of(None) == EMPTY


def test_the_published_ids_leaves_and_roots_come_out() -> None:
    secret = bytes.fromhex(VECTORS["derived_ids"]["secret_hex"])
    for case in VECTORS["derived_ids"]["cases"]:
        assert derived_id(secret, case["parts"]) == case["id"]
    frontier = Frontier()
    roots = [frontier.root()]
    for published, leaf_hex in zip(VECTORS["events"], VECTORS["log"]["leaves_hex"], strict=True):
        frontier.append(leaf(from_b64url(signed_again(published).hash)))
        assert leaf(from_b64url(published["hash"])).hex() == leaf_hex
        roots.append(frontier.root())
    assert [base64.b64encode(root).decode() for root in roots] == VECTORS["log"]["roots_base64"]


def test_what_was_sealed_is_disclosed_again_word_for_word() -> None:
    state = signed_again(FILED).state
    assert sorted(disclosures_of(state, SECRETS.get)) == sorted(FILED["disclosures"])
    assert list(disclosures_of(state, lambda _: None)) == []


# --- reading a row ----------------------------------------------------------------------------------------

ENVELOPE = Envelope(
    log="log.kz.tamga.example/v1",
    stream="f1c79201-8869-8b52-8e08-a795beee3229",
    seq=3,
    prev=FILED["hash"],
    index=7,
    chain=VECTORS["log"]["chain_base64url"][3],
    time="2026-11-22T11:35:28.000000Z",
    authority="kz-vehicle-registration",
    actor={"id": "p1", "role": "applicant"},
    cause="cmd:0192f0c2-7d6e-7c1a-9b1a-0d2f1b7c9a11",
    to=["KZ"],
)
ANSWERED = e.InformationProvided(of="hash", decision_due={}, answer="It is white.", evidence=[], acting=None)  # type: ignore[arg-type]
CONTENT = {"vehicle": {"vin": "XTA210990Y2766389"}, "owner": {"surname": "Örnek"}}
CREATED = e.EntryCreated(register="vehicles", content_version=1, title="import", content=CONTENT)
TWO_KEYS = {"entry": DataKey(b"\1" * 16, b"a" * 32), "owner": DataKey(b"\2" * 16, b"b" * 32)}


def row(event: e.Event, family: str, keys: Mapping[str, DataKey]) -> tuple[int, str, int, str, bytes]:
    signed = envelope.sign(codec.encode(event, family, "KZ"), ENVELOPE, SEAL, keys)
    return 7, signed.stream, signed.seq, signed.type, signed.state


def key_of(*keys: DataKey) -> KeyOf:
    return {key.id: key.secret for key in keys}.get


def changed(row_: tuple[int, str, int, str, bytes], sealed: bytes) -> tuple[int, str, int, str, bytes]:
    return (*row_[:4], split(row_[4])[0] + sealed)


def boxes_of(row_: tuple[int, str, int, str, bytes]) -> list[bytes]:
    """The boxes of the sealed part, as bytes."""
    rest, boxes = split(row_[4])[1][1:], []
    while rest:
        end = 32 + int.from_bytes(rest[28:32], "big")
        boxes.append(rest[:end])
        rest = rest[end:]
    return boxes


def test_a_row_is_read_as_it_was_signed() -> None:
    """The event with its envelope; whose each personal member is, and which key seals it."""
    stored = row(CREATED, "entry", TWO_KEYS)
    recorded = read(stored, "KZ", key_of(*TWO_KEYS.values()))
    assert recorded.event == CREATED
    assert (recorded.index, recorded.stream, recorded.seq) == (7, ENVELOPE.stream, 3)
    assert (recorded.log, recorded.country, recorded.to) == (ENVELOPE.log, "KZ", ("KZ",))
    assert recorded.owners == {"vehicle": "entry", "owner": "owner"}
    assert recorded.keys == {whose: b64url(key.id) for whose, key in TWO_KEYS.items()}
    assert recorded.hash == b64url(sha256(split(stored[4])[0]))


def test_what_is_under_a_destroyed_key_reads_as_erased_and_the_rest_stays() -> None:
    recorded = read(row(CREATED, "entry", TWO_KEYS), "KZ", key_of(TWO_KEYS["entry"]))
    assert isinstance(recorded.event, e.EntryCreated)
    assert recorded.event.content == {"vehicle": CONTENT["vehicle"], "owner": e.ERASED}
    assert recorded.keys == {"entry": b64url(TWO_KEYS["entry"].id)}


def test_salts_are_fresh_so_that_equal_values_have_unequal_digests() -> None:
    first, second = (payload_of(split(row(CREATED, "entry", TWO_KEYS)[4])[0]) for _ in range(2))
    assert not set(first["data"]["_sd"]) & set(second["data"]["_sd"])


@pytest.mark.parametrize("column", [0, 1, 2, 3])
def test_a_row_whose_columns_are_not_those_of_its_event_is_refused(column: int) -> None:
    """The library's mapper leaves position, stream, version and type outside of what it serialises."""
    moved: list[Any] = list(row(CREATED, "entry", TWO_KEYS))
    moved[column] = moved[column] + 1 if column in {0, 2} else f"{moved[column]}x"
    with pytest.raises(Tampered) as refused:
        read(tuple(moved), "KZ", key_of(*TWO_KEYS.values()))
    assert refused.value.check == "row"


def dropped(boxes: list[bytes]) -> bytes:
    return b"\1" + boxes[0]


def doubled(boxes: list[bytes]) -> bytes:
    return b"\1" + b"".join([*boxes, boxes[1]])


def swapped(boxes: list[bytes]) -> bytes:
    return b"\1" + boxes[1] + boxes[0]


def blanked(boxes: list[bytes]) -> bytes:
    return b"\1" + boxes[0] + boxes[1][:32] + bytes(len(boxes[1]) - 32)


def cut(boxes: list[bytes]) -> bytes:
    return b"\1" + boxes[0] + boxes[1][:-1]


def ids_swapped(boxes: list[bytes]) -> bytes:
    return b"\1" + boxes[0][:16] + boxes[1][16:] + boxes[1][:16] + boxes[0][16:]


def another_version(boxes: list[bytes]) -> bytes:
    return b"\1\2" + b"".join(boxes)


def nothing(_: list[bytes]) -> bytes:
    return b""


@pytest.mark.parametrize(
    "tamper", [dropped, doubled, swapped, blanked, cut, ids_swapped, another_version, nothing]
)
def test_a_sealed_part_that_an_operator_changed_is_refused(tamper: Callable[[list[bytes]], bytes]) -> None:
    """Nothing of it is taken for an erasure: a box may be unreadable only where its key is gone."""
    stored = row(CREATED, "entry", TWO_KEYS)
    with pytest.raises((Tampered, Unreadable)):
        read(changed(stored, tamper(boxes_of(stored))), "KZ", key_of(*TWO_KEYS.values()))


def test_a_box_from_another_event_of_the_same_key_is_refused() -> None:
    """Bound to the event by its hash: it does not open elsewhere."""
    one, other = row(CREATED, "entry", TWO_KEYS), row(CREATED, "entry", TWO_KEYS)
    with pytest.raises(Unreadable):
        read(changed(one, split(other[4])[1]), "KZ", key_of(*TWO_KEYS.values()))


def test_a_box_that_holds_one_disclosure_less_is_refused_although_it_opens() -> None:
    """AES-GCM under the right key says nothing of what should be in the box: the digests do."""
    key = DataKey(b"\1" * 16, b"a" * 32)
    stored = row(ANSWERED, "case", {"case": key})
    jws, _ = split(stored[4])
    raw = sha256(jws)
    texts = list(disclosures_of(stored[4], key_of(key)))
    less = b"\1" + seal_box(key, raw, texts[:1], b"n" * 12)
    with pytest.raises(Tampered) as refused:
        read(changed(stored, less), "KZ", key_of(key))
    assert refused.value.check == "disclosures"


def test_boxes_that_do_not_cover_every_digest_are_refused() -> None:
    """A payload whose boxes leave a digest out was never signed here."""
    payload = payload_of(split(row(CREATED, "entry", TWO_KEYS)[4])[0])
    payload["boxes"] = {name: [0] for name in payload["boxes"]}
    sealed = split(row(CREATED, "entry", TWO_KEYS)[4])[1]
    with pytest.raises(Tampered):
        open_sealed(payload, sealed, bytes(32), lambda _: None)


def test_a_payload_that_is_no_object_is_refused() -> None:
    text = f"{b64url(b'{}')}.{b64url(encode([1, 2]))}.{b64url(b'-')}".encode()
    with pytest.raises(Tampered):
        payload_of(text)


def test_every_event_on_a_stream_has_its_own_hash() -> None:
    """The hash is that of the JWS alone: what is sealed beside it may vanish without changing it."""
    numbers = count(1)
    signed = [
        envelope.sign(
            codec.encode(ANSWERED, "case", "KZ"), ENVELOPE._replace(seq=next(numbers)), SEAL, {"case": key}
        )
        for key in TWO_KEYS.values()
    ]
    assert all(s.hash == b64url(sha256(split(s.state)[0])) for s in signed)
    assert signed[0].hash != signed[1].hash
