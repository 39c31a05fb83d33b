"""Evidence: uploaded files, sealed on disk; first under a key of the upload, then under one of the case.

A file is whole or not there (written beside its place, synced, renamed). What was uploaded and not filed is gone after
a day. The bytes are AES-256-GCM under a data key of the vault: destroying the key destroys the evidence.
"""

import json
import os
import secrets
import uuid
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.events import Attachment
from domain.refusals import Fault, Invalid
from infra.canonical import b64url, from_b64url, sha256
from infra.vault import DataKey, Vault

LARGEST: Final = 10_000_000
KEPT_UNFILED: Final = timedelta(days=1)
_MAGIC: Final = (
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
)


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

    def __init__(self, folder: Path, vault: Vault) -> None:
        self._folder = folder
        self._vault = vault
        folder.mkdir(parents=True, exist_ok=True)

    def upload(self, raw: bytes, declared: str | None, owner: str, at: datetime) -> Upload:
        """Keep an upload. Raises Invalid for bytes that are not what they say, or too many."""
        media_type = next((name for magic, name in _MAGIC if raw.startswith(magic)), None)
        if media_type is None:
            raise Invalid(
                Fault("/file", "not_evidence", "Please bring a PDF, a JPEG or a PNG."), code="evidence_wrong"
            )
        if declared and declared not in (media_type, "application/octet-stream"):
            what = f"The file says that it is {declared[:40]}, and its bytes are {media_type}."
            raise Invalid(Fault("/file", "evidence_differs", what), code="evidence_wrong")
        if len(raw) > LARGEST:
            raise Invalid(Fault("/file", "too_large", f"At most {LARGEST} bytes."), code="evidence_wrong")
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
        self._write(upload.id, key, raw)
        _durable(self._folder / f"{upload.id}.json", json.dumps(asdict(upload)).encode())
        return upload

    def file(self, evidence_id: str, kind: str, sha256_: str, owner: str, pointer: str) -> Attachment:
        """Seal an upload anew, under a key of the case that it is filed with. Raises Invalid where it is not there."""
        upload = self._upload(evidence_id)
        if upload is None or upload.owner != owner:
            what = "This evidence was never uploaded by you, or more than a day ago. Please upload it again."
            raise Invalid(Fault(f"{pointer}/id", "evidence_unknown", what))
        if upload.sha256 != sha256_:
            what = "The bytes that were uploaded have another SHA-256 than you say."
            raise Invalid(Fault(f"{pointer}/sha256", "evidence_differs", what))
        raw = self.read(upload.id, upload.key)
        if raw is None:
            what = "This evidence cannot be read any more. Please upload it again."
            raise Invalid(Fault(f"{pointer}/id", "evidence_unknown", what))
        key = self._vault.take()
        filed = str(uuid.uuid4())
        self._write(filed, key, raw)
        return {
            "id": filed,
            "kind": kind,
            "sha256": upload.sha256,
            "media_type": upload.media_type,
            "size": upload.size,
            "key": b64url(key.id),
        }

    def read(self, evidence_id: str, key_id: str) -> bytes | None:
        """The bytes, or None where the key or the file is gone."""
        secret = self._vault.get(from_b64url(key_id))
        path = self._folder / f"{evidence_id}.sealed"
        if secret is None or not path.exists():
            return None
        sealed = path.read_bytes()
        try:
            return AESGCM(secret).decrypt(sealed[:12], sealed[12:], evidence_id.encode())
        except InvalidTag:
            return None

    def forget_uploads(self, before: datetime) -> int:
        """Delete uploads that were not filed in time, and files whose key is gone; how many."""
        gone = 0
        for described in self._folder.glob("*.json"):
            upload = Upload(**json.loads(described.read_bytes()))
            if datetime.fromisoformat(upload.at) < before - KEPT_UNFILED:
                self._vault.destroy([from_b64url(upload.key)])
                (self._folder / f"{upload.id}.sealed").unlink(missing_ok=True)
                described.unlink(missing_ok=True)
                gone += 1
        return gone

    def delete(self, evidence_id: str) -> None:
        """Delete the file (its key is destroyed elsewhere, first)."""
        (self._folder / f"{evidence_id}.sealed").unlink(missing_ok=True)

    def _upload(self, evidence_id: str) -> Upload | None:
        path = self._folder / f"{evidence_id}.json"
        return Upload(**json.loads(path.read_bytes())) if path.exists() else None

    def _write(self, evidence_id: str, key: DataKey, raw: bytes) -> None:
        nonce = secrets.token_bytes(12)
        sealed = nonce + AESGCM(key.secret).encrypt(nonce, raw, evidence_id.encode())
        _durable(self._folder / f"{evidence_id}.sealed", sealed)


def _durable(path: Path, raw: bytes) -> None:
    making = path.with_name(f".{path.name}")
    descriptor = os.open(making, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    try:
        _all(descriptor, raw)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    making.rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _all(descriptor: int, raw: bytes) -> None:
    rest = memoryview(raw)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
