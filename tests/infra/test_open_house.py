"""A house is opened beside others, by any number of processes, and gives everything back when it closes."""

import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from domain.countries import countries
from domain.refusals import Unready
from infra.house import House
from infra.log.event_store import Unavailable
from infra.operations.readiness import readiness
from infra.settings import Settings, WrongSetting
from tests.town.fixtures import Furnished, copied


@pytest.fixture
def settings(furnished: Furnished, tmp_path: Path) -> Settings:
    return copied(furnished(*countries()), tmp_path)


@pytest.fixture
def house(settings: Settings) -> Iterator[House]:
    with closing(House(settings)) as found:
        yield found


def test_a_house_has_a_log_for_every_country_of_the_law(house: House) -> None:
    assert set(house.countries) == set(countries())
    origins = {country.keyring.origin for country in house.countries.values()}
    assert len(origins) == len(countries())
    assert all(country.log.size() > 0 for country in house.countries.values())


def test_a_house_that_closes_leaves_no_thread_and_no_open_file(settings: Settings) -> None:
    before = set(threading.enumerate())
    House(settings).close()
    assert set(threading.enumerate()) == before
    left = [path.name for path in settings.data.rglob("*") if path.name.endswith(("-wal", "-shm"))]
    assert left == []


def test_opening_writes_nothing_and_waits_for_nobody(settings: Settings, house: House) -> None:
    """Whatever holds a log: every command of the command line opens the house."""
    sizes = {code: country.log.size() for code, country in house.countries.items()}
    with house.countries["KZ"].log.writing(), closing(House(settings)) as beside:
        assert {code: country.log.size() for code, country in beside.countries.items()} == sizes


def test_two_houses_are_furnished_at_once_with_one_set_of_keys(tmp_path: Path) -> None:
    """Started at the same moment on an empty folder: one makes the keys, both use them."""
    settings = Settings(data=tmp_path / "data")
    opened: list[House] = []

    def open_it() -> None:
        opened.append(House(settings))

    threads = [threading.Thread(target=open_it) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(opened) == 2
    for code in countries():
        one, other = (house.countries[code] for house in opened)
        assert one.keyring.id_secret == other.keyring.id_secret
        assert one.log.since(0, 100) == other.log.since(0, 100)
        assert [row[3] for row in one.log.since(0, 100)].count("keys.LogOpened.v1") == 1
    for house in opened:
        house.close()


def test_a_closed_house_says_so_and_leaves_nobody_waiting(settings: Settings) -> None:
    house = House(settings)
    house.close()
    kz = house.countries["KZ"]
    with pytest.raises(Unavailable):
        kz.log.size()
    with pytest.raises(Unready):
        kz.desk.have(lambda _append: pytest.fail("it is closed")).result(5)


def test_a_house_is_ready_when_every_log_takes_filings_and_says_how_each_stands(house: House) -> None:
    found = readiness(house)
    assert found["ready"]
    for code, state in found["countries"].items():
        assert state["trouble"] is None
        assert state["is_fully_synced"]
        assert state["events"] == house.countries[code].log.size()
        assert state["read_models_behind"] == state["events"] - house.countries[code].read_models.position()
        assert state["parked"] == []


def test_one_countrys_trouble_makes_the_house_unready_and_is_named(house: House) -> None:
    house.countries["AZ"].read_models.close()
    house.countries["AZ"].log.close()
    found = readiness(house)
    assert not found["ready"]
    assert [code for code, state in found["countries"].items() if state["trouble"]] == ["AZ"]


@pytest.mark.parametrize("origin", ["log.kz.tamga.example/v1\n", "log.tr.tamga.example/v1"])
def test_under_keys_that_are_not_of_the_log_nothing_is_signed(settings: Settings, origin: str) -> None:
    """An editor's newline, another country's file: what is signed for another log would never heal."""
    place = settings.data / "kz" / "keys" / "origin"
    before = (settings.data / "kz" / "log.sqlite").read_bytes()
    place.write_text(origin)
    with pytest.raises(WrongSetting, match=r"origin.*backup"):
        House(settings)
    assert (settings.data / "kz" / "log.sqlite").read_bytes() == before


def test_beside_a_log_without_its_keys_none_are_made(settings: Settings) -> None:
    """They would be of another log: whoever lost them puts them back."""
    keys = settings.data / "kz" / "keys"
    keys.rename(settings.data / "kz-keys")
    with pytest.raises(WrongSetting, match=r"keys is missing.*backup"):
        House(settings)
    assert not keys.exists()
    (settings.data / "kz-keys").rename(keys)
    House(settings).close()


def test_a_house_that_lacks_the_seal_of_an_office_is_not_ready(settings: Settings) -> None:
    (seal,) = (settings.data / "kz" / "keys" / "seals").glob("*-kz-vehicle-registration.pem")
    seal.unlink()
    with closing(House(settings)) as house:
        found = readiness(house)
    assert not found["ready"]
    assert "kz-vehicle-registration" in found["countries"]["KZ"]["trouble"]


@pytest.mark.parametrize("office", ["kz-treasury", "kz-vehicle-register"])
def test_an_outsider_keeps_its_key_elsewhere_and_the_house_is_ready(settings: Settings, office: str) -> None:
    """What a treasury or a registry states is signed where it is."""
    (seal,) = (settings.data / "kz" / "keys" / "seals").glob(f"*-{office}.pem")
    seal.unlink()
    with closing(House(settings)) as house:
        assert readiness(house)["ready"]
