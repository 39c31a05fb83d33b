"""Evidence: files that were brought, sealed on disk; first under a key of the upload, then under one for the
case.

A file is whole or not there: written beside its place, synced, renamed. Its bytes are AES-256-GCM under a
data key of the vault, so destroying the key destroys the evidence. There are three folders:

- ``uploads/<id>``: brought by somebody, not filed; gone after a day. May be filed several times, in several
  cases; what stands for one act alone is ``<id>.used`` from then on, for the rest of its day;
- ``new/<key id>``: sealed for a case, which may not have said so yet; after a day it is asked, and the
  evidence moved on, or destroyed (``forget_uploads``);
- ``kept/<key id>``: a case has it. It falls with its key (``forget``).

    Unavailable    the folder cannot be written now (disk full); nothing was kept
    Damaged        what was filed is altered or lost, and its key says that nobody erased it
"""

import json
import logging
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from domain.events import Attachment
from domain.refusals import Fault, Invalid
from infra.formats.boxes import DataKey, Unreadable, open_bytes, seal_bytes
from infra.formats.canonical import b64url, from_b64url, sha256
from infra.runtime.clock import Clock
from infra.runtime.whole_file import sync, write
from infra.stores.vault import Vault

LARGEST: Final = 10_000_000
KEPT_UNFILED: Final = timedelta(days=1)
_MAGIC: Final = (
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
)
logger = logging.getLogger(__name__)


class Unavailable(Exception):
    """Evidence cannot be written at this moment; nothing was kept."""


