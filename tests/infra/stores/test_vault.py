"""The key store: durable before it is used, and gone when it is destroyed; boxes with the published bytes."""

import base64
import multiprocessing
import multiprocessing.synchronize
import random
import resource
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import aes_key_unwrap, aes_key_wrap
from hypothesis import given
from hypothesis import strategies as st

from infra.formats.boxes import DataKey, Unreadable, open_box, seal, seal_box, split_sealed
from infra.formats.canonical import from_b64url
from infra.stores.vault import BATCH, LOW, Unavailable, Vault
from tests.infra.vectors import event_vectors

KEK = bytes(range(32))
SEAL = event_vectors()["seal"]
EVENT = event_vectors()["events"][SEAL["event"]]
EVENT_HASH = from_b64url(EVENT["hash"])
SEALED = base64.b64decode(SEAL["sealed_base64"])


def published_boxes() -> list[tuple[DataKey, list[str]]]:
    return [
        (key_of(box), [EVENT["disclosures"][place] for place in box["disclosures"]]) for box in SEAL["boxes"]
    ]


def key_of(box: dict[str, Any]) -> DataKey:
    return DataKey(bytes.fromhex(box["key_id_hex"]), bytes.fromhex(box["key_hex"]))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "vault.sqlite"


@pytest.fixture
def vault(path: Path) -> Iterator[Vault]:
    with Vault(path, KEK) as opened:
        yield opened


def test_the_sealed_part_is_the_published_one_whatever_the_order_of_the_boxes() -> None:
    nonces = [bytes.fromhex(box["nonce_hex"]) for box in SEAL["boxes"]]
    assert seal(reversed(published_boxes()), EVENT_HASH, iter(nonces).__next__) == SEALED


def test_each_box_of_the_published_part_opens_to_its_disclosures() -> None:
    boxes = split_sealed(SEALED)
    opened = [
        open_box(key.secret, EVENT_HASH, box) for (key, _), box in zip(published_boxes(), boxes, strict=True)
    ]
    assert opened == [disclosures for _, disclosures in published_boxes()]
    assert [box.key_id for box in boxes] == [key.id for key, _ in published_boxes()]


def test_the_wrapped_key_is_the_published_one() -> None:
    kek, wrapped = bytes.fromhex(SEAL["wrapping_key_hex"]), bytes.fromhex(SEAL["wrapped_key_hex"])
    first = bytes.fromhex(SEAL["boxes"][0]["key_hex"])
    assert aes_key_wrap(kek, first) == wrapped
    assert aes_key_unwrap(kek, wrapped) == first


@given(st.integers(0, len(SEALED) - 1), st.integers(1, 255))
def test_no_byte_of_a_sealed_part_can_be_another(place: int, change: int) -> None:
    altered = bytearray(SEALED)
    altered[place] ^= change
    secrets = {key.id: key.secret for key, _ in published_boxes()}
    with pytest.raises((Unreadable, KeyError)):
        open_all(bytes(altered), secrets)


def open_all(sealed: bytes, secrets: dict[bytes, bytes]) -> None:
    for box in split_sealed(sealed):
        open_box(secrets[box.key_id], EVENT_HASH, box)


@given(st.integers(0, len(SEALED) - 1))
def test_a_part_that_was_cut_off_is_refused_or_lacks_whole_boxes(size: int) -> None:
    """Whole boxes that are missing show against the `boxes` that the event signs."""
    try:
        assert len(split_sealed(SEALED[:size])) < len(SEAL["boxes"])
    except Unreadable:
        return


def test_other_framings_are_refused() -> None:
    first, second = (seal_box(key, EVENT_HASH, texts, bytes(12)) for key, texts in published_boxes()[:2])
    for sealed in (
        b"",
        b"\x01",
        b"\x02" + first,
        b"\x01" + second + first,
        b"\x01" + first + first,
        SEALED + b"\x00",
    ):
        with pytest.raises(Unreadable):
            split_sealed(sealed)


def test_a_box_opens_for_its_event_and_its_key_only() -> None:
    (key, texts), (other, _) = published_boxes()[:2]
    (box,) = split_sealed(seal([(key, texts)], EVENT_HASH))
    assert open_box(key.secret, EVENT_HASH, box) == texts
    for secret, event_hash, moved in [
        (other.secret, EVENT_HASH, box),
        (key.secret, bytes(32), box),
        (key.secret, EVENT_HASH, box._replace(key_id=other.id)),
    ]:
        with pytest.raises(Unreadable):
            open_box(secret, event_hash, moved)


