"""What follows from a command: events by target, and who acted; not what leads to it."""

from dataclasses import dataclass
from typing import Final, Literal

from domain import events as e
from domain.lookup_keys import Key

LEAD: Final = "lead"  # the stream that the command was asked of, of whatever family; it closes the append
Target = Literal["lead"] | Key
Events = list[tuple[Target, e.Event]]

SYSTEM_ACTOR: Final[e.ActorMember] = {"id": "tamga", "role": "system"}
IMPORT_ACTOR: Final[e.ActorMember] = {"id": "import", "role": SYSTEM_ACTOR["role"]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What follows: events by target, whose seal signs them, and who acted. No events: it was so already.

    ``to``: further countries that its case and its entries concern from now on; each gets them whole.
    """

    authority: str
    actor: e.ActorMember
    events: Events
    to: tuple[str, ...] = ()
