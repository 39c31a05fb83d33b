"""Log lines as JSON with an allow-list of members: no value that a person sent can get into one.

Messages are fixed words; values go into named members that are known to be harmless. Of an exception only its
type and the places in the code are written, never its message. Lines of libraries show their template without
arguments.
"""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import Final

ALLOWED: Final = frozenset(
    {
        "country",
        "stream",
        "seq",
        "method",
        "route",
        "status",
        "milliseconds",
        "request_id",
        "reason",
        "why",
    }
)
OURS: Final = ("api", "consumers", "infra", "projections", "domain", "tamga")


class _Line(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            # The template, not the text: arguments could be anything.
            "event": str(record.msg)
            if record.name.partition(".")[0] in OURS
            else f"{record.name} says something",
        }
        line |= {name: value for name, value in record.__dict__.items() if name in ALLOWED}
        if record.exc_info and record.exc_info[0] is not None:
            frames = traceback.extract_tb(record.exc_info[2])[-6:]
            line["error"] = record.exc_info[0].__name__
            line["places"] = [
                f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames
            ]
        return json.dumps(line, default=str)


def write_logs(level: str) -> None:
    """Send all log lines of the process to standard error, in this form."""
    output = logging.StreamHandler(sys.stderr)
    output.setFormatter(_Line())
    logging.basicConfig(level=level, handlers=[output], force=True)
    for name in ("uvicorn.access", "kafka", "multipart", "asyncio", "httpx", "httpcore", "uvicorn.error"):
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelName(level)))
