"""Rows of a log, opened: their events as far as their keys exist; what cannot be read is said in its place."""

from collections.abc import Sequence
from typing import NamedTuple

from domain.events import Recorded
from infra.formats import boxes
from infra.formats.boxes import Box
from infra.formats.envelope import KeyOf, boxes_of, read
from infra.log.reading import Row
from infra.stores import vault
from infra.stores.vault import Vault


class Opened(NamedTuple):
    """One row of a log: its event, or the error that reading it ended with."""

    position: int
    stream: str
    seq: int
    type: str
    event: Recorded | None
    error: Exception | None = None


def open_all(rows: Sequence[Row], country: str, key_store: Vault) -> list[Opened]:
    """Every row in its place. The key store is asked once: what is destroyed meanwhile is seen by the next batch.

    Raises vault.Unavailable.
    """
    sealed = [_boxes(row) for row in rows]
    key_of = _keys(key_store, {box.key_id for found in sealed for box in found or ()})
    opened = []
    for row, found in zip(rows, sealed, strict=True):
        position, stream, seq, name, _ = row
        try:
            event = read(row, country, key_of, found)
        except (vault.Unavailable, MemoryError):
            raise
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one event is its stream's trouble alone
            opened.append(Opened(position, stream, seq, name, None, error))
        else:
            opened.append(Opened(position, stream, seq, name, event))
    return opened


def _boxes(row: Row) -> Sequence[Box] | None:
    try:
        return boxes_of(row[4])
    except Exception:  # noqa: BLE001 - whatever was written there: said when it is read
        return None


def _keys(key_store: Vault, key_ids: set[bytes]) -> KeyOf:
    try:
        return key_store.get_all(key_ids).get
    except boxes.Unreadable:  # an altered key is the trouble of those whom it seals
        return key_store.get