@pytest.mark.parametrize("content", [b'{"a":"b"}', b"[1]", b'[ "a"]', b"text", b""])
def test_a_box_that_holds_no_list_of_disclosures_is_refused(content: bytes) -> None:
    (key, _), *_ = published_boxes()
    (box,) = split_sealed(seal([(key, [])], EVENT_HASH))
    forged = AESGCM(key.secret).encrypt(box.nonce, content, EVENT_HASH + key.id)
    with pytest.raises(Unreadable):
        open_box(key.secret, EVENT_HASH, box._replace(ciphertext=forged))


def test_nonces_are_never_the_same() -> None:
    boxes = published_boxes()
    sealed = [split_sealed(seal(boxes, EVENT_HASH)) for _ in range(20)]
    assert len({box.nonce for part in sealed for box in part}) == 20 * len(boxes)


def test_one_key_seals_one_box_and_a_sealed_part_has_one_at_least() -> None:
    with pytest.raises(ValueError, match="one box"):
        seal(published_boxes()[:1] * 2, EVENT_HASH)
    with pytest.raises(ValueError, match="one box"):
        seal([], EVENT_HASH)


def test_a_key_is_durable_before_it_is_handed_out(vault: Vault, path: Path) -> None:
    key = vault.take()
    ((wrapped,),) = rows(path, "SELECT wrapped FROM data_keys WHERE id = ?", key.id)
    assert aes_key_unwrap(KEK, wrapped) == key.secret
    (full,) = vault._writer.execute("PRAGMA synchronous").fetchone()  # noqa: SLF001 - the live connection itself
    assert full == 2


def test_no_key_is_handed_out_twice_whoever_asks(vault: Vault, path: Path) -> None:
    taken: list[DataKey] = []
    with Vault(path, KEK) as other, ThreadPoolExecutor(3) as takers:
        for keys in takers.map(take_many, (vault, vault, other)):
            taken.extend(keys)
    assert len({key.id for key in taken}) == len({key.secret for key in taken}) == 3 * BATCH
    assert all(vault.get(key.id) == key.secret for key in taken)


def take_many(vault: Vault) -> list[DataKey]:
    return [vault.take() for _ in range(BATCH)]


def test_keys_are_there_after_a_restart_and_under_their_own_kek_only(path: Path) -> None:
    with Vault(path, KEK) as vault:
        keys = [vault.take() for _ in range(3)]
    with Vault(path, KEK) as again:
        assert [again.get(key.id) for key in keys] == [key.secret for key in keys]
        assert again.take() not in keys
        assert again.get(bytes(16)) is None
    with pytest.raises(Unreadable):
        Vault(path, bytes(32))


def test_only_the_owner_reads_the_file(vault: Vault, path: Path) -> None:
    vault.take()
    assert {file.stat().st_mode & 0o777 for file in path.parent.iterdir()} == {0o600}


def test_a_destroyed_key_is_unknown_at_once_also_to_another_process(vault: Vault, path: Path) -> None:
    key, kept = vault.take(), vault.take()
    context = multiprocessing.get_context("spawn")
    has_read, is_destroyed = context.Event(), context.Event()
    answers = context.Queue()
    reader = context.Process(target=read_twice, args=(path, key.id, has_read, is_destroyed, answers))
    reader.start()
    assert has_read.wait(30)
    vault.destroy([key.id])
    vault.destroy([key.id])  # twice is once
    is_destroyed.set()
    assert [answers.get(timeout=30), answers.get(timeout=30)] == [key.secret, None]
    reader.join()
    assert vault.get(key.id) is None
    assert vault.get(kept.id) == kept.secret


def read_twice(
    path: Path,
    key_id: bytes,
    has_read: multiprocessing.synchronize.Event,
    is_destroyed: multiprocessing.synchronize.Event,
    answers: Any,
) -> None:
    with Vault(path, KEK) as vault:
        answers.put(vault.get(key_id))
        has_read.set()
        is_destroyed.wait(30)
        answers.put(vault.get(key_id))


