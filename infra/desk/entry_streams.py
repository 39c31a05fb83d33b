"""In which stream the entry under a key stands: the one that is derived from the key; or, where that came to read
otherwise, the one that claims what the key says.

A birth is entered under its mother and its day. When these are corrected its stream stays, and its claims follow. So
whoever holds the claim is the entry; and what comes to be under a key whose stream reads otherwise by now stands in the
next stream that is derived from the key.
"""

from collections.abc import Callable, Collection, Mapping

from domain.entry import Entry, Status
from domain.lookup_keys import Key
from domain.procedures import registers
from infra.desk.streams import Stream
from infra.formats.ids import Ids

Load = Callable[[Mapping[str, str]], Mapping[str, Stream]]


def entry_streams(keys: Collection[Key], ids: Ids, load: Load) -> dict[Key, str]:
    """Of each of these keys of entries that may have moved, the stream in which its entry stands, or is to."""
    claims = {key: claim for key in keys if (claim := _claim_of(key))}
    if not claims:
        return {}
    streams = {key: ids.stream(key) for each in claims.items() for key in each}
    loaded = load({stream: key.family for key, stream in streams.items()})
    return {key: _stands_in(key, loaded[streams[claim]], ids, load) for key, claim in claims.items()}


def free_stream(key: Key, ids: Ids, load: Load) -> str:
    """The first stream of this key in which nothing ever stood."""
    while load({(stream := ids.stream(key)): "entry"})[stream].seq:
        key = _next(key)
    return stream


def _claim_of(key: Key) -> Key | None:
    register = registers().get(key.kind) if key.family == "entry" else None
    return register.claimed_as(key) if register and register.claimed_as else None


def _stands_in(key: Key, claim: Stream, ids: Ids, load: Load) -> str:
    if claim.state.is_settled:
        holder: str = claim.state.holder
        return holder
    under = key
    while _reads_otherwise(load({(stream := ids.stream(under)): "entry"})[stream].state, key):
        under = _next(under)
    return stream


def _reads_otherwise(entry: Entry | None, key: Key) -> bool:
    """Whether an entry that holds is no more what the key says."""
    if entry is None or entry.status != Status.ACTIVE or entry.is_erased:
        return False
    return key not in registers()[entry.register].keys_of(entry.content, None)


def _next(key: Key) -> Key:
    return key._replace(parts=(*key.parts, "again"))
