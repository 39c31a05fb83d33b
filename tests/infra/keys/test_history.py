"""Which key could sign what, and where: from a root certificate and the keys stream alone."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from infra.formats.canonical import b64url, encode
from infra.formats.signing import EVENT, BadSignature, Parsed, Seal, key_of, parse
from infra.formats.tree import Frontier, leaf
from infra.keys.certificates import SEAL_TERM
from infra.keys.history import KeyHistory, NotAuthorised
from infra.keys.keyring import Keyring, create

AT = datetime(2026, 11, 22, 11, 35, 28, tzinfo=UTC)
LOG, STREAM = "log.kz.tamga.example/v1", "0f6b1b4e-6e0a-8c57-9d2f-3d1f6f0a9b11"
REGISTRAR, ALMATY, ASTANA = "kz-key-registrar", "kz-vehicles-almaty", "kz-civil-astana"
FILED = "case.CaseFiled.v1"
RECEIPT = "tamga-receipt+jwt"
ROOT = bytes(range(32))


@dataclass
class Scribe:
    """Writes events of a keys stream, right ones and wrong ones."""

    keys: Keyring

    def opened(self, by: Seal | None = None, authority: str = REGISTRAR, **changes: Any) -> Parsed:
        members = {
            "root": b64url(self.keys.root),
            "ca": b64url(self.keys.ca),
            "registrar": b64url(self.keys.registrar.certificate),
            "countries": ["KG", "KZ"],
        }
        return self.event("keys.LogOpened.v1", members | changes, by, authority=authority)

    def authorised(self, seal: Seal, *types: str, by: Seal | None = None, **envelope: Any) -> Parsed:
        office = envelope.pop("office", seal.authority)
        members = {"certificate": b64url(seal.certificate), "authority": office, "types": list(types)}
        return self.event("keys.SealAuthorised.v1", members, by, **envelope)

    def retired(self, kid: str, size: Any, root: bytes = ROOT, by: Seal | None = None) -> Parsed:
        members = {"kid": kid, "reason": "rotation", "size": size, "root": b64url(root)}
        return self.event("keys.SealRetired.v1", members, by)

    def event(
        self, kind: str, members: Any, by: Seal | None = None, at: datetime = AT, **envelope: Any
    ) -> Parsed:
        payload = {
            "log": LOG,
            "stream": STREAM,
            "authority": REGISTRAR,
            "time": at.isoformat(timespec="microseconds").replace("+00:00", "Z"),
            "type": kind,
            "data": members,
        }
        return parse((by or self.keys.registrar).sign(EVENT, encode(payload | envelope)))


@pytest.fixture(scope="module")
def scribe(tmp_path_factory: pytest.TempPathFactory) -> Scribe:
    return Scribe(keys_in(tmp_path_factory.mktemp("kz")))


@pytest.fixture(scope="module")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Scribe:
    """Another hierarchy that uses the same names."""
    return Scribe(keys_in(tmp_path_factory.mktemp("other")))


@pytest.fixture
def history(scribe: Scribe) -> KeyHistory:
    """Opened at 0; Almaty may sign cases from 2 on, and the vehicle register its receipts."""
    found = KeyHistory(scribe.keys.root)
    found.record(scribe.opened(), 0)
    found.record(scribe.authorised(almaty(scribe), "case.*", "claim.ClaimTaken.v1", RECEIPT), 1)
    return found


def keys_in(folder: Path) -> Keyring:
    create(folder / "keys", "KZ", LOG, [ALMATY, ASTANA], AT, organisation="Fictional")
    return Keyring(folder / "keys")


def almaty(scribe: Scribe) -> Seal:
    return next(seal for seal in scribe.keys.seals.values() if seal.authority == ALMATY)


def astana(scribe: Scribe) -> Seal:
    return next(seal for seal in scribe.keys.seals.values() if seal.authority == ASTANA)


def allows(history: KeyHistory, seal: Seal, kind: str, index: int, authority: str | None = None) -> bool:
    try:
        key = history.key_for(seal.kid, authority or seal.authority, kind, index)
    except NotAuthorised:
        return False
    assert key == key_of(seal.certificate)
    return True


def test_a_seal_signs_above_the_index_of_its_authorisation(history: KeyHistory, scribe: Scribe) -> None:
    assert [allows(history, almaty(scribe), FILED, index) for index in (0, 1, 2, 999)] == [
        False,
        False,
        True,
        True,
    ]


def test_a_seal_signs_its_types_for_its_authority_and_nothing_else(
    history: KeyHistory, scribe: Scribe
) -> None:
    seal = almaty(scribe)
    assert allows(history, seal, RECEIPT, 2)
    assert allows(history, seal, "claim.ClaimTaken.v1", 2)
    for kind in ("claim.ClaimReleased.v1", "claim.ClaimTaken.v10", "cases.CaseFiled.v1", "case", "keys.X.v1"):
        assert not allows(history, seal, kind, 2)
    assert not allows(history, seal, FILED, 2, authority=ASTANA)
    assert not allows(history, astana(scribe), FILED, 2)


def test_the_registrar_signs_keys_events_from_the_first_on_and_nothing_else(
    history: KeyHistory, scribe: Scribe
) -> None:
    assert allows(history, scribe.keys.registrar, "keys.LogOpened.v1", 0)
    assert allows(history, scribe.keys.registrar, "keys.SealAuthorised.v1", 5)
    assert not allows(history, scribe.keys.registrar, FILED, 5)


def test_the_log_says_whose_it_is_and_who_receives(history: KeyHistory) -> None:
    assert (history.log, history.stream, history.countries) == (LOG, STREAM, ("KG", "KZ"))


def test_a_log_is_opened_once_and_first(scribe: Scribe) -> None:
    history = KeyHistory(scribe.keys.root)
    for event, index in [(scribe.authorised(almaty(scribe), "case.*"), 0), (scribe.opened(), 1)]:
        with pytest.raises(NotAuthorised, match="opens it"):
            history.record(event, index)
    history.record(scribe.opened(), 0)
    for index in (0, 1):
        with pytest.raises(NotAuthorised, match="opens it"):
            history.record(scribe.opened(), index)


def test_the_keys_stream_is_taken_in_order(history: KeyHistory, scribe: Scribe) -> None:
    with pytest.raises(NotAuthorised, match="after the event at index 1"):
        history.record(scribe.authorised(astana(scribe), "case.*"), 1)


def test_another_root_than_the_one_given_is_refused(scribe: Scribe, foreign: Scribe) -> None:
    """Everything else in a log can be made up by its operator."""
    with pytest.raises(NotAuthorised, match="root certificate"):
        KeyHistory(scribe.keys.root).record(foreign.opened(), 0)
    with pytest.raises(NotAuthorised, match="does not lead"):
        KeyHistory(scribe.keys.root).record(foreign.opened(root=b64url(scribe.keys.root)), 0)


def test_a_log_is_opened_by_the_registrar_it_states(scribe: Scribe) -> None:
    history = KeyHistory(scribe.keys.root)
    for event in [scribe.opened(by=almaty(scribe)), scribe.opened(authority=ALMATY)]:
        with pytest.raises(NotAuthorised):
            history.record(event, 0)
    with pytest.raises(BadSignature):
        history.record(forged(scribe.opened()), 0)
    assert history.countries == ()


def forged(event: Parsed) -> Parsed:
    return event._replace(signature=bytes([event.signature[0] ^ 1]) + event.signature[1:])


def test_only_the_registrar_authorises_and_retires(
    history: KeyHistory, scribe: Scribe, foreign: Scribe
) -> None:
    seal = almaty(scribe)
    for by in (seal, foreign.keys.registrar):
        for event in [
            scribe.authorised(astana(scribe), "case.*", by=by),
            scribe.authorised(astana(scribe), "case.*", by=by, authority=by.authority),
            scribe.retired(seal.kid, 2, by=by),
        ]:
            with pytest.raises(NotAuthorised):
                history.record(event, 2, ROOT)
    with pytest.raises(BadSignature):
        history.record(forged(scribe.authorised(astana(scribe), "case.*")), 2)
    assert not allows(history, astana(scribe), FILED, 3)
    assert allows(history, seal, FILED, 3)


@pytest.mark.parametrize(
    "types",
    [
        [],
        ["*"],
        [".*"],
        ["case*"],
        ["case.*.v1"],
        [""],
        [1],
        ["keys.SealRetired.v1"],
        ["keys.Seal.*"],
        ["case.*", "keys.*"],
        ["keys.*", "keys.*"],
    ],
)
def test_patterns_are_exact_types_or_prefixes_and_never_reach_the_keys(
    history: KeyHistory, scribe: Scribe, types: list[Any]
) -> None:
    with pytest.raises(NotAuthorised, match="form"):
        history.record(scribe.authorised(astana(scribe), *types), 2)


def test_a_certificate_is_its_authoritys_under_this_root_and_within_its_term(
    history: KeyHistory, scribe: Scribe, foreign: Scribe
) -> None:
    seal, late = astana(scribe), AT + SEAL_TERM + timedelta(days=1)
    for event in [
        scribe.authorised(seal, "case.*", office=ALMATY),
        scribe.authorised(astana(foreign), "case.*"),
        scribe.authorised(seal, "case.*", at=AT - timedelta(days=1)),
        scribe.authorised(seal, "case.*", at=late),
        scribe.authorised(Seal("", ASTANA, scribe.keys.ca, seal.private_key), "case.*"),
        scribe.authorised(Seal("", ASTANA, b"no certificate", seal.private_key), "case.*"),
        scribe.authorised(seal, "case.*", time="yesterday"),
    ]:
        with pytest.raises(NotAuthorised):
            history.record(event, 2)
    history.record(scribe.authorised(seal, "case.*"), 2)
    assert allows(history, seal, FILED, 3)


def test_a_seal_may_be_given_more_types_later(history: KeyHistory, scribe: Scribe) -> None:
    seal = almaty(scribe)
    history.record(scribe.authorised(seal, "entry.*"), 7)
    assert [allows(history, seal, "entry.EntryCreated.v1", index) for index in (7, 8)] == [False, True]
    assert allows(history, seal, FILED, 2)


def test_a_retired_seal_signed_below_its_size_and_never_again(history: KeyHistory, scribe: Scribe) -> None:
    """An event that is back-dated with a retired key stands at an index that is too high."""
    seal = almaty(scribe)
    history.record(scribe.retired(seal.kid, 9), 9, ROOT)
    assert [allows(history, seal, FILED, index) for index in (2, 8, 9, 10)] == [True, True, False, False]
    for event in (scribe.retired(seal.kid, 10), scribe.authorised(seal, "case.*")):
        with pytest.raises(NotAuthorised):
            history.record(event, 10, ROOT)
    assert history.not_covered == []


def test_a_retirement_states_its_own_index_and_the_root_before_it(
    history: KeyHistory, scribe: Scribe
) -> None:
    seal = almaty(scribe)
    for event in [
        scribe.retired(seal.kid, 8),
        scribe.retired(seal.kid, 10),
        scribe.retired(seal.kid, 9, root=bytes(32)),
        scribe.retired(seal.kid, 9, root=bytes(31)),
        scribe.retired(astana(scribe).kid, 9),
        scribe.retired(seal.kid, size=True),
        scribe.retired(seal.kid, "9"),
    ]:
        with pytest.raises(NotAuthorised):
            history.record(event, 9, ROOT)
    assert allows(history, seal, FILED, 10)


def test_the_root_of_a_real_log_fits(scribe: Scribe) -> None:
    history, tree, seal = KeyHistory(scribe.keys.root), Frontier(), almaty(scribe)
    for index, event in enumerate([scribe.opened(), scribe.authorised(seal, "case.*")]):
        history.record(event, index, tree.root())
        tree.append(leaf(event.signature[:32]))
    history.record(scribe.retired(seal.kid, 2, tree.root()), 2, tree.root())
    assert not allows(history, seal, FILED, 2)


def test_who_holds_a_part_of_the_log_says_so_and_may_confirm_later(
    history: KeyHistory, scribe: Scribe
) -> None:
    history.record(scribe.retired(almaty(scribe).kid, 9), 9)
    assert history.unconfirmed == {9: ROOT}
    assert history.not_covered == ["the root stated by the retirement at index 9 was not computed again"]
    with pytest.raises(NotAuthorised, match="another root"):
        history.confirm(9, bytes(32))
    history.confirm(8, bytes(32))  # nobody stated anything about this size
    history.confirm(9, ROOT)
    assert history.not_covered == []


def test_the_registrar_authorises_a_successor_who_may_then_retire_it(
    history: KeyHistory, scribe: Scribe
) -> None:
    first = scribe.keys.registrar
    successor = scribe.keys.new_seal(REGISTRAR, AT)
    history.record(scribe.authorised(successor, "keys.*"), 4)
    with pytest.raises(NotAuthorised):
        history.record(scribe.retired(first.kid, 4, by=successor), 4, ROOT)
    with pytest.raises(NotAuthorised, match="again"):
        history.record(scribe.authorised(successor, "case.*"), 5)
    history.record(scribe.retired(first.kid, 6, by=successor), 6, ROOT)
    history.record(scribe.authorised(astana(scribe), "case.*", by=successor), 7)
    assert allows(history, astana(scribe), FILED, 8)
    with pytest.raises(NotAuthorised, match="retired"):
        history.record(scribe.authorised(astana(scribe), "entry.*", by=first), 8)


def test_where_the_registrars_key_is_lost_the_root_certifies_the_next(
    history: KeyHistory, scribe: Scribe
) -> None:
    """A certificate from the CA, which is online, does not do."""
    from_ca = scribe.keys.new_seal(REGISTRAR, AT)
    from_root = scribe.keys.new_seal(REGISTRAR, AT, by_root=True)
    with pytest.raises(NotAuthorised, match="does not lead"):
        history.record(scribe.authorised(from_ca, "keys.*", by=from_ca), 4)
    with pytest.raises(NotAuthorised):
        history.record(scribe.authorised(from_root, "case.*", by=from_root), 4)
    with pytest.raises(NotAuthorised, match="own name"):
        history.record(scribe.authorised(from_root, "keys.*", by=from_root, authority=ALMATY), 4)
    with pytest.raises(BadSignature):
        history.record(forged(scribe.authorised(from_root, "keys.*", by=from_root)), 4)
    history.record(scribe.authorised(from_root, "keys.*", by=from_root), 4)
    assert [allows(history, from_root, "keys.SealAuthorised.v1", index) for index in (3, 4)] == [False, True]
    history.record(scribe.retired(scribe.keys.registrar.kid, 5, by=from_root), 5, ROOT)
    assert not allows(history, scribe.keys.registrar, "keys.SealAuthorised.v1", 5)


@pytest.mark.parametrize(
    ("kind", "members"),
    [
        ("keys.LogOpened.v2", {}),
        ("case.CaseFiled.v1", {}),
        ("keys.SealRetired.v1", None),
        ("keys.SealRetired.v1", {"kid": "x"}),
        ("keys.SealRetired.v1", {"kid": "x", "reason": "r", "size": 2, "root": "not strict="}),
        (
            "keys.SealAuthorised.v1",
            {"certificate": "AA", "authority": ALMATY, "types": ["case.*"], "more": 1},
        ),
        ("keys.SealAuthorised.v1", {"certificate": "AA", "authority": ALMATY, "types": "case.*"}),
    ],
)
def test_other_events_and_other_forms_are_refused(
    history: KeyHistory, scribe: Scribe, kind: str, members: Any
) -> None:
    with pytest.raises(NotAuthorised):
        history.record(scribe.event(kind, members), 2)


@pytest.mark.parametrize(
    "other", [{"log": "log.kg.tamga.example/v1"}, {"stream": "another"}, {"time": None}, {"type": 1}]
)
def test_events_of_another_log_or_stream_are_refused(history: KeyHistory, scribe: Scribe, other: Any) -> None:
    with pytest.raises(NotAuthorised):
        history.record(scribe.authorised(astana(scribe), "case.*", **other), 2)


@pytest.mark.parametrize(
    "changes", [{"more": 1}, {"ca": 1}, {"countries": "KZ"}, {"countries": [1]}, {"root": "=="}]
)
def test_an_opening_in_another_form_is_refused(scribe: Scribe, changes: Any) -> None:
    with pytest.raises(NotAuthorised):
        KeyHistory(scribe.keys.root).record(scribe.opened(**changes), 0)
