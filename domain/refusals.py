"""Why a command is not carried out: the tree of refusals, each a stable code and the values that belong to it.

::

    Refusal
    ├── Invalid            what was sent is wrong; ``errors`` name the places
    ├── Unknown            there is no such thing, or the caller may not know of it
    ├── NotAllowed         the caller is known to be here, and may not do this
    ├── NotOffered         the country does not offer the procedure (yet, or not on this day)
    ├── WrongStage         the case is elsewhere in its life; ``fits`` names what can be done
    ├── Stale              the caller judged another version than the one that stands
    ├── Clash              something else holds what is asked: a claim, a restriction, an entry
    ├── Differs            the same thing was sent before with another content
    ├── Erased             the personal data of the case is destroyed
    └── Unready            the house cannot do it now; nothing was changed

No sentence here, they stand in the catalogues (``api/messages/``): one for each code, with the values in it. And no
HTTP: the numbers stand in one table at the edge (``api/edge/problems.py``).
"""

from collections.abc import Iterable, Mapping
from datetime import date
from types import MappingProxyType
from typing import ClassVar, Final, NamedTuple, Self, TypeAlias


class Named(NamedTuple):
    """A code that is said in words: ``kind`` is what it is a code of, such as "stage" or "ground"."""

    kind: str
    code: str


class Amount(NamedTuple):
    """Money in minor units, said as the language says it."""

    minor: int
    currency: str


def named(kind: str, codes: Iterable[str]) -> tuple[Named, ...]:
    """Codes of one kind, as a value."""
    return tuple(Named(kind, code) for code in codes)


# What stands in a sentence: a number, a day, words that are the same in every language (the name of a header, of a
# number), a code that is said in words; or several. Never what somebody sent.
Value: TypeAlias = int | date | str | Named | Amount | tuple[Named, ...] | tuple[str, ...]
Values: TypeAlias = Mapping[str, Value]
_NONE: Final[Values] = MappingProxyType({})


class Fault(NamedTuple):
    """One wrong place in what was sent: a JSON pointer, a stable code, the values of its sentence."""

    pointer: str
    code: str
    values: Values = _NONE


class WrongValue(ValueError):
    """A value that a form cannot take, where its type alone does not say so: the code and values of a Fault."""

    def __init__(self, code: str, **values: Value) -> None:
        super().__init__(code)  # what a process hands to another is made of this and of the members
        self.code = code
        self.values = values

    def __str__(self) -> str:
        return plainly(self.code, self.values)


class Refusal(Exception):
    """A command is not carried out, nothing has changed; ``name``: the stable code; ``values`` for its sentence.

    ``procedures``: those whose own words are meant, where it is about a case or an entry (``about``). ``stage`` and
    ``fits``: where the case stands, and which commands fit there for the caller, where it has to do with that (``at``).
    """

    code: ClassVar[str] = "refused"
    stage: str | None = None
    fits: tuple[str, ...] = ()

    def __init__(self, code: str | None = None, /, **values: Value) -> None:
        self.name = code or self.code
        self.values: Values = values
        self.procedures: tuple[str, ...] = ()
        super().__init__(self.name)

    def __str__(self) -> str:
        return plainly(self.name, self.values)

    def about(self, *procedures: str) -> Self:
        """The same, in the words of these procedures, in this order."""
        self.procedures = procedures
        return self

    def at(self, stage: str | None, fits: tuple[str, ...]) -> Self:
        """The same, of a case that stands there."""
        self.stage, self.fits = stage, fits
        return self


class Invalid(Refusal):
    """What was sent is wrong."""

    code = "invalid_request"

    def __init__(self, *errors: Fault, code: str | None = None) -> None:
        super().__init__(code)
        self.errors = errors


class Unknown(Refusal):
    """There is no such thing for this caller: one code for what is not there and for what the caller may not know of,
    so that nobody learns which it is.
    """

    code = "not_found"


class NotAllowed(Refusal):
    """The caller may know of the thing, but not do this to it."""

    code = "not_allowed"


class NotOffered(Refusal):
    """Not offered here yet."""

    code = "not_offered"


class WrongStage(Refusal):
    """The command does not fit the stage; ``fits`` are the commands that do."""

    code = "wrong_stage"

    def __init__(self, stage: str, fits: tuple[str, ...]) -> None:
        super().__init__(stage=Named("stage", stage), fits=named("command", fits))
        self.at(stage, fits)


class Stale(Refusal):
    """The case moved on since the caller looked; ``version`` is the one that stands."""

    code = "stale_version"

    def __init__(self, version: int) -> None:
        super().__init__()
        self.version = version


class Clash(Refusal):
    """Something else stands in the way.

    ``holder``: the stream that holds what is asked, which nobody is told; ``case``: the same, for whom it may be told.
    """

    code = "conflict"
    holder: str | None = None
    case: str | None = None


class Differs(Refusal):
    """The same key or reference came before with another content."""

    code = "differs"


class Erased(Refusal):
    """The personal data is destroyed; ``case`` is the one whose data it was."""

    code = "erased"

    def __init__(self, case: str) -> None:
        super().__init__()
        self.case = case


class Unready(Refusal):
    """The house cannot do it now; try again later. Nothing was changed, but where its code says so."""

    code = "unavailable"


def plainly(code: str, values: Values) -> str:
    """The code and its values, as a line of a log has them."""
    return code + "".join(f" {name}={value}" for name, value in values.items())
