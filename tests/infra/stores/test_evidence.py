"""Evidence: sealed on disk, whole or not there, gone when nobody filed it, and gone with its key."""

import uuid
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.refusals import Invalid
from infra.formats.canonical import b64url, from_b64url, sha256
from infra.stores.evidence import LARGEST, Damaged, EvidenceStore, Unavailable
from tests.infra.one_country import MONDAY, OneCountry

PDF = b"%PDF-1.4 \xc5\x9eirin's contract\n%%EOF\n"
PICTURES = {"image/jpeg": b"\xff\xd8\xff\xe0 a picture", "image/png": b"\x89PNG\r\n\x1a\n a picture"}
CASE = str(uuid.UUID(int=7))
ME = "my keyed id"


@pytest.fixture
def store(kazakhstan: OneCountry) -> EvidenceStore:
    return kazakhstan.evidence


@pytest.fixture
def folder(kazakhstan: OneCountry) -> Path:
    return kazakhstan.folder / "evidence"


def upload(store: EvidenceStore, raw: bytes = PDF, owner: str = ME) -> Mapping[str, str]:
    kept = store.upload(raw, None, owner, MONDAY)
    return {"evidence_id": kept.id, "sha256_": kept.sha256, "owner": owner}


def filed(store: EvidenceStore, uploaded: Mapping[str, str], case: str = CASE) -> Any:
    return store.file(kind="contract", pointer="/evidence/0", case=case, **uploaded)


def nothing(_case: str, _key: str) -> bool:
    return False


def everything(_case: str, _key: str) -> bool:
    return True


@pytest.mark.parametrize(("declared", "raw"), [("application/pdf", PDF), *PICTURES.items()])
def test_a_file_is_taken_for_what_its_bytes_are(store: EvidenceStore, declared: str, raw: bytes) -> None:
    for said in (declared, None, "", "application/octet-stream"):
        kept = store.upload(raw, said, ME, MONDAY)
        assert (kept.media_type, kept.size, kept.sha256) == (declared, len(raw), b64url(sha256(raw)))


@pytest.mark.parametrize(
    ("declared", "raw", "code"),
    [
        ("application/pdf", PICTURES["image/png"], "evidence_of_another_kind"),
        (None, b"MZ a program", "not_evidence"),
        (None, b"", "not_evidence"),
        (None, PDF + bytes(LARGEST), "too_large"),
    ],
)
def test_what_is_not_what_it_says_or_too_large_is_refused_and_not_kept(
    store: EvidenceStore, folder: Path, declared: str | None, raw: bytes, code: str
) -> None:
    with pytest.raises(Invalid) as refused:
        store.upload(raw, declared, ME, MONDAY)
    assert [fault.code for fault in refused.value.errors] == [code]
    assert [path for path in folder.rglob("*") if path.is_file()] == []


def test_what_was_brought_is_filed_and_read_again(store: EvidenceStore) -> None:
    piece = filed(store, upload(store))
    assert store.read(piece["id"], piece["key"]) == PDF
    assert piece["sha256"] == b64url(sha256(PDF))
    assert (piece["kind"], piece["media_type"], piece["size"]) == ("contract", "application/pdf", len(PDF))


def test_nothing_of_it_stands_in_clear_on_the_disk(store: EvidenceStore, folder: Path) -> None:
    """Neither the bytes nor their hash nor whose they are: not even before it is filed."""
    uploaded = upload(store)
    filed(store, uploaded)
    raw = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    for secret in (PDF, PDF[9:20], ME.encode(), uploaded["sha256_"].encode(), sha256(PDF)):
        assert secret not in raw


def test_each_case_seals_it_under_a_key_of_its_own(store: EvidenceStore) -> None:
    """The same upload filed in two cases; the erasure of one leaves the other's."""
    uploaded = upload(store)
    one, other = filed(store, uploaded), filed(store, uploaded, str(uuid.UUID(int=8)))
    assert one["key"] != other["key"]
    store.discard([one])
    assert store.read(one["id"], one["key"]) is None
    assert store.read(other["id"], other["key"]) == PDF


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"evidence_id": str(uuid.UUID(int=9))}, "evidence_unknown"),
        ({"owner": "somebody else"}, "evidence_unknown"),
        ({"sha256_": b64url(sha256(b"other"))}, "evidence_differs"),
    ],
)
def test_nobody_files_what_they_did_not_bring(
    store: EvidenceStore, folder: Path, change: dict[str, str], code: str
) -> None:
    uploaded = {**upload(store), **change}
    with pytest.raises(Invalid) as refused:
        filed(store, uploaded)
    assert [fault.code for fault in refused.value.errors] == [code]
    assert refused.value.errors[0].pointer.startswith("/evidence/0/")
    assert list((folder / "new").iterdir()) == []