def test_of_destroyed_keys_no_wrapped_byte_is_left(vault: Vault, path: Path) -> None:
    """Deleted rows would leave copies behind: SQLite does not wipe what it moves between pages."""
    chance = random.Random(11)  # noqa: S311 - which keys fall, not what they are
    keys = [vault.take() for _ in range(3 * BATCH)]
    wrapped = dict(rows(path, "SELECT id, wrapped FROM data_keys"))
    chance.shuffle(keys)
    gone: list[DataKey] = []
    while len(keys) > BATCH:
        count = chance.choice([1, 3, 40, 200])
        vault.destroy(key.id for key in keys[:count])
        gone, keys = gone + keys[:count], [*keys[count:], vault.take()]
    disk = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert not [key for key in gone if wrapped[key.id] in disk or key.secret in disk]
    assert all(vault.get(key.id) == key.secret for key in keys)


def test_a_reader_that_holds_the_log_is_told_and_destroying_again_succeeds(path: Path, vault: Vault) -> None:
    key = vault.take()
    vault._writer.execute("PRAGMA busy_timeout = 50")  # noqa: SLF001 - five seconds are long for a test
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM data_keys").fetchall()
    with pytest.raises(Unavailable, match="reader"):
        vault.destroy([key.id])
    assert vault.get(key.id) is None
    reader.close()
    vault.destroy([key.id])
    assert path.with_name("vault.sqlite-wal").stat().st_size == 0


def test_a_locked_store_hands_out_what_it_has_and_refuses_when_that_is_gone(path: Path, vault: Vault) -> None:
    """Making keys ahead does not hold up who takes one; only an empty pool does."""
    vault.take()
    vault._writer.execute("PRAGMA busy_timeout = 50")  # noqa: SLF001 - five seconds are long for a test
    with locked(path):
        keys = [vault.take() for _ in range(BATCH - 1)]
        with pytest.raises(Unavailable, match="locked"):
            vault.take()
        assert all(vault.get(key.id) == key.secret for key in keys)
    assert vault.get(vault.take().id) is not None


def test_a_full_disk_refuses_clearly_and_is_forgotten_when_there_is_room_again(
    path: Path, vault: Vault
) -> None:
    first = vault.take()
    with full_disk(path.with_name("vault.sqlite-wal").stat().st_size):
        for _ in range(BATCH - 1):
            vault.take()
        with pytest.raises(Unavailable):
            vault.take()
        assert vault.get(first.id) == first.secret
    later = [vault.take() for _ in range(LOW + 1)]
    assert all(vault.get(key.id) == key.secret for key in later)
    vault.destroy([first.id])
    assert vault.get(first.id) is None


def test_on_a_full_disk_no_store_is_made_by_halves(path: Path) -> None:
    with full_disk(5_000), pytest.raises(Unavailable):
        Vault(path, KEK)
    assert list(path.parent.iterdir()) == []


def test_a_closed_store_says_so(path: Path) -> None:
    vault = Vault(path, KEK)
    key = vault.take()
    vault.close()
    vault.close()
    for use in (vault.take, lambda: vault.get(key.id), lambda: vault.destroy([key.id])):
        with pytest.raises(Unavailable):
            use()


def test_a_file_that_is_no_key_store_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "vault.sqlite").write_bytes(b"not a database, but long enough to be read as one" * 20)
    with pytest.raises(Unavailable):
        Vault(tmp_path / "vault.sqlite", KEK)
    with pytest.raises(Unavailable):
        Vault(tmp_path / "no folder" / "vault.sqlite", KEK)


def test_many_processes_may_open_a_new_store_at_once(path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    takers = [context.Process(target=take_one, args=(path,)) for _ in range(4)]
    for taker in takers:
        taker.start()
    for taker in takers:
        taker.join()
    assert [taker.exitcode for taker in takers] == [0] * 4
    assert rows(path, "SELECT count(*) FROM data_keys") == [(4 * BATCH,)]


def take_one(path: Path) -> None:
    with Vault(path, KEK) as vault:
        key = vault.take()
        assert vault.get(key.id) == key.secret


def test_a_key_does_not_show_its_secret() -> None:
    key = DataKey(bytes(16), b"s" * 32)
    assert "s" * 8 not in repr(key)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another process in the middle of a write."""
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        writer.close()


@contextmanager
def full_disk(room: int) -> Iterator[None]:
    """No file of this process grows beyond so many bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def rows(path: Path, query: str, *values: bytes) -> list[Any]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query, values).fetchall()


def test_where_the_system_gives_no_thread_taking_fails_in_time_and_works_again_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_more(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with Vault(tmp_path / "new.sqlite", bytes(32)) as new:
        with monkeypatch.context() as patch:
            patch.setattr(threading.Thread, "start", no_more)
            with pytest.raises(Unavailable, match="thread"):
                new.take()
        assert new.take()
