"""What time it is: the system's clock, or for development an instant in a file, standing or running (rules.md 8)."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

Clock = Callable[[], datetime]


def written(at: datetime) -> str:
    """The moment as it stands in events and answers: RFC 3339 in UTC, with all six digits of microseconds."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


class WrongClock(ValueError):
    """The clock file does not hold an instant with a zone."""


def clock_of(path: Path | None) -> Clock:
    """The system's clock; or the instant in the file, re-read at every look: as it stands, or with ``@`` running on."""
    if path is None:
        return lambda: datetime.now(UTC)
    return lambda: _travelled(path)


def _travelled(path: Path) -> datetime:
    text = path.read_text(encoding="ascii").strip()
    try:
        instant = datetime.fromisoformat(text.removeprefix("@"))
    except ValueError as error:
        raise WrongClock(f"{path} does not hold an instant such as 2026-11-23T10:00:00Z") from error
    if instant.tzinfo is None:
        raise WrongClock(f"{path} holds a time without a zone; write for instance 2026-11-23T10:00:00Z")
    if not text.startswith("@"):
        return instant.astimezone(UTC)
    # It runs from the moment at which the file was written.
    written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return instant.astimezone(UTC) + (datetime.now(UTC) - written)
