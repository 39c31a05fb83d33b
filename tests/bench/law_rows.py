"""What the law costs: telling what a country asks today, and reading all of it when a process starts."""

import http.client
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from domain.offers import offers
from infra.settings import Settings
from tests.bench.http_rows import PROGRAM, free_ports, served
from tests.bench.rows import Result, folder

CALLS = 300
STARTS = 5
# All law, the calendars of the years around it, all catalogues: what a process has read before it answers anybody.
_ALL = """
from datetime import date
from domain.countries import countries
from domain.days.working_days import calendar_of
from domain.offers import keepers, offers, terms_hash
from api.edge.sentences import languages
for code, country in countries().items():
    keepers(code)
    calendar_of(country)
for found in offers().values():
    for row in found.terms:
        terms_hash(row)
languages()
"""


def procedures() -> Iterator[Result]:
    """``GET /v1/procedures`` and what each country asks, over HTTP with one client that keeps its connection."""
    with folder() as place:
        (port,) = free_ports(1)
        settings = Settings(data=place, port=port)
        environment = os.environ | {
            "TAMGA_DATA": str(settings.data),
            "TAMGA_PORT": str(port),
            "TAMGA_LOG_LEVEL": "WARNING",
        }
        with served([sys.executable, str(PROGRAM), "serve"], port, environment):
            listed = _median_ms(port, "/v1/procedures")
            each = {
                f"{procedure} in {country}": _median_ms(port, f"/v1/procedures/{procedure}?country={country}")
                for country, procedure in offers()
            }
    slowest = max(each, key=lambda name: each[name])
    yield Result("GET /v1/procedures", listed, "ms", 2.0, is_at_least=False)
    what = "GET /v1/procedures/{procedure}, the slowest of all offers"
    yield Result(what, each[slowest], "ms", 2.0, is_at_least=False, detail=slowest)


def start() -> Iterator[Result]:
    """A process that reads all law, calendars and catalogues, from its start to its end."""
    taken = []
    for _ in range(STARTS):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", _ALL], check=True, cwd=Path(PROGRAM).parent)
        taken.append(time.perf_counter() - began)
    yield Result(
        "start with all law, calendars, catalogues", statistics.median(taken), "s", 2.0, is_at_least=False
    )


def _median_ms(port: int, path: str) -> float:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    taken = []
    for _ in range(CALLS):
        began = time.perf_counter()
        connection.request("GET", path, headers={"Accept-Language": "kk"})
        answer = connection.getresponse()
        answer.read()
        if answer.status != http.client.OK:
            raise AssertionError(f"{path}: {answer.status}")
        taken.append(time.perf_counter() - began)
    connection.close()
    return statistics.median(taken) * 1000
