"""A country's keys on disk: its X.509 hierarchy, the seals of its authorities, and two secrets; who may use them is the log's.

Layout of the folder: ``root.pem`` and ``ca.pem`` (certificates), ``registrar.pem``, ``seals/<n>-<authority>.pem`` (each a
certificate followed by its private key), ``id-secret``, ``kek``, ``origin``. A folder is made whole or not at all.
"""

import hmac
import os
import secrets
import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from infra.canonical import encode
from infra.signing import Seal, kid_of

ROOT_TERM: Final = timedelta(days=3653)
CA_TERM: Final = timedelta(days=1826)
SEAL_TERM: Final = timedelta(days=730)
ORGANISATION: Final = "Tamga development"


def derived_id(secret: bytes, parts: Iterable[str | int]) -> uuid.UUID:
    """UUIDv8 over the first 128 bits of HMAC-SHA-256(secret, JCS(parts)): formats.md, derived ids."""
    raw = bytearray(hmac.new(secret, encode(list(parts)), sha256).digest()[:16])
    raw[6] = raw[6] & 0x0F | 0x80
    raw[8] = raw[8] & 0x3F | 0x80
    return uuid.UUID(bytes=bytes(raw))


def create(folder: Path, country: str, origin: str, authorities: Iterable[str], at: datetime) -> None:
    """Make the keys of a country: beside the place, synced, then moved into it; nothing where it exists already."""
    if folder.exists():
        return
    making = folder.with_name(f".{folder.name}.{secrets.token_hex(8)}")
    (making / "seals").mkdir(parents=True, mode=0o700)
    root_key = ec.generate_private_key(ec.SECP384R1())
    root = _certificate(country, "root", root_key, None, at, ROOT_TERM, ca=True)
    ca_key = ec.generate_private_key(ec.SECP256R1())
    ca = _certificate(country, "seals CA", ca_key, (root, root_key), at, CA_TERM, ca=True)
    _write(making / "root.pem", _pem(root))
    _write(making / "root-key.pem", _key_pem(root_key))
    _write(making / "ca.pem", _pem(ca))
    _write(making / "ca-key.pem", _key_pem(ca_key))
    for n, name in enumerate(["registrar", *authorities]):
        key = ec.generate_private_key(ec.SECP256R1())
        common = f"{country.lower()}-key-registrar" if n == 0 else name
        certificate = _certificate(country, common, key, (ca, ca_key), at, SEAL_TERM, ca=False)
        path = making / "registrar.pem" if n == 0 else making / "seals" / f"{n:06d}-{name}.pem"
        _write(path, _pem(certificate) + _key_pem(key))
    _write(making / "id-secret", secrets.token_bytes(32))
    _write(making / "kek", secrets.token_bytes(32))
    _write(making / "origin", origin.encode("ascii"))
    _sync(making / "seals")
    _sync(making)
    try:
        making.rename(folder)
    except OSError:  # another process was first: its keys are the country's
        if not folder.exists():
            raise
    _sync(folder.parent)


class Keyring:
    """The keys of one country as they lie in its folder. ``seals`` maps a kid to its seal, oldest first."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.origin = (folder / "origin").read_text("ascii")
        self.id_secret = (folder / "id-secret").read_bytes()
        self.kek = (folder / "kek").read_bytes()
        self.root = _der(folder / "root.pem")
        self.ca = _der(folder / "ca.pem")
        self.registrar = _seal(folder / "registrar.pem", f"{folder.parent.name}-key-registrar")
        self.seals: Mapping[str, Seal] = {}
        self.reload()

    def reload(self) -> None:
        """Read the seals anew: another process may have made one."""
        paths = sorted((self.folder / "seals").glob("*.pem"))
        seals = (_seal(path, path.stem.partition("-")[2]) for path in paths)
        self.seals = {seal.kid: seal for seal in seals}

    def newest(self, authority: str) -> Seal | None:
        """The seal that was made last for this authority."""
        found = [seal for seal in self.seals.values() if seal.authority == authority]
        return found[-1] if found else None

    def new_seal(self, authority: str, at: datetime) -> Seal:
        """Make another seal for an authority; durable when this returns. It may sign once the log says so."""
        ca = x509.load_der_x509_certificate(self.ca)
        ca_key = serialization.load_pem_private_key((self.folder / "ca-key.pem").read_bytes(), None)
        key = ec.generate_private_key(ec.SECP256R1())
        country = self.folder.parent.name.upper()
        certificate = _certificate(country, authority, key, (ca, ca_key), at, SEAL_TERM, ca=False)  # type: ignore[arg-type]  # ours is EC
        numbers = [int(path.stem.partition("-")[0]) for path in (self.folder / "seals").glob("*.pem")]
        path = self.folder / "seals" / f"{max(numbers, default=0) + 1:06d}-{authority}.pem"
        _write(path, _pem(certificate) + _key_pem(key))
        _sync(path.parent)
        self.reload()
        return self.seals[kid_of(certificate.public_bytes(serialization.Encoding.DER))]


def _certificate(  # noqa: PLR0913, PLR0917 - what a certificate says
    country: str,
    common: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: tuple[x509.Certificate, ec.EllipticCurvePrivateKey] | None,
    at: datetime,
    term: timedelta,
    *,
    ca: bool,
) -> x509.Certificate:
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, country),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANISATION),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )
    signer = issuer[1] if issuer else key
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer[0].subject if issuer else name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at)
        .not_valid_after(at + term)
        .add_extension(
            x509.BasicConstraints(ca=ca, path_length=(0 if issuer else 1) if ca else None), critical=True
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
        .add_extension(
            x509.KeyUsage(
                digital_signature=not ca,
                content_commitment=not ca,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=ca,
                crl_sign=ca,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
    )
    digest = hashes.SHA384() if isinstance(signer.curve, ec.SECP384R1) else hashes.SHA256()
    return builder.sign(signer, digest)


def _seal(path: Path, authority: str) -> Seal:
    raw = path.read_bytes()
    certificate = x509.load_pem_x509_certificate(raw).public_bytes(serialization.Encoding.DER)
    key = serialization.load_pem_private_key(raw[raw.index(b"-----BEGIN PRIVATE") :], None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        msg = f"{path.name} does not hold a P-256 key"
        raise TypeError(msg)
    return Seal(kid_of(certificate), authority, certificate, key)


def _der(path: Path) -> bytes:
    return x509.load_pem_x509_certificate(path.read_bytes()).public_bytes(serialization.Encoding.DER)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(path: Path, raw: bytes) -> None:
    making = path.with_name(f".{path.name}.making")
    descriptor = os.open(making, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    try:
        os.write(descriptor, raw)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    making.rename(path)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
