"""The tree and the notes, against the published vectors and against a second, slower way of counting."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.formats import checkpoints, tree
from infra.formats.canonical import from_b64url, sha256
from infra.formats.signing import ed25519_public, ed25519_sign
from tests.infra.vectors import event_vectors

LOG_SEED = bytes(range(0x20))
WITNESS_SEED = bytes(range(0x20, 0x40))
ORIGIN = "log.example.gov/az/2026"
LOG = checkpoints.NoteKey(ORIGIN, checkpoints.Algorithm.LOG, ed25519_public(LOG_SEED))
WITNESS = checkpoints.NoteKey(
    "witness.example.gov/kz1", checkpoints.Algorithm.COSIGNATURE, ed25519_public(WITNESS_SEED)
)
LEAVES = [tree.leaf_of(b"entry-%d" % number) for number in range(5)]
ROOTS = [
    "QHZrIDNCkCb1PVRQJnmoOXBrR0H43K86i7pfQbX/4HU=",
    "LyelCCwdQq+kiKw1Cp/EOQwIT1T3Hs3/hZ6Y24QptHk=",
    "pkvybgkSj2/i/m+LLYyAHhZrV8BHp82bK4Ceepai8cs=",
    "JWueiCXl03CkrgBdCQHqKRl34pJ/XPjj5yZg3QlRnts=",
    "GqaNMHSQWlgfhMu9D3U3lJBP2ARRvEwT5p2aU7xZUCw=",
]
COSIGNED_AT = 1795348800
NOTE = """\
log.example.gov/az/2026
5
GqaNMHSQWlgfhMu9D3U3lJBP2ARRvEwT5p2aU7xZUCw=

