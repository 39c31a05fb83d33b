"""What all tests share."""

import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from api.messages.__main__ import compile_all

pytest_plugins = ("tests.town.fixtures", "tests.kafka_server")
ROOT = Path(__file__).parents[1]
ROOMS = ("domain.", "infra.", "projections.", "api.", "consumers.")
CACHE = type(cache(lambda: None))

settings.register_profile(
    "patient", deadline=None
)  # how long an example takes is up to the machine, and who shares it
settings.load_profile("patient")

compile_all()  # as make does; for who starts pytest by hand, and for the copies of the tree that tests make


FOUND = {
    "countries",
    "keepers",
    "offers",
    "procedures",
    "registers",
    "registers_by_themselves",
}  # what tests change


@pytest.fixture(autouse=True)
def _law_of_this_test(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test that makes up a law finds nothing remembered of another, and leaves nothing of its own to be remembered.

    It is undone after the law is, since whatever is set up first is torn down last.
    """
    changes_law = "monkeypatch" in request.fixturenames
    if changes_law:
        forget_what_follows_from_law()
    yield
    if changes_law:
        forget_what_follows_from_law()


def forget_what_follows_from_law() -> None:
    """Everything that the domain, and who reads it, remembers for as long as the process lives."""
    modules = [module for name, module in [*sys.modules.items()] if name.startswith(ROOMS)]
    for function in {each for module in modules for each in vars(module).values() if isinstance(each, CACHE)}:
        if function.__name__ not in FOUND:
            function.cache_clear()


class ByFile(LoadScopeScheduling):  # type: ignore[misc]  # the plugin ships no types
    """Where the suite runs in several processes: the tests of a file stay together, and all that need a Kafka.

    The first share a house, the second a broker that takes half a gigabyte.
    """

    def _split_scope(self, nodeid: str) -> str:
        file, _, _ = nodeid.partition("::")
        asks_for_kafka = re.search(r'\bkafka(_broker)?: |\("kafka"\)', (ROOT / file).read_text("utf-8"))
        return "kafka" if asks_for_kafka else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFile:
    return ByFile(config, log)
