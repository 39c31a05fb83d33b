"""What time it is: the system's clock, or for development an instant in a file (rules.md 8)."""

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

Clock = Callable[[], datetime]
_LOOKS: Final = 20  # whoever writes the file anew may have emptied it, and not written it yet
_LOOK_S: Final = 0.005
_FIRST_YEAR, _LAST_YEAR = 1900, 8000  # terms of the law end before the calendar does


class WrongClock(ValueError):
    """The clock cannot be read, or says what cannot be."""


def clock_of(path: Path | None) -> Clock:
    """The system's clock; or the instant in the file: as it stands there, or, after an ``@``, running on.

    The file is read at every look; WrongClock where it is not there, or holds no instant with a zone.
    """
    if path is None:
        return lambda: datetime.now(UTC)
    return lambda: _travelled(path)


def turn_to(path: Path, instant: datetime, *, stands: bool = False) -> None:
    """Let it be this instant by the clock in the file, and later from here on, or ``stands``: until it is turned.

    The file is replaced whole, so that nobody reads half of it.
    """
    making = path.with_name(f"{path.name}.making")
    making.write_text(f"{'' if stands else '@'}{instant.isoformat()}", "ascii")
    making.replace(path)


def written(at: datetime) -> str:
    """The moment as it stands in events and answers: RFC 3339 in UTC, with all six digits of microseconds."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _travelled(path: Path) -> datetime:
    for _ in range(_LOOKS - 1):
        try:
            return _instant(path)
        except WrongClock:
            time.sleep(_LOOK_S)
    return _instant(path)


def _instant(path: Path) -> datetime:
    try:
        with path.open(encoding="ascii") as file:
            text = file.read().strip()
            # It runs from the moment at which the file was written.
            since = datetime.fromtimestamp(os.fstat(file.fileno()).st_mtime, UTC)
        instant = datetime.fromisoformat(text.removeprefix("@"))
    except OSError as error:
        raise WrongClock(f"the clock cannot be read from {path.name}: {error.strerror}") from error
    except ValueError as error:
        raise WrongClock(f"{path.name} does not hold an instant such as 2026-11-23T10:00:00Z") from error
    if instant.tzinfo is None:
        raise WrongClock(f"{path.name} holds a time without a zone; write for instance 2026-11-23T10:00:00Z")
    if not _FIRST_YEAR <= instant.year <= _LAST_YEAR:
        raise WrongClock(f"{path.name} holds a year before {_FIRST_YEAR} or after {_LAST_YEAR}")
    if text.startswith("@"):
        instant += datetime.now(UTC) - since
    return instant.astimezone(UTC)
