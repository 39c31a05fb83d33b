"""A clock that stands at noon of one day until it is moved."""

from datetime import UTC, datetime
from typing import Final

NOON: Final = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Hand:
    """The clock; it counts how often it was looked at."""

    def __init__(self) -> None:
        self.at = NOON
        self.looks = 0

    def __call__(self) -> datetime:
        self.looks += 1
        return self.at
