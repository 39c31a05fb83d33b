"""A country's X.509 hierarchy, its private keys on disk, and its two secrets; not who may sign what.

Layout of the folder (0700, files 0600): ``root.pem`` and ``ca.pem`` are certificates, ``root-key.pem`` and
``ca-key.pem`` their private keys (in production the root's is taken away, nothing but new CAs asks for it);
``registrar.pem``, ``seals/<n>-<authority>.pem`` and ``retired/`` hold a certificate followed by its private
key; ``id-secret`` and ``kek`` are 32 random bytes; ``origin`` names the log.

The port promises: what a function made is durable when it returns; a folder or a seal is made whole or not at
all, also where two processes make one at the same time; nothing is ever overwritten.
"""

import hmac
import os
import re
import secrets
import shutil
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from cryptography.x509.verification import ExtensionPolicy, PolicyBuilder, Store, VerificationError

from infra.canonical import encode
from infra.signing import Seal, kid_of

ROOT_TERM: Final = timedelta(days=3653)
CA_TERM: Final = timedelta(days=1826)
SEAL_TERM: Final = timedelta(days=730)


class BadCertificate(ValueError):
    """A certificate that does not lead to this root at this time, or is none for signing; says why."""


def derived_id(secret: bytes, parts: Iterable[str | int]) -> uuid.UUID:
    """UUIDv8 over the first 128 bits of HMAC-SHA-256(secret, JCS(parts)): formats.md, derived ids."""
    return uuid.UUID(derived_text(secret, parts))


def derived_text(secret: bytes, parts: Iterable[str | int]) -> str:
    """The derived id as it is written; without the detour over a UUID, which takes as long as the HMAC."""
    keyed = _keyed(secret).copy()
    keyed.update(encode(list(parts)))
    raw = bytearray(keyed.digest()[:16])
    raw[6] = raw[6] & 0x0F | 0x80
    raw[8] = raw[8] & 0x3F | 0x80
    text = raw.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def mac(secret: bytes, message: bytes) -> bytes:
    """HMAC-SHA-256, 32 bytes."""
    keyed = _keyed(secret).copy()
    keyed.update(message)
    return keyed.digest()


@lru_cache(maxsize=64)
def _keyed(secret: bytes) -> hmac.HMAC:
    # Copied, not made anew: the one-shot function gives up the interpreter's lock, and waits to get it back.
    return hmac.new(secret, digestmod=sha256)


def create(  # noqa: PLR0913 - what the keys of a country are made of
    folder: Path, country: str, origin: str, authorities: Iterable[str], at: datetime, *, organisation: str
) -> None:
    """Make the keys of a country beside the place, then move them in; nothing where there are keys.

    All certificates are made out to ``organisation``, later ones too: whoever keeps the house.
    """
    if folder.exists():
        return
    making = folder.with_name(f".{folder.name}.{secrets.token_hex(8)}")
    making.mkdir(mode=0o700)
    try:
        _fill(making, (country, organisation), origin, authorities, at)
        making.rename(folder)
    except OSError:
        if not folder.exists():
            raise
        # another process was first: its keys are the country's
    finally:
        shutil.rmtree(making, ignore_errors=True)
    _sync(folder.parent)


