"""What a verification finds: the checks by their names, the failures, the counts; it decides nothing."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal, Self, TypeAlias, TypedDict

from infra.verification.log_file import Row

MOST_FAILURES: Final = 100  # listed of one log: one tampering may break a thousand events

# The numbers of the module's docstring (infra/verification/__init__.py), in the order of this list.
CHECKS: Final = (
    "file",
    "position",
    "form",
    "envelope",
    "row",
    "log",
    "key",
    "signature",
    "index",
    "chain",
    "time",
    "members",
    "sealed",
    "disclosures",
    "version",
    "link",
    "recipients",
    "append",
    "keys",
    "head",
    "statement",
    "accesses",
    "restriction",
    "amendment",
    "officer",
    "office",
    "reach",
    "basis",
    "course",
    "claim",
    "erasure",
)


# What would have to be looked at, and is sealed: how often.
Unlooked: TypeAlias = "Counter[Literal['corrections', 'notices', 'payments']]"


class Wrong(Exception):
    """An event fails a check; or, where a stream and version are named, that one, which is missing.

    ``between``: the positions of the neighbours of a missing event in its stream or append.
    """

    def __init__(
        self,
        check: str,
        detail: str,
        stream: str | None = None,
        version: int | None = None,
        between: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(detail)
        self.check = check
        self.detail = detail
        self.stream = stream
        self.version = version
        self.between = between


@dataclass(frozen=True, slots=True)
class Failure:
    """An event that fails a check. ``index``: where it stands, or its absence shows; -1: nowhere."""

    log: str
    stream: str | None
    version: int | None
    index: int
    check: str
    detail: str
    between: tuple[int, int] | None = None

    @classmethod
    def of(cls, log: str, row: Row | None, wrong: Wrong, index: int | None = None) -> Self:
        """What is wrong with a row, or shows at it; ``index``: where it shows, if that is not its own position."""
        where, stream, version = row[:3] if row else (-1, None, None)
        if wrong.stream is not None:
            stream, version = wrong.stream, wrong.version
        stream = stream if type(stream) is str else None
        version = version if type(version) is int else None
        where = where if index is None else index
        return cls(log, stream, version, where, wrong.check, wrong.detail, wrong.between)

    def as_json(self) -> dict[str, Any]:
        """The members of the report."""
        found = asdict(self)
        del found["between"]
        return {**found, "index": None if self.index < 0 else self.index}


@dataclass(slots=True)
class Counts:
    """How much was verified. ``disclosures`` opened to their digests; the ``erased`` have no key any more."""

    events: int = 0
    streams: int = 0
    signatures: int = 0
    links: int = 0
    disclosures: int = 0
    erased: int = 0

    def add(self, other: "Counts") -> None:
        """Add what was verified elsewhere."""
        for name, count in asdict(other).items():
            setattr(self, name, getattr(self, name) + count)


@dataclass(slots=True)
class Findings:
    """Of a range of a log: counts, failures in its order, the leaves of its tree (32 bytes each)."""

    counts: Counts = field(default_factory=Counts)
    failures: list[Failure] = field(default_factory=list)
    is_cut: bool = False  # there are more failures than are listed
    leaves: bytes = b""
    unlooked: Unlooked = field(default_factory=Counter)

    def fail(self, failure: Failure) -> None:
        """Note a failure, unless there are enough."""
        if len(self.failures) < MOST_FAILURES:
            self.failures.append(failure)
        else:
            self.is_cut = True


class LogReport(TypedDict):
    """What was verified of one log. ``root``: RFC 6962, base64url; None where part of the log was seen."""

    events: int
    streams: int
    signatures: int
    links: int
    disclosures: int
    erased: int
    size: int
    root: str | None


@dataclass(frozen=True, slots=True)
class Report:
    """The result: ok where nothing failed; the first bad event is the first failure."""

    logs: dict[str, LogReport]
    failures: list[Failure]
    not_covered: list[str]

    @property
    def ok(self) -> bool:
        """Whether something was verified, and nothing failed."""
        return bool(self.logs) and not self.failures

    def as_json(self) -> dict[str, Any]:
        """The report as ``tamga audit verify --json`` prints it."""
        return {
            "ok": self.ok,
            "logs": self.logs,
            "failures": [failure.as_json() for failure in self.failures],
            "not_covered": self.not_covered,
        }


def in_order(failures: Iterable[Failure]) -> list[Failure]:
    """By position, then by check; of one event only its first failure."""
    found: dict[tuple[str | None, int | None], Failure] = {}
    for failure in sorted(failures, key=lambda f: (f.index, CHECKS.index(f.check))):
        found.setdefault((failure.stream, failure.version), failure)
    return list(found.values())
