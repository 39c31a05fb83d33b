"""Verifying a whole data folder: where its logs, root certificates and key stores lie; the checks are elsewhere."""

import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from infra.verification.logs import verify_logs
from infra.verification.ranges import KeyStore, Source


class NothingThere(LookupError):
    """There is no log, or no root certificate, where one should be."""


def verify_folder(
    folder: Path,
    *,
    roots: Path | None = None,
    with_keys: bool = True,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
    processes: int | None = None,
) -> dict[str, Any]:
    """The report over every log in the folder, as JSON values; raises NothingThere.

    ``roots``: a folder with ``<cc>.pem`` that the auditor got from outside; without it the certificates beside the
    logs are taken, and then it is said that nobody vouches for them. ``with_keys``: open the disclosures of the
    logs whose key store is there.
    """
    report = verify_logs(
        _sources(folder, roots, with_keys=with_keys), progress=progress, processes=processes
    ).as_json()
    if roots is None:
        report["not_covered"].append(
            "whether the root certificates are the countries' own: they lay beside the logs; give those you have with --root"
        )
    return report


def _sources(folder: Path, roots: Path | None, *, with_keys: bool) -> Iterator[Source]:
    found = sorted(path.parent for path in folder.glob("*/log.sqlite"))
    if not found:
        raise NothingThere(f"there is no log in {folder}")
    for place in found:
        keys = place / "keys"
        certificate = roots / f"{place.name}.pem" if roots else keys / "root.pem"
        if not certificate.exists():
            raise NothingThere(f"there is no root certificate {certificate}")
        has_keys = with_keys and (place / "vault.sqlite").exists() and (keys / "kek").exists()
        yield Source(
            log=place.name.upper(),
            path=place / "log.sqlite",
            root_certificate=ssl.PEM_cert_to_DER_cert(certificate.read_text("ascii")),
            key_store=KeyStore(place / "vault.sqlite", (keys / "kek").read_bytes()) if has_keys else None,
        )