class Keyring:
    """The keys of one country as they lie in its folder; certificates are DER.

    ``seals`` maps the kid of each seal that is not retired to it, oldest first. A new one may sign once the
    log says so, a retired one is put away after the log said so.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.origin = (folder / "origin").read_text("ascii")
        self.id_secret = (folder / "id-secret").read_bytes()
        self.kek = (folder / "kek").read_bytes()
        self.root = _der(_certificate_in(folder / "root.pem"))
        self.ca = _der(_certificate_in(folder / "ca.pem"))
        self.registrar = _seal_in(folder / "registrar.pem")
        self.seals: Mapping[str, Seal] = {}
        self.reload()

    def reload(self) -> None:
        """Read the seals anew: another process may have made or retired one."""
        self.registrar = _seal_in(self.folder / "registrar.pem")
        self.seals = {seal.kid: seal for _, seal in self._found()}

    def newest(self, authority: str) -> Seal | None:
        """The seal that was made last for this authority, of those not retired."""
        found = [seal for seal in self.seals.values() if seal.authority == authority]
        return found[-1] if found else None

    def new_seal(self, authority: str, at: datetime, *, by_root: bool = False) -> Seal:
        """Make another seal for an authority; `by_root`: for a key registrar whose key was lost."""
        name = "root" if by_root else "ca"
        issuer = _certificate_in(self.folder / f"{name}.pem"), _key_in(self.folder / f"{name}-key.pem")
        certificate, key = _new_seal(authority, issuer, at)
        while True:
            number = max((_number(path) for path in self._paths(everywhere=True)), default=0) + 1
            with suppress(FileExistsError):  # another process took the number: take the next
                _write(
                    self.folder / "seals" / f"{number:06d}-{authority}.pem", _pem(certificate) + _key_pem(key)
                )
                break
        self.reload()
        return self.seals[kid_of(_der(certificate))]

    def retire(self, kid: str) -> None:
        """Put a seal away in ``retired/``, after the log said so. KeyError where it is not among `seals`."""
        path = self._path(kid)
        path.rename(self._retired() / path.name)
        self._settle()

    def succeed(self, kid: str) -> None:
        """Make this seal the key registrar's, after the log said so; the former one goes to ``retired/``."""
        path = self._path(kid)
        with suppress(FileExistsError):  # an attempt before this one came so far
            os.link(self.folder / "registrar.pem", self._retired() / f"registrar-{self.registrar.kid}.pem")
        path.replace(self.folder / "registrar.pem")
        self._settle()

    def _retired(self) -> Path:
        folder = self.folder / "retired"
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    def _settle(self) -> None:
        for changed in ("retired", "seals", "."):
            _sync(self.folder / changed)
        self.reload()

    def _paths(self, *, everywhere: bool = False) -> list[Path]:
        pattern = "*/??????-*.pem" if everywhere else "seals/??????-*.pem"
        return sorted(self.folder.glob(pattern))

    def _path(self, kid: str) -> Path:
        for path, seal in self._found():
            if seal.kid == kid:
                return path
        raise KeyError(kid)

    def _found(self) -> Iterator[tuple[Path, Seal]]:
        """The seals that are not retired, oldest first; what another process puts away meanwhile is."""
        for path in self._paths():
            with suppress(FileNotFoundError):
                yield path, _seal_in(path)


def check_chain(certificate: bytes, issuers: Sequence[bytes], root: bytes, at: datetime) -> None:
    """Refuse (BadCertificate) a seal's certificate that does not lead over these CAs to the root at this
    time.

    RFC 5280 path validation without revocation, which the log states itself. Certificates are DER.
    """
    policy = PolicyBuilder().store(Store([_read(root)])).time(at)
    policy = policy.extension_policies(
        ca_policy=ExtensionPolicy.webpki_defaults_ca(), ee_policy=ExtensionPolicy.permit_all()
    )
    leaf = _read(certificate)
    try:
        policy.build_client_verifier().verify(leaf, [_read(issuer) for issuer in issuers])
        is_authority = leaf.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
        may_sign = leaf.extensions.get_extension_for_class(x509.KeyUsage).value.digital_signature
    except (VerificationError, x509.ExtensionNotFound, x509.DuplicateExtension) as error:
        raise BadCertificate(f"does not lead to the root: {error}") from error
    if is_authority or not may_sign:
        raise BadCertificate("is not a certificate for signing statements")


def authority_of(certificate: bytes) -> str:
    """The authority whose seal a certificate is: its common name; raises BadCertificate."""
    names = _read(certificate).subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    if len(names) != 1 or not _AUTHORITY.fullmatch(name := str(names[0].value)):
        raise BadCertificate("does not name one authority")
    return name


_AUTHORITY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")  # also a part of file names
_Issuer = tuple[x509.Certificate, ec.EllipticCurvePrivateKey]


