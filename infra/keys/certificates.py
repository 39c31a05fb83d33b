"""X.509 certificates of a country's hierarchy: made, read, and followed to their root; who keeps the private keys is
not here.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from cryptography.x509.verification import ExtensionPolicy, PolicyBuilder, Store, VerificationError

ROOT_TERM: Final = timedelta(days=3653)


CA_TERM: Final = timedelta(days=1826)


SEAL_TERM: Final = timedelta(days=730)


class BadCertificate(ValueError):
    """A certificate that does not lead to this root at this time, or is none for signing; says why."""


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


Issuer = tuple[x509.Certificate, ec.EllipticCurvePrivateKey]


def seal_certificate(authority: str, issuer: Issuer, at: datetime) -> Issuer:
    """A new certificate of an authority's seal, and its private key; ValueError for an id that is none."""
    if not _AUTHORITY.fullmatch(authority):
        raise ValueError(f"an authority's id is lower-case ASCII words joined by '-', not {authority!r}")
    above = (NameOID.COUNTRY_NAME, NameOID.ORGANIZATION_NAME)
    country, organisation = (str(issuer[0].subject.get_attributes_for_oid(o)[0].value) for o in above)
    key = ec.generate_private_key(ec.SECP256R1())
    return certificate_of(
        holder_name((country, organisation), authority), key, issuer, at, SEAL_TERM, path_length=None
    ), key


def certificate_of(  # noqa: PLR0913 - what a certificate says
    subject: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    issuer: Issuer | None,
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


def holder_name(of: tuple[str, str], holder: str) -> x509.Name:
    """How a holder is named in a certificate; ``of``: the country and the organisation."""
    kinds = (NameOID.COUNTRY_NAME, NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME)
    return x509.Name([x509.NameAttribute(k, v) for k, v in zip(kinds, (*of, holder), strict=True)])


def _read(certificate: bytes) -> x509.Certificate:
    try:
        return x509.load_der_x509_certificate(certificate)
    except ValueError as error:
        raise BadCertificate(f"is not a certificate in DER: {error}") from error


def der(certificate: x509.Certificate) -> bytes:
    """The bytes of a certificate."""
    return certificate.public_bytes(serialization.Encoding.DER)


def pem(certificate: x509.Certificate) -> bytes:
    """The certificate as a text file holds it."""
    return certificate.public_bytes(serialization.Encoding.PEM)


def key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    """A private key as a text file holds it, unencrypted: the folder keeps others out."""
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
