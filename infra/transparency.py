"""The transparency log's arithmetic: RFC 6962 trees, C2SP checkpoints and notes; stores and sends nothing.

A tree's nodes are 32 bytes, leaves are given as leaf hashes. Proofs are lists of nodes in the order of RFC
9162. Sources: RFC 6962 section 2.1, RFC 9162 section 2.1 (verification); C2SP signed-note, tlog-checkpoint,
tlog-cosignature.
"""

import base64
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import IntEnum
from typing import NamedTuple

from infra.canonical import sha256
from infra.signing import ed25519_verify


class Frontier:
    """A growing tree of which only the roots of its complete subtrees are kept: O(log n) memory."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []

    def append(self, leaf_hash: bytes) -> None:
        """Add the next leaf."""
        carried, size = leaf_hash, self.size
        while size & 1:
            carried = node(self._peaks.pop(), carried)
            size >>= 1
        self._peaks.append(carried)
        self.size += 1

    def extend(self, leaf_hashes: Sequence[bytes]) -> None:
        """Add many leaves, whole subtrees at a time: three times as fast as one by one."""
        start = min(-self.size % _BLOCK, len(leaf_hashes))
        for leaf_hash in leaf_hashes[:start]:
            self.append(leaf_hash)
        while start + _BLOCK <= len(leaf_hashes):
            level = leaf_hashes[start : start + _BLOCK]
            while len(level) > 1:
                level = [sha256(b"\x01" + level[n] + level[n + 1]) for n in range(0, len(level), 2)]
            carried, size = level[0], self.size // _BLOCK
            while size & 1:
                carried = node(self._peaks.pop(), carried)
                size >>= 1
            self._peaks.append(carried)
            self.size += _BLOCK
            start += _BLOCK
        for leaf_hash in leaf_hashes[start:]:
            self.append(leaf_hash)

    def root(self) -> bytes:
        """The root over all leaves so far; SHA-256 of nothing where there is none."""
        if not self._peaks:
            return sha256(b"")
        carried = self._peaks[-1]
        for peak in self._peaks[-2::-1]:
            carried = node(peak, carried)
        return carried


def leaf(event_hash: bytes) -> bytes:
    """The leaf of an event: of the entry 0x01 || event hash. Other first bytes are reserved."""
    return leaf_of(b"\x01" + event_hash)


def leaf_of(entry: bytes) -> bytes:
    """The leaf of any entry."""
    return sha256(b"\x00" + entry)


def node(left: bytes, right: bytes) -> bytes:
    """The inner node over two nodes."""
    return sha256(b"\x01" + left + right)


def root(leaves: Iterable[bytes]) -> bytes:
    """The root over these leaves."""
    frontier = Frontier()
    for leaf_hash in leaves:
        frontier.append(leaf_hash)
    return frontier.root()


def inclusion(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The proof that the leaf at `index` stands in the tree over `leaves`; else IndexError."""
    if not 0 <= index < len(leaves):
        raise IndexError(f"no leaf {index} in a tree of {len(leaves)}")
    if len(leaves) == 1:
        return []
    middle = _middle(len(leaves))
    if index < middle:
        return [*inclusion(leaves[:middle], index), root(leaves[middle:])]
    return [*inclusion(leaves[middle:], index - middle), root(leaves[:middle])]


def consistency(leaves: Sequence[bytes], old: int) -> list[bytes]:
    """The proof that the tree over the first `old` leaves is the beginning of the tree over all of them."""
    if not 0 <= old <= len(leaves):
        raise IndexError(f"no tree of {old} in a tree of {len(leaves)}")
    return _consistency(leaves, old, is_whole=True) if old else []


def is_included(leaf_hash: bytes, index: int, size: int, proof: Sequence[bytes], tree_root: bytes) -> bool:
    """Whether the proof leads from the leaf at `index` to the root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    carried, position, last = leaf_hash, index, size - 1
    for sibling in proof:
        if last == 0:
            return False
        if position & 1 or position == last:
            carried = node(sibling, carried)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            carried = node(carried, sibling)
        position, last = position >> 1, last >> 1
    return last == 0 and carried == tree_root


def is_consistent(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows the old tree to be the beginning of the new one (RFC 9162, 2.1.4.2)."""
    if old in {0, new}:
        return old <= new and not proof and old_root == (sha256(b"") if old == 0 else new_root)
    if not 0 < old < new or not proof:
        return False
    nodes = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    position, last = old - 1, new - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    was = now = nodes[0]
    for sibling in nodes[1:]:
        if last == 0:
            return False
        if position & 1 or position == last:
            was, now = node(sibling, was), node(sibling, now)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            now = node(now, sibling)
        position, last = position >> 1, last >> 1
    return last == 0 and was == old_root and now == new_root


class Algorithm(IntEnum):
    """What a key signs: whole notes of its own log, or checkpoints of other logs, with the time."""

    LOG = 0x01
    COSIGNATURE = 0x04


class NoteKey(NamedTuple):
    """The public key (Ed25519, 32 bytes) of a log or a witness, with the name under which it signs."""

    name: str
    algorithm: Algorithm
    public_key: bytes

    @property
    def id(self) -> bytes:
        """The four bytes by which a signature line names its key."""
        return sha256(self.name.encode() + b"\n" + bytes([self.algorithm]) + self.public_key)[:4]


class Checkpoint(NamedTuple):
    """What a log says of itself: its origin, how many entries it has, and the root over them."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The three lines that are signed."""
        return f"{self.origin}\n{self.size}\n{_base64(self.root)}\n"


