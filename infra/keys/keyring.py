"""A country's keys on disk and its two secrets; not how certificates are made, nor who may sign what.

Layout of the folder (0700, files 0600): ``root.pem`` and ``ca.pem`` are certificates, ``root-key.pem`` and
``ca-key.pem`` their private keys (in production the root's is taken away, nothing but new CAs asks for it);
``registrar.pem``, ``seals/<n>-<authority>.pem`` and ``retired/`` hold a certificate followed by its private
key; ``id-secret`` and ``kek`` are 32 random bytes; ``origin`` names the log.

The port promises: what a function made is durable when it returns; a folder or a seal is made whole or not at
all, also where two processes make one at the same time; nothing is ever overwritten.
"""

import os
import secrets
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from infra.formats.ids import Ids
from infra.formats.signing import Seal, kid_of
from infra.keys.certificates import (
    CA_TERM,
    ROOT_TERM,
    authority_of,
    certificate_of,
    der,
    holder_name,
    key_pem,
    pem,
    seal_certificate,
)
from infra.runtime.whole_file import sync, write


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
    sync(folder.parent)


class Keyring:
    """The keys of one country as they lie in its folder; certificates are DER.

    ``seals`` maps the kid of each seal that is not retired to it, oldest first. A new one may sign once the
    log says so, a retired one is put away after the log said so.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.origin = (folder / "origin").read_text("ascii")
        self.id_secret = (folder / "id-secret").read_bytes()
        self.ids = Ids(self.id_secret)
        self.kek = (folder / "kek").read_bytes()
        self.root = der(_certificate_in(folder / "root.pem"))
        self.ca = der(_certificate_in(folder / "ca.pem"))
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
        certificate, key = seal_certificate(authority, issuer, at)
        while True:
            number = max((_number(path) for path in self._paths(everywhere=True)), default=0) + 1
            with suppress(FileExistsError):  # another process took the number: take the next
                write(
                    self.folder / "seals" / f"{number:06d}-{authority}.pem", pem(certificate) + key_pem(key)
                )
                break
        self.reload()
        return self.seals[kid_of(der(certificate))]

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
            sync(self.folder / changed)
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


def _fill(making: Path, of: tuple[str, str], origin: str, authorities: Iterable[str], at: datetime) -> None:
    cc = of[0].lower()
    (making / "seals").mkdir(mode=0o700)
    root_key = ec.generate_private_key(ec.SECP384R1())
    root = certificate_of(holder_name(of, f"{cc}-root"), root_key, None, at, ROOT_TERM, path_length=1)
    ca_key = ec.generate_private_key(ec.SECP256R1())
    ca_name = holder_name(of, f"{cc}-seals-ca")
    ca = certificate_of(ca_name, ca_key, (root, root_key), at, CA_TERM, path_length=0)
    write(making / "root.pem", pem(root))
    write(making / "root-key.pem", key_pem(root_key))
    write(making / "ca.pem", pem(ca))
    write(making / "ca-key.pem", key_pem(ca_key))
    seals = {"registrar.pem": f"{cc}-key-registrar"}
    seals |= {f"seals/{number:06d}-{name}.pem": name for number, name in enumerate(authorities, 1)}
    for path, authority in seals.items():
        certificate, key = seal_certificate(authority, (ca, ca_key), at)
        write(making / path, pem(certificate) + key_pem(key))
    write(making / "id-secret", secrets.token_bytes(32))
    write(making / "kek", secrets.token_bytes(32))
    write(making / "origin", origin.encode("ascii"))
    sync(making)


def _seal_in(path: Path) -> Seal:
    certificate = der(_certificate_in(path))
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
