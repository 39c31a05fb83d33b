"""Whatever can happen by today's laws is in a log; a bit of any of it is turned, and a verifier names that event."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest

from infra.verification import KeyStore, Source, verify_logs
from tests.api.test_contract import UNHEARD_OF, walk
from tests.infra.tampering import Stored, copy_of, flipped, opened, part
from tests.town.fixtures import Furnished, inside

pytestmark = pytest.mark.slow


class Kept(NamedTuple):
    """A country's log after the walk, with what verifies it."""

    source: Source
    rows: list[Stored]

    @property
    def erased(self) -> set[str]:
        return {row.stream for row in self.rows if row.type.endswith(".PersonalDataErased.v1")}


@pytest.fixture(scope="module")
def logs(furnished: Furnished, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Kept]]:
    found = []
    with inside(furnished("KZ", "TR"), tmp_path_factory.mktemp("walked")) as town:
        walk(town)
        for code, country in town.house.countries.items():
            folder = tmp_path_factory.mktemp(code)
            log = copy_of(country.folder / "log.sqlite", folder / "log.sqlite")
            vault = copy_of(country.folder / "vault.sqlite", folder / "vault.sqlite")
            ring = country.keyring
            source = Source(
                log=code, path=log, root_certificate=ring.root, key_store=KeyStore(vault, ring.kek)
            )
            with opened(log) as file:
                found.append(Kept(source, file.rows()))
        yield found


def named_first(kept: Kept, row: Stored, state: bytes, folder: Path) -> tuple[str | None, int | None]:
    """Which event is the first that the verifier names, where this one is other bytes."""
    log = copy_of(kept.source.path, folder / "tampered.sqlite")
    with opened(log) as file:
        file.write(row, state)
    report = verify_logs([replace(kept.source, path=log)], processes=0)
    return (report.failures[0].stream, report.failures[0].version) if report.failures else (None, None)


def newest(logs: list[Kept], *, is_sealed: bool = False) -> dict[str, tuple[Kept, Stored]]:
    """Of each kind of event one, by its name; where something has to be sealed in it, one of nobody who is erased."""
    found = {}
    for kept in logs:
        for row in kept.rows:
            if not is_sealed or (row.sealed and row.stream not in kept.erased):
                found[row.type] = (kept, row)
    return found


def test_untouched_they_hold(logs: list[Kept]) -> None:
    report = verify_logs([kept.source for kept in logs], processes=0)
    assert (report.ok, report.failures) == (True, [])
    assert newest(logs).keys().isdisjoint(UNHEARD_OF)


@pytest.mark.parametrize("what", ["payload", "signature"])
def test_a_turned_bit_of_any_kind_of_event_is_named(logs: list[Kept], what: str, tmp_path: Path) -> None:
    missed = [
        name
        for name, (kept, row) in newest(logs).items()
        if named_first(kept, row, flipped(row.state, part(row, what)), tmp_path) != (row.stream, row.version)
    ]
    assert missed == []


def test_a_turned_bit_of_what_is_sealed_is_named(logs: list[Kept], tmp_path: Path) -> None:
    sealed = newest(logs, is_sealed=True)
    assert {"case.AppealLodged.v1", "case.OpinionGiven.v1", "case.DeadlineExtended.v1"} <= sealed.keys()
    missed = [
        name
        for name, (kept, row) in sealed.items()
        if named_first(kept, row, flipped(row.state, part(row, "sealed part")), tmp_path)
        != (row.stream, row.version)
    ]
    assert missed == []
