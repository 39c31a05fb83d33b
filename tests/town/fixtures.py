"""A town for a test: in this process, or served; with the countries that the test needs."""

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeAlias

import httpx2
import pytest
import uvicorn
from starlette.testclient import TestClient

from api.app import build
from domain.offers import offers
from infra.house import House
from infra.operations import follow
from infra.runtime.clock import turn_to
from infra.settings import Settings
from tests.town.caller import until
from tests.town.people import Town
from tests.town.served import ServedTown, free_port

MORNING: Final = datetime(
    2026, 11, 23, 4, 30, tzinfo=UTC
)  # a Monday, when the offices open: no test depends on today
OFFERING: Final = tuple(sorted({country for country, _ in offers()}))

Furnished: TypeAlias = Callable[..., Settings]  # of the codes of countries


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Furnished:
    """``furnished("KZ")``: a house that keeps these countries, and was opened once: its keys take a while to make."""
    return furnisher(tmp_path_factory)


@pytest.fixture(scope="module")
def town(
    request: pytest.FixtureRequest, furnished: Furnished, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Town]:
    """A house with its follower, shared by the tests of a file: they find each other's cases there."""
    with inside(furnished(*asked(request)), tmp_path_factory.mktemp("town")) as found:
        yield found


@pytest.fixture
def new_town(request: pytest.FixtureRequest, furnished: Furnished, tmp_path: Path) -> Iterator[Town]:
    """A house of one's own, for a test that counts, breaks things or travels in time."""
    with inside(furnished(*asked(request)), tmp_path) as found:
        yield found


@pytest.fixture(scope="module")
def served_town(
    request: pytest.FixtureRequest, furnished: Furnished, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServedTown]:
    """The same as a process of its own on a free port: ``tamga.py serve``, which ends with the tests."""
    with served(furnished(*asked(request)), tmp_path_factory.mktemp("served")) as found:
        yield found


def furnisher(folders: pytest.TempPathFactory, **more: Any) -> Furnished:
    """Opens each house once; ``more`` are further settings of all of them."""

    @cache
    def furnish(*countries: str) -> Settings:
        folder = folders.mktemp("furnished")
        settings = Settings(
            data=folder / "data",
            countries=",".join(countries),
            **{"clock": clock_in(folder, MORNING - timedelta(minutes=10)), **more},
        )
        House(settings).close()
        return settings

    return furnish


def asked(request: pytest.FixtureRequest) -> tuple[str, ...]:
    """The countries that the test or (for what a file shares) the file marks; else those that offer something."""
    marker = request.node.get_closest_marker("countries")
    return tuple(marker.args) if marker else OFFERING


@contextmanager
def inside(furnished: Settings, folder: Path, at: datetime | None = None) -> Iterator[Town]:
    """A house in this process, moved into the folder, with its follower in threads; ``at``: what time it is there."""
    with ExitStack() as stack:
        house = House(copied(furnished, folder, clock=clock_in(folder, at)))
        stack.callback(house.close)
        stop = threading.Event()
        following = threading.Thread(target=follow.follow, args=(house, stop), name="follower")
        following.start()
        stack.callback(following.join)
        stack.callback(stop.set)
        http = stack.enter_context(TestClient(build(house), base_url=house.settings.base_url))
        yield Town(house.settings, http, house)


@contextmanager
def listening(town: Town) -> Iterator[httpx2.Client]:
    """The house of a town in this process, served on a free port besides: for laws that the tests make up, which no
    process of its own would have.
    """
    port = free_port()
    config = uvicorn.Config(build(town.house), port=port, log_config=None, access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name="server")
    thread.start()
    try:
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as http:
            until(lambda: server.started, "the server to listen")
            yield http
    finally:
        server.should_exit = True
        thread.join()


@contextmanager
def served(
    furnished: Settings, folder: Path, at: datetime | None = None, /, **environment: str
) -> Iterator[ServedTown]:
    """A house in a process of its own; ``environment`` are further ``TAMGA_*`` settings."""
    settings = copied(furnished, folder, clock=clock_in(folder, at), port=free_port())
    with httpx2.Client(base_url=settings.base_url, timeout=60) as http:
        found = ServedTown(settings, http, None)
        found.environment |= environment
        with found.serving():
            yield found


def copied(furnished: Settings, folder: Path, **changes: Any) -> Settings:
    """The settings of a copy of the house in this folder."""
    shutil.copytree(furnished.data, folder / "data")
    return furnished.model_copy(update={"data": folder / "data", **changes})


def clock_in(folder: Path, at: datetime | None = None) -> Path:
    """A clock in this folder that runs on from then, or from that morning."""
    clock = folder / "clock"
    turn_to(clock, at or MORNING)
    return clock
