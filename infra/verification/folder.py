"""The logs of a data folder, or a house's feeds, verified with the certificates and keys that lie there."""

import ssl
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from infra.stores.vault import KeyStore
from infra.verification.feed import FeedCopy, copied_feed
from infra.verification.logs import CannotVerify, verify_logs
from infra.verification.source import Source

_ROOTS_BESIDE = (
    "whether the root certificates are the countries' own: they were taken from beside the logs; compare them"
)


def verify_folder(  # noqa: PLR0913 - each is one option of the command line
    folder: Path,
    *,
    roots: Path | None = None,
    with_keys: bool | None = False,
    feed: str | None = None,
    token_of: Callable[[str], str] | None = None,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
    processes: int | None = None,
) -> dict[str, Any]:
    """Verify every log of a data folder: the report as ``tamga audit verify --json`` prints it.

    ``roots``: a folder of root certificates from outside, ``<cc>.pem``; without it those beside the logs are
    taken. ``with_keys``: also open what is sealed; None: where the key store is there. ``feed``: the address
    of a house, whose feeds are verified instead of the files; ``token_of``: a country's token of an auditor or
    a registry there. Raises CannotVerify.
    """
    countries = _countries(folder, roots, is_feed=feed is not None)
    if not countries:
        raise CannotVerify(
            f"there are no logs in {folder}" if feed is None else "no root certificate is here"
        )
    with ExitStack() as stack:
        copies: list[FeedCopy] = []
        if feed is None or token_of is None:
            sources = [_source(folder, roots, code, with_keys=with_keys) for code in countries]
        else:
            place = Path(stack.enter_context(TemporaryDirectory(prefix="tamga-feed-")))
            for code in countries:
                root = _root(folder, roots, code)
                copies.append(copied_feed(feed, code, token_of(code), root, place / f"{code.lower()}.sqlite"))
            sources = [copy.source for copy in copies if copy.source is not None]
        report = verify_logs(sources, progress=progress, processes=processes)
        for copy in copies:
            report = copy.judged(report)
    found = report.as_json()
    if roots is None:
        found["not_covered"].append(_ROOTS_BESIDE)
    return found


def _countries(folder: Path, roots: Path | None, *, is_feed: bool) -> list[str]:
    if is_feed and roots is not None:
        return sorted(path.stem.upper() for path in roots.glob("??.pem"))
    held = "keys/root.pem" if is_feed else "log.sqlite"
    return sorted(path.relative_to(folder).parts[0].upper() for path in folder.glob(f"??/{held}"))


def _source(folder: Path, roots: Path | None, code: str, *, with_keys: bool | None) -> Source:
    place = folder / code.lower()
    vault, kek = place / "vault.sqlite", place / "keys" / "kek"
    is_there = vault.exists() and kek.exists()
    if with_keys and not is_there:
        raise CannotVerify(f"the key store of {code} is not in {place}")
    store = KeyStore(vault, kek.read_bytes()) if is_there and with_keys is not False else None
    root = _root(folder, roots, code)
    accesses = place / "accesses.sqlite"
    return Source(
        log=code,
        path=place / "log.sqlite",
        root_certificate=root,
        key_store=store,
        accesses=accesses if accesses.exists() else None,
    )


def _root(folder: Path, roots: Path | None, code: str) -> bytes:
    cc = code.lower()
    path = folder / cc / "keys" / "root.pem" if roots is None else roots / f"{cc}.pem"
    try:
        return ssl.PEM_cert_to_DER_cert(path.read_text("ascii"))
    except (OSError, ValueError) as error:
        raise CannotVerify(f"there is no root certificate of {code} at {path}") from error
