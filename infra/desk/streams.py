"""The streams of one log as the desk knows them: heads, keys and folded states; read from the log, kept while
hot.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from domain.events import PersonalDataErased, Recorded
from domain.families import FAMILIES
from infra.formats.envelope import boxes_of, read
from infra.log.event_store import Row
from infra.stores.vault import Vault

HOT: Final = 20_000  # streams kept; a case with its request takes about 4 kB


class Stream(NamedTuple):
    """A stream at its newest event.

    ``keys`` maps whose -> ids (base64url) of the data keys that seal what is about them, the newest last: an entry that
    changed hands has a key for each owner. Keys that an erasure named are not among them.
    """

    id: str
    family: str
    seq: int = 0
    head: str | None = None
    to: tuple[str, ...] = ()
    keys: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    state: Any = None

    @classmethod
    def begin(cls, stream: str, family: str) -> "Stream":
        """A stream in which nothing has happened."""
        return cls(stream, family, state=FAMILIES[family].empty)


class Streams:
    """The streams that were needed lately; the desk trusts them while the log is as long as it believes."""

    def __init__(self, country: str, key_store: Vault) -> None:
        self.country = country
        self.vault = key_store
        self._hot: OrderedDict[str, Stream] = OrderedDict()

    def cold(self, wanted: Mapping[str, str]) -> dict[str, str]:
        """Those of the wanted streams that would have to be read."""
        return {stream: family for stream, family in wanted.items() if stream not in self._hot}

    def hot(self, stream: str, family: str) -> Stream | None:
        """A stream of this family as it is known, or None: it would have to be read."""
        known = self._hot.get(stream)
        if known is None or known.family != family:
            return None
        self._hot.move_to_end(stream)
        return known

    def load(
        self, wanted: Mapping[str, str], rows_of: Callable[[Sequence[str]], list[Row]]
    ) -> dict[str, Stream]:
        """Streams by id (``wanted``: id -> family) as the log has them; empty where there are none."""
        cold = [stream for stream in wanted if stream not in self._hot]
        if cold:
            read_now = {stream: Stream.begin(stream, wanted[stream]) for stream in cold}
            for row, recorded in self._read(rows_of(cold)):
                if row[2] == 1:  # whatever was believed of it
                    read_now[row[1]] = Stream.begin(row[1], recorded.family)
                read_now[row[1]] = after(read_now[row[1]], recorded)
            for stream in read_now.values():
                self.keep(stream)
        found = {}
        for name, family in wanted.items():
            known = self._hot[name]
            self._hot.move_to_end(name)
            found[name] = known if known.family == family else Stream.begin(name, family)
        return found

    def folded(self, stream: Stream, rows: Sequence[Row]) -> Stream:
        """The stream after these events of its own."""
        for _, recorded in self._read(rows):
            stream = after(stream, recorded)
        return stream

    def _read(self, rows: Sequence[Row]) -> Iterator[tuple[Row, Recorded]]:
        boxes = [boxes_of(row[4]) for row in rows]
        keys = self.vault.get_all({box.key_id for of_one in boxes for box in of_one})
        for row, of_one in zip(rows, boxes, strict=True):
            yield row, read(row, self.country, keys.get, of_one)

    def keep(self, stream: Stream) -> Stream | None:
        """Remember the stream's newest state; the one that was remembered."""
        before = self._hot.get(stream.id)
        self._hot[stream.id] = stream
        return before

    def forget(self, *streams: str) -> None:
        """Read these again next time: somebody else appended to them."""
        for stream in streams:
            self._hot.pop(stream, None)

    def forget_all(self) -> None:
        """Read all of them again."""
        self._hot.clear()

    def trim(self) -> None:
        """Let go of those that were not needed lately: between batches, and far more are kept than the batches
        on their way into the log can touch, which is not in the log yet.
        """
        while len(self._hot) > HOT:
            self._hot.popitem(last=False)


def after(stream: Stream, recorded: Recorded) -> Stream:
    """The stream after the event."""
    family = recorded.family
    return Stream(
        stream.id,
        family,
        recorded.seq,
        recorded.hash,
        recorded.to,
        _keys_after(stream.keys, recorded),
        FAMILIES[family].evolve(stream.state, recorded),
    )


def _keys_after(keys: Mapping[str, tuple[str, ...]], recorded: Recorded) -> Mapping[str, tuple[str, ...]]:
    if isinstance(recorded.event, PersonalDataErased):
        gone = set(recorded.event.keys)
        left = {whose: tuple(key for key in known if key not in gone) for whose, known in keys.items()}
        return {whose: known for whose, known in left.items() if known}
    for whose, key in recorded.keys.items():
        known = keys.get(whose, ())
        if key not in known:
            keys = {**keys, whose: (*known, key)}
    return keys