— log.example.gov/az/2026 no3ujBrCaIyKED3ex9Ug7bHxqHslQkgPayfv9K+VCZHRUYPufFMQdjcyokovxahX02nzXPPRh3l95FJMJd1avJDKKw8=
"""
COSIGNATURE = (
    "— witness.example.gov/kz1 BqshwwAAAABrAtlAsSrLHJiMZEnwc/SiPHzZGCwCjXp8Tb3O6GJpAuk5ntK8tR5IXT3T906Ruq"
    "TC3I/+2WBQ2E9J/Mn4bp/o990vCw==\n"
)


def log_signs(message: bytes) -> bytes:
    return ed25519_sign(LOG_SEED, message)


def witness_signs(message: bytes) -> bytes:
    return ed25519_sign(WITNESS_SEED, message)


def test_the_first_leaf_is_the_published_one() -> None:
    assert LEAVES[0].hex() == "40766b2033429026f53d54502679a839706b4741f8dcaf3a8bba5f41b5ffe075"


@pytest.mark.parametrize("size", range(1, 6))
def test_a_tree_of_one_to_five_has_the_published_root(size: int) -> None:
    assert base64.b64encode(tree.root(LEAVES[:size])).decode() == ROOTS[size - 1]


def test_the_leaves_and_roots_of_the_example_append_are_the_published_ones() -> None:
    """The event hash becomes an entry of 33 bytes, and that the leaf; the empty tree has a root too."""
    vectors = event_vectors()
    leaves = [tree.leaf(from_b64url(event["hash"])) for event in vectors["events"]]
    assert [leaf.hex() for leaf in leaves] == vectors["log"]["leaves_hex"]
    roots = [base64.b64encode(tree.root(leaves[:size])).decode() for size in range(len(leaves) + 1)]
    assert roots == vectors["log"]["roots_base64"]


def test_the_published_proofs_are_made_and_accepted() -> None:
    whole = tree.root(LEAVES)
    first, last, grown = tree.inclusion(LEAVES, 2), tree.inclusion(LEAVES, 4), tree.consistency(LEAVES, 4)
    assert [base64.b64encode(node).decode() for node in first] == [
        "J0ebarMh0u5HdFL2i6UndI6GPK/o+9HfK/idFXDRtpc=",
        "LyelCCwdQq+kiKw1Cp/EOQwIT1T3Hs3/hZ6Y24QptHk=",
        "GUu1otW9EOXRqm/V1CmAs1bK8dpiPNmYfEv6L4F3Htc=",
    ]
    assert [base64.b64encode(node).decode() for node in last] == [ROOTS[3]]
    assert [base64.b64encode(node).decode() for node in grown] == [
        "GUu1otW9EOXRqm/V1CmAs1bK8dpiPNmYfEv6L4F3Htc="
    ]
    assert tree.is_included(LEAVES[2], 2, 5, first, whole)
    assert tree.is_included(LEAVES[4], 4, 5, last, whole)
    assert tree.is_consistent(4, 5, tree.root(LEAVES[:4]), whole, grown)


def test_the_vkeys_are_the_published_ones_and_read_back() -> None:
    assert (
        checkpoints.vkey(LOG)
        == "log.example.gov/az/2026+9e8dee8c+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
    )
    assert (
        checkpoints.vkey(WITNESS)
        == "witness.example.gov/kz1+06ab21c3+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X"
    )
    assert [checkpoints.key_of(checkpoints.vkey(key)) for key in (LOG, WITNESS)] == [LOG, WITNESS]


def test_the_signed_and_cosigned_checkpoint_is_the_published_one() -> None:
    checkpoint = checkpoints.Checkpoint(ORIGIN, 5, tree.root(LEAVES))
    note = checkpoints.sign_note(checkpoint.text, LOG, log_signs)
    assert note == NOTE
    cosigned = checkpoints.cosign(note, WITNESS, witness_signs, COSIGNED_AT)
    assert cosigned == NOTE + COSIGNATURE
    text, signed = checkpoints.verify_note(cosigned, [LOG, WITNESS])
    assert signed == {LOG: None, WITNESS: COSIGNED_AT}
    assert checkpoints.checkpoint_of(text) == checkpoint


def test_lines_of_unknown_keys_are_passed_over() -> None:
    """Other algorithms will come; who does not know them reads on."""
    assert checkpoints.verify_note(NOTE + COSIGNATURE, [LOG])[1] == {LOG: None}


def test_a_note_without_a_known_signature_is_refused() -> None:
    with pytest.raises(checkpoints.BadNote, match="no signature"):
        checkpoints.verify_note(NOTE, [WITNESS])


@pytest.mark.parametrize(
    "note",
    [
        NOTE.replace("\n5\n", "\n6\n"),
        NOTE + COSIGNATURE.replace("AAAABr", "AAAABs"),  # another time than the one signed
        NOTE.replace("no3ujBr", "no3ujBs"),
        NOTE.replace("\n\n", "\n"),
        NOTE.replace("—", "-"),
        NOTE.removesuffix("\n"),
        NOTE.replace("ZUCw=", "ZUCx="),  # the same bytes in another base64
        "\x07" + NOTE,
        NOTE.replace("Kw8=", "Kw9="),
        "",
    ],
)
def test_an_altered_note_is_refused(note: str) -> None:
    with pytest.raises(checkpoints.BadNote):
        checkpoints.verify_note(note, [LOG, WITNESS])


@pytest.mark.parametrize(
    "text",
    [
        "log\n05\nGqaNMHSQWlgfhMu9D3U3lJBP2ARRvEwT5p2aU7xZUCw=\n",
        "log\n-5\nGqaNMHSQWlgfhMu9D3U3lJBP2ARRvEwT5p2aU7xZUCw=\n",
        "log\n٥\nGqaNMHSQWlgfhMu9D3U3lJBP2ARRvEwT5p2aU7xZUCw=\n",
        "log\n5\nGqaNMHSQWlgfhMu9D3U3lJBP2ARRvEwT5p2aU7xZUCw=\nmore\n",
        "log\n5\nGqaNMHSQWlgfhMu9D3U3lJBP2ARRvEwT5p2aU7xZ\n",
        "\n5\nGqaNMHSQWlgfhMu9D3U3lJBP2ARRvEwT5p2aU7xZUCw=\n",
        "log\n5\n",
    ],
)
def test_a_checkpoint_in_another_form_is_refused(text: str) -> None:
    with pytest.raises(checkpoints.BadNote):
        checkpoints.checkpoint_of(text)


@pytest.mark.parametrize(
    "text",
    [
        checkpoints.vkey(LOG).replace("9e8dee8c", "9e8dee8d"),
        checkpoints.vkey(LOG).replace("AQOh", "AwOh"),
        checkpoints.vkey(LOG) + "AAAA",
        "log.example.gov",
        "two words" + checkpoints.vkey(LOG).removeprefix(ORIGIN),
    ],
)
def test_an_altered_vkey_is_refused(text: str) -> None:
    with pytest.raises(checkpoints.BadNote):
        checkpoints.key_of(text)


def test_text_with_control_characters_is_not_signed() -> None:
    with pytest.raises(checkpoints.BadNote):
        checkpoints.sign_note("a\tb\n", LOG, log_signs)


sizes = st.integers(1, 70)


@given(sizes)
def test_the_frontier_agrees_with_the_definition_of_rfc_6962(size: int) -> None:
    def tree_hash(leaves: list[bytes]) -> bytes:
        if len(leaves) == 1:
            return leaves[0]
        middle = max(power for power in (2**n for n in range(8)) if power < len(leaves))
        return tree.node(tree_hash(leaves[:middle]), tree_hash(leaves[middle:]))

    leaves = some_leaves(size)
    frontier = tree.Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    assert frontier.size == size
    assert frontier.root() == tree_hash(leaves)


@given(sizes, st.data())
def test_every_leaf_has_a_proof_and_no_other_leaf_has_it(size: int, draw: st.DataObject) -> None:
    leaves = some_leaves(size)
    index = draw.draw(st.integers(0, size - 1))
    other = draw.draw(st.integers(0, size - 1))
    proof, whole = tree.inclusion(leaves, index), tree.root(leaves)
    assert tree.is_included(leaves[index], index, size, proof, whole)
    assert tree.is_included(leaves[other], index, size, proof, whole) == (other == index)
    assert tree.is_included(leaves[index], other, size, proof, whole) == (other == index)
    assert not tree.is_included(leaves[index], index, size, [*proof, whole], whole)
    assert not tree.is_included(leaves[index], index, size, proof[:-1], whole) or size == 1


@given(sizes, st.data())
def test_a_tree_that_grew_proves_it_and_a_changed_one_cannot(size: int, draw: st.DataObject) -> None:
    leaves = some_leaves(size)
    old = draw.draw(st.integers(0, size))
    proof = tree.consistency(leaves, old)
    before, after = tree.root(leaves[:old]), tree.root(leaves)
    assert tree.is_consistent(old, size, before, after, proof)
    forged = tree.root([sha256(b"forged"), *leaves[1:old]])
    assert not tree.is_consistent(old, size, forged, after, proof)
    assert not tree.is_consistent(old, size, before, after, [*proof, after])
    assert not tree.is_consistent(size + 1, size, before, after, proof)


def test_there_is_no_proof_of_what_is_not_in_the_tree() -> None:
    with pytest.raises(IndexError):
        tree.inclusion(LEAVES, 5)
    with pytest.raises(IndexError):
        tree.consistency(LEAVES, 6)
    assert not tree.is_included(LEAVES[0], 5, 5, [], tree.root(LEAVES))
    assert not tree.is_consistent(3, 5, tree.root(LEAVES[:3]), tree.root(LEAVES), [])


def some_leaves(size: int) -> list[bytes]:
    return [tree.leaf_of(number.to_bytes(2, "big")) for number in range(size)]


@given(st.lists(st.integers(0, 1_100), max_size=4))
def test_many_leaves_at_once_are_as_many_one_by_one(counts: list[int]) -> None:
    """Whatever the tree had before, and whether whole subtrees fit in or not."""
    at_once, one_by_one = tree.Frontier(), tree.Frontier()
    for count in counts:
        leaves = [tree.leaf_of(bytes([n % 256, count % 256])) for n in range(count)]
        at_once.extend(leaves)
        for leaf in leaves:
            one_by_one.append(leaf)
        assert (at_once.size, at_once.root()) == (one_by_one.size, one_by_one.root())