class Damaged(Exception):
    """A piece is not there as it was filed, and was not erased: the house has lost or altered it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """What is known of an upload: by whom (a keyed id), when, and what the bytes are."""

    id: str
    owner: str
    at: str
    sha256: str
    media_type: str
    size: int
    key: str


class EvidenceStore:
    """The evidence of one country."""

    def __init__(self, folder: Path, vault: Vault, clock: Clock) -> None:
        self._uploads, self._new, self._kept = (folder / name for name in ("uploads", "new", "kept"))
        self._vault = vault
        self._clock = clock
        for place in (self._uploads, self._new, self._kept):
            place.mkdir(parents=True, exist_ok=True, mode=0o700)

    def upload(self, raw: bytes, declared: str | None, owner: str, at: datetime) -> Upload:
        """Keep an upload. Raises Invalid for bytes that are not what they say, or too many."""
        if len(raw) > LARGEST:
            raise Invalid(Fault("/file", "too_large", {"most": LARGEST}), code="evidence_wrong")
        media_type = next((name for magic, name in _MAGIC if raw.startswith(magic)), None)
        if media_type is None:
            raise Invalid(Fault("/file", "not_evidence"), code="evidence_wrong")
        if declared and declared not in (media_type, "application/octet-stream"):
            found = {"media_type": media_type}
            raise Invalid(Fault("/file", "evidence_of_another_kind", found), code="evidence_wrong")
        key = self._vault.take()
        upload = Upload(
            id=str(uuid.uuid4()),
            owner=owner,
            at=at.isoformat(),
            sha256=b64url(sha256(raw)),
            media_type=media_type,
            size=len(raw),
            key=b64url(key.id),
        )
        said = json.dumps(asdict(upload)).encode()
        head = _Head(key.id, at, uuid.UUID(int=0))
        content = len(said).to_bytes(4, "big") + said + raw
        _write(self._uploads / upload.id, head, key, content, upload.id)
        return upload

    def file(  # noqa: PLR0913 - what an attachment says
        self, evidence_id: str, kind: str, sha256_: str, owner: str, pointer: str, *, case: str
    ) -> Attachment:
        """Seal an upload anew for the case that it is filed with. Raises Invalid where there is no such
        upload.
        """
        upload, raw = self._read_upload(evidence_id)
        if upload is None and self._is_used_of(evidence_id, owner):
            raise Invalid(Fault(pointer, "paper_used"))
        if upload is None or upload.owner != owner:
            raise Invalid(Fault(f"{pointer}/id", "evidence_unknown"))
        if upload.sha256 != sha256_:
            raise Invalid(Fault(f"{pointer}/sha256", "evidence_differs"))
        key = self._vault.take()
        filed = str(uuid.uuid4())
        head = _Head(key.id, self._clock(), uuid.UUID(case))
        _write(self._new / key.id.hex(), head, key, raw, filed)
        return {
            "id": filed,
            "kind": kind,
            "sha256": upload.sha256,
            "media_type": upload.media_type,
            "size": upload.size,
            "key": b64url(key.id),
        }

    def use(self, evidence_id: str) -> bool:
        """From now on nobody files this upload: it stands for one act. False where it does so already."""
        try:
            (self._uploads / evidence_id).rename(self._used(evidence_id))
        except FileNotFoundError:
            return False
        return True

    def give_back(self, evidence_id: str) -> None:
        """Nothing came of the act: the upload may be filed again."""
        with suppress(FileNotFoundError):
            self._used(evidence_id).rename(self._uploads / evidence_id)

    def read(self, evidence_id: str, key_id: str) -> bytes | None:
        """The bytes of what was filed, or None where its key is gone: it is erased. Raises Damaged."""
        name = from_b64url(key_id).hex()
        for place in (self._kept, self._new, self._kept):  # it may move from one to the other meanwhile
            found = self._open(place / name, evidence_id)
            if found is not None:
                return found
        if self._vault.get(from_b64url(key_id)) is None:
            return None
        logger.error("evidence_lost")
        raise Damaged

    def discard(self, filed: Iterable[Attachment]) -> None:
        """Destroy what was sealed for a case that did not take it, with its keys; the uploads stay."""
        keys = [from_b64url(piece["key"]) for piece in filed]
        self._vault.destroy(keys)
        self.forget(keys)

    def forget(self, keys: Iterable[bytes]) -> None:
        """Delete the files under these keys, which are destroyed elsewhere; others than evidence's are passed
        over.
        """
        for key in keys:
            for place in (self._new, self._kept):
                (place / key.hex()).unlink(missing_ok=True)

    def forget_uploads(self, now: datetime, has: Callable[[str, str], bool]) -> int:
        """Delete what was brought more than a day ago and no case took; how many.

        ``has(case, key)``: whether the case has evidence under this key (base64url), by the log itself.
        """
        gone = 0
        for path, head in _older(self._uploads, now - KEPT_UNFILED):
            self._vault.destroy([head.key_id])
            path.unlink(missing_ok=True)
            gone += 1
        for path, head in _older(self._new, now - KEPT_UNFILED):
            if has(str(head.case), b64url(head.key_id)):
                path.rename(self._kept / path.name)
                sync(self._kept)
            else:
                self._vault.destroy([head.key_id])
                path.unlink(missing_ok=True)
                gone += 1
        return gone

    def _used(self, evidence_id: str) -> Path:
        return self._uploads / f"{evidence_id}.used"

    def _is_used_of(self, evidence_id: str, owner: str) -> bool:
        upload, _ = self._read_upload(evidence_id, self._used(evidence_id))
        return upload is not None and upload.owner == owner

    def _read_upload(self, evidence_id: str, path: Path | None = None) -> tuple[Upload | None, bytes]:
        try:
            found = self._open(path or self._uploads / evidence_id, evidence_id)
        except Damaged:
            found = None
        if found is None:
            return None, b""
        end = 4 + int.from_bytes(found[:4], "big")
        return Upload(**json.loads(found[4:end])), found[end:]

    def _open(self, path: Path, evidence_id: str) -> bytes | None:
        try:
            sealed = path.read_bytes()
        except FileNotFoundError:
            return None
        head = sealed[: _Head.SIZE]
        secret = self._vault.get(head[:_KEY_ID])
        if secret is None:
            return None
        try:
            return open_bytes(secret, sealed[_Head.SIZE :], head + evidence_id.encode())
        except Unreadable:
            logger.error("evidence_altered")  # noqa: TRY400 - nothing more is known
            raise Damaged from None


@dataclass(frozen=True, slots=True)
class _Head:
    """What stands in clear before sealed bytes: the key, when the bytes were brought, the case (zero: an
    upload's).
    """

    key_id: bytes
    at: datetime
    case: uuid.UUID

    SIZE = 40

    def written(self) -> bytes:
        return self.key_id + int(self.at.timestamp()).to_bytes(8, "big") + self.case.bytes

    @classmethod
    def of(cls, raw: bytes) -> "_Head":
        """ValueError where it is cut off."""
        at = datetime.fromtimestamp(int.from_bytes(raw[16:24], "big"), UTC)
        return cls(raw[:_KEY_ID], at, uuid.UUID(bytes=raw[24:40]))


_KEY_ID: Final = 16


def _older(folder: Path, before: datetime) -> Iterator[tuple[Path, _Head]]:
    """The files that were brought before that moment; what a crash left half made goes the same way."""
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            if datetime.fromtimestamp(path.stat().st_mtime, UTC) < before:
                path.unlink(missing_ok=True)
            continue
        try:
            head = _Head.of(_beginning(path))
        except (FileNotFoundError, ValueError):
            logger.warning("evidence_altered")
            continue
        if head.at < before:
            yield path, head


def _beginning(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_Head.SIZE)


def _write(path: Path, head: _Head, key: DataKey, content: bytes, evidence_id: str) -> None:
    sealed = head.written() + seal_bytes(key.secret, content, head.written() + evidence_id.encode())
    with _plainly():
        write(path, sealed)


@contextmanager
def _plainly() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unavailable(f"evidence cannot be written: {error.strerror}") from error