def test_under_another_name_or_key_the_bytes_do_not_open(store: EvidenceStore, folder: Path) -> None:
    """They are bound to their id and to the case; what was moved or changed is not read, nor said to be erased."""
    one, other = filed(store, upload(store)), filed(store, upload(store, PICTURES["image/png"]))
    with pytest.raises(Damaged):
        store.read(other["id"], one["key"])
    path = folder / "new" / from_b64url(one["key"]).hex()
    sealed = path.read_bytes()
    for changed in (
        sealed[:30] + b"\1" + sealed[31:],
        sealed[:-1] + bytes([sealed[-1] ^ 1]),
        sealed[:20],
        b"",
    ):
        path.write_bytes(changed)
        with pytest.raises(Damaged):
            store.read(one["id"], one["key"])
    path.write_bytes(sealed)
    assert store.read(one["id"], one["key"]) == PDF


def test_an_upload_that_nobody_filed_is_gone_after_a_day(kazakhstan: OneCountry, folder: Path) -> None:
    store = kazakhstan.evidence
    uploaded = upload(store)
    assert store.forget_uploads(MONDAY + timedelta(hours=23), nothing) == 0
    filed(store, uploaded)
    assert store.forget_uploads(MONDAY + timedelta(hours=25), everything) == 1
    with pytest.raises(Invalid):
        filed(store, uploaded)
    assert list((folder / "uploads").iterdir()) == []


@pytest.mark.parametrize(("has", "places"), [(everything, {"kept"}), (nothing, set[str]())])
def test_after_a_day_the_case_is_asked_whether_it_took_what_was_sealed_for_it(
    kazakhstan: OneCountry, folder: Path, has: Callable[[str, str], bool], places: set[str]
) -> None:
    """The filing was refused, or the house was killed before it: nothing is kept that no case has."""
    store = kazakhstan.evidence
    piece = filed(store, upload(store))
    asked: list[tuple[str, str]] = []

    def case_has(case: str, key: str) -> bool:
        asked.append((case, key))
        return has(case, key)

    store.forget_uploads(MONDAY + timedelta(hours=23), case_has)
    assert asked == []
    store.forget_uploads(MONDAY + timedelta(hours=25), case_has)
    assert asked == [(CASE, piece["key"])]
    found = {path.parent.name for path in folder.rglob("*") if path.is_file()}
    assert found == places
    assert store.read(piece["id"], piece["key"]) == (PDF if places else None)
    assert (kazakhstan.vault.get(from_b64url(piece["key"])) is not None) == bool(places)
    store.forget_uploads(MONDAY + timedelta(days=99), case_has)
    assert len(asked) == 1


def test_what_is_filed_late_in_the_day_has_its_own_day(kazakhstan: OneCountry) -> None:
    """The upload was brought 23 hours before: the case that takes it now is not asked an hour later."""
    store = kazakhstan.evidence
    uploaded = upload(store)
    kazakhstan.later(hours=23)
    piece = filed(store, uploaded)
    store.forget_uploads(kazakhstan.at + timedelta(hours=2), nothing)
    assert store.read(piece["id"], piece["key"]) == PDF


def test_a_key_takes_its_file_with_it_and_other_keys_are_passed_over(
    store: EvidenceStore, folder: Path
) -> None:
    """A file that is not there while its key is was not erased: it is lost."""
    piece = filed(store, upload(store))
    store.forget([bytes(16), from_b64url(piece["key"])])
    store.forget([from_b64url(piece["key"])])
    assert list((folder / "new").iterdir()) == []
    with pytest.raises(Damaged):
        store.read(piece["id"], piece["key"])


def test_a_key_that_is_destroyed_takes_the_bytes_with_it(kazakhstan: OneCountry) -> None:
    """The file is deleted by the follower; until then it cannot be read."""
    piece = filed(kazakhstan.evidence, upload(kazakhstan.evidence))
    kazakhstan.vault.destroy([from_b64url(piece["key"])])
    assert kazakhstan.evidence.read(piece["id"], piece["key"]) is None


def test_half_a_file_is_no_file_and_is_swept_away(store: EvidenceStore, folder: Path) -> None:
    """The house was killed while it wrote."""
    half = folder / "uploads" / ".half"
    half.write_bytes(b"half")
    store.forget_uploads(MONDAY - timedelta(days=99), nothing)
    assert half.exists()
    store.forget_uploads(MONDAY + timedelta(days=99), nothing)
    assert not half.exists()


def test_where_nothing_can_be_written_it_says_so_and_keeps_nothing(
    kazakhstan: OneCountry, folder: Path
) -> None:
    """A file stands where the folder should be: as good as a full disk."""
    (folder / "uploads").rmdir()
    (folder / "uploads").write_bytes(b"")
    with pytest.raises(Unavailable):
        upload(kazakhstan.evidence)
