"""How far a reader of a feed has come; where it is kept is not here."""

from dataclasses import dataclass

from infra.formats.chain import GENESIS


@dataclass(frozen=True, slots=True)
class Position:
    """How far a feed is applied: ``hash`` is h(``count``), ``last`` the hash of the last event.

    ``log_index`` is the highest position in the log so far, ``offset`` where to read on in Kafka.
    """

    count: int = 0
    hash: bytes = GENESIS
    last: str = ""
    log_index: int = -1
    offset: int = 0