def _fill(making: Path, of: tuple[str, str], origin: str, authorities: Iterable[str], at: datetime) -> None:
    cc = of[0].lower()
    (making / "seals").mkdir(mode=0o700)
    root_key = ec.generate_private_key(ec.SECP384R1())
    root = _certificate(_name(of, f"{cc}-root"), root_key, None, at, ROOT_TERM, path_length=1)
    ca_key = ec.generate_private_key(ec.SECP256R1())
    ca_name = _name(of, f"{cc}-seals-ca")
    ca = _certificate(ca_name, ca_key, (root, root_key), at, CA_TERM, path_length=0)
    _write(making / "root.pem", _pem(root))
    _write(making / "root-key.pem", _key_pem(root_key))
    _write(making / "ca.pem", _pem(ca))
    _write(making / "ca-key.pem", _key_pem(ca_key))
    seals = {"registrar.pem": f"{cc}-key-registrar"}
    seals |= {f"seals/{number:06d}-{name}.pem": name for number, name in enumerate(authorities, 1)}
    for path, authority in seals.items():
        certificate, key = _new_seal(authority, (ca, ca_key), at)
        _write(making / path, _pem(certificate) + _key_pem(key))
    _write(making / "id-secret", secrets.token_bytes(32))
    _write(making / "kek", secrets.token_bytes(32))
    _write(making / "origin", origin.encode("ascii"))
    _sync(making)


def _new_seal(authority: str, issuer: _Issuer, at: datetime) -> _Issuer:
    if not _AUTHORITY.fullmatch(authority):
        raise ValueError(f"an authority's id is lower-case ASCII words joined by '-', not {authority!r}")
    above = (NameOID.COUNTRY_NAME, NameOID.ORGANIZATION_NAME)
    country, organisation = (str(issuer[0].subject.get_attributes_for_oid(o)[0].value) for o in above)
    key = ec.generate_private_key(ec.SECP256R1())
    return _certificate(
        _name((country, organisation), authority), key, issuer, at, SEAL_TERM, path_length=None
    ), key


def _certificate(  # noqa: PLR0913 - what a certificate says
    subject: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    issuer: _Issuer | None,
    at: datetime,
    term: timedelta,
    *,
    path_length: int | None,
) -> x509.Certificate:
    """A certificate, without `issuer` the root's own; `path_length`: CAs below it, None for a seal."""
    is_authority = path_length is not None
    signer = issuer[1] if issuer else key
    until = min(at + term, issuer[0].not_valid_after_utc) if issuer else at + term
    signer_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
    usage = x509.KeyUsage(
        digital_signature=not is_authority,
        content_commitment=not is_authority,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer[0].subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at)
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=path_length), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(signer_id, critical=False)
        .sign(signer, hashes.SHA384() if isinstance(signer.curve, ec.SECP384R1) else hashes.SHA256())
    )


def _name(of: tuple[str, str], holder: str) -> x509.Name:
    """``of``: the country and the organisation."""
    kinds = (NameOID.COUNTRY_NAME, NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME)
    return x509.Name([x509.NameAttribute(k, v) for k, v in zip(kinds, (*of, holder), strict=True)])


def _read(certificate: bytes) -> x509.Certificate:
    try:
        return x509.load_der_x509_certificate(certificate)
    except ValueError as error:
        raise BadCertificate(f"is not a certificate in DER: {error}") from error


def _seal_in(path: Path) -> Seal:
    certificate = _der(_certificate_in(path))
    return Seal(kid_of(certificate), authority_of(certificate), certificate, _key_in(path))


def _certificate_in(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def _key_in(path: Path) -> ec.EllipticCurvePrivateKey:
    raw = path.read_bytes()
    key = serialization.load_pem_private_key(raw[raw.index(b"-----BEGIN PRIVATE KEY") :], None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{path.name} does not hold an elliptic-curve key")
    return key


def _number(path: Path) -> int:
    return int(path.name.partition("-")[0])


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())


def _write(path: Path, raw: bytes) -> None:
    """Write a file of 0600 whole, or raise; FileExistsError where there is one."""
    making = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with open(os.open(making, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:  # noqa: PTH123 - by descriptor
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        os.link(making, path)
    finally:
        making.unlink(missing_ok=True)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