class BadNote(ValueError):
    """Not a note, or not one that these keys signed; the message says which rule it breaks."""


def vkey(key: NoteKey) -> str:
    """A public key as verifiers want it in their settings: name, id and key in one line."""
    return f"{key.name}+{key.id.hex()}+{_base64(bytes([key.algorithm]) + key.public_key)}"


def key_of(text: str) -> NoteKey:
    """The key in a vkey; raises BadNote."""
    name, _, rest = text.partition("+")
    key_id, _, encoded = rest.partition("+")
    raw = _from_base64(encoded)
    if len(raw) != _KEY_BYTES + 1 or raw[0] not in set(Algorithm) or not _is_name(name):
        raise BadNote("is not the vkey of an Ed25519 log or witness")
    key = NoteKey(name, Algorithm(raw[0]), raw[1:])
    if key.id.hex() != key_id:
        raise BadNote("is a vkey whose key id does not fit")
    return key


def checkpoint_of(text: str) -> Checkpoint:
    """The checkpoint in a note's text, strictly: three lines, without extensions; raises BadNote."""
    origin, _, rest = text.partition("\n")
    size, _, encoded = rest.partition("\n")
    if not size.isdecimal() or not size.isascii() or not encoded.endswith("\n"):
        raise BadNote("is not a checkpoint: origin, size and root, each on its line")
    found = Checkpoint(origin, int(size), _from_base64(encoded[:-1]))
    if not origin or len(found.root) != _HASH_BYTES or found.text != text:
        raise BadNote("is a checkpoint in another form than the one we know")
    return found


def sign_note(text: str, key: NoteKey, sign: Callable[[bytes], bytes]) -> str:
    """The signed note of a log over a text that ends in a newline; `sign` is Ed25519 with its key."""
    if not _is_text(text):
        raise BadNote("a note's text has no control characters, and ends in a newline")
    return f"{text}\n{_line(key, sign(text.encode()))}"


def cosign(note: str, key: NoteKey, sign: Callable[[bytes], bytes], time: int) -> str:
    """The note with a witness's line below; `time`: Unix seconds. The witness has verified it before."""
    text, _, _ = note.rpartition("\n\n")
    signature = sign(_cosigned(f"{text}\n", time))
    return note + _line(key, time.to_bytes(8, "big") + signature)


def verify_note(note: str, keys: Iterable[NoteKey]) -> tuple[str, Mapping[NoteKey, int | None]]:
    """The text of a note, and which keys signed it (a witness: at which Unix second); raises BadNote.

    Lines of unknown keys are passed over; a false line of a known key spoils the note, as does none of a
    known key.
    """
    text, gap, block = note.rpartition("\n\n")
    text += "\n"
    if not gap or not _is_text(text) or not block.endswith("\n"):
        raise BadNote("is not a text, an empty line and lines with signatures")
    known = {(key.name, key.id): key for key in keys}
    signed: dict[NoteKey, int | None] = {}
    for line in block[:-1].split("\n"):
        name, key_id, payload = _parted(line)
        key = known.get((name, key_id))
        if key is not None:
            signed[key] = _time_of(text, key, payload)
    if not signed:
        raise BadNote("bears no signature of a key that we know")
    return text, signed


_HASH_BYTES = 32
_KEY_BYTES = 32
_BLOCK = 256  # leaves that `extend` folds at once
_KEY_ID_BYTES = 4
_SIGNATURE_BYTES = 64
_TIME_BYTES = 8
_DASH = "\u2014 "


def _middle(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1


def _consistency(leaves: Sequence[bytes], old: int, *, is_whole: bool) -> list[bytes]:
    if old == len(leaves):
        return [] if is_whole else [root(leaves)]
    middle = _middle(len(leaves))
    if old <= middle:
        return [*_consistency(leaves[:middle], old, is_whole=is_whole), root(leaves[middle:])]
    return [*_consistency(leaves[middle:], old - middle, is_whole=False), root(leaves[:middle])]


def _line(key: NoteKey, payload: bytes) -> str:
    return f"{_DASH}{key.name} {_base64(key.id + payload)}\n"


def _parted(line: str) -> tuple[str, bytes, bytes]:
    dash, name, encoded = line[:2], *line[2:].partition(" ")[::2]
    raw = _from_base64(encoded)
    if dash != _DASH or not _is_name(name) or len(raw) <= _KEY_ID_BYTES:
        raise BadNote("has a line that is not a signature")
    return name, raw[:_KEY_ID_BYTES], raw[_KEY_ID_BYTES:]


def _time_of(text: str, key: NoteKey, payload: bytes) -> int | None:
    """When this witness signed, None for a log; refuses a signature that is not the key's."""
    time = None
    message = text.encode()
    if key.algorithm is Algorithm.COSIGNATURE:
        time, payload = int.from_bytes(payload[:_TIME_BYTES], "big"), payload[_TIME_BYTES:]
        message = _cosigned(text, time)
    if len(payload) != _SIGNATURE_BYTES or not ed25519_verify(key.public_key, payload, message):
        raise BadNote(f"bears a signature of {key.name} that is not its own")
    return time


def _cosigned(text: str, time: int) -> bytes:
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def _is_text(text: str) -> bool:
    return text.endswith("\n") and not any(letter < " " and letter != "\n" for letter in text)


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(letter.isspace() for letter in name)


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def _from_base64(text: str) -> bytes:
    try:
        raw = base64.b64decode(text)
    except ValueError as error:
        raise BadNote("holds what is not base64") from error
    if _base64(raw) != text:
        raise BadNote("holds base64 in another form than the one we know")
    return raw
