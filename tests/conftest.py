"""What all tests share."""

import re
from pathlib import Path

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from api.messages.__main__ import compile_all
from domain.authorities import roles_in

pytest_plugins = ("tests.town.fixtures", "tests.kafka_server")
ROOT = Path(__file__).parents[1]

settings.register_profile(
    "patient", deadline=None
)  # how long an example takes is up to the machine, and who shares it
settings.load_profile("patient")

compile_all()  # as make does; for who starts pytest by hand, and for the copies of the tree that tests make


@pytest.fixture(autouse=True)
def _law_of_this_test() -> None:
    """The offices of a law that another test made up are not remembered."""
    roles_in.cache_clear()


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
