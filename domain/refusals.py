"""Why a command is not carried out: the tree of refusals, each with a stable code and a sentence that helps.

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

No HTTP here: the numbers stand in one table at the edge (``api/edge/problems.py``).
"""

from dataclasses import dataclass
from typing import ClassVar, Final

# One sentence for what is not there and for what the caller may not know of: nobody learns which it is.
NOTHING: Final = (
    "There is nothing under this address for you. "
    "Please check it, and that you are signed in as the right person."
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One wrong place in what was sent: a JSON pointer, a stable code, a sentence. Never the value itself."""

    pointer: str
    code: str
    detail: str


class Refusal(Exception):
    """A command is not carried out, nothing has changed; ``name``: the stable code; ``detail`` for people."""

    code: ClassVar[str] = "refused"

    def __init__(self, detail: str, *, code: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.name = code or self.code


class Invalid(Refusal):
    """What was sent is wrong."""

    code = "invalid_request"

    def __init__(self, *errors: Fault, detail: str = "", code: str | None = None) -> None:
        super().__init__(detail or "Please correct the places named in errors, and send it again.", code=code)
        self.errors = errors


class Unknown(Refusal):
    """There is no such thing for this caller."""

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
        what = ", ".join(fits) if fits else "nothing more"
        super().__init__(f"The case is {stage}; what can be done with it now: {what}.")
        self.stage = stage
        self.fits = fits


class Stale(Refusal):
    """The case moved on since the caller looked; ``version`` is the one that stands."""

    code = "stale_version"

    def __init__(self, version: int) -> None:
        super().__init__("The case has changed since you read it. Please read it again, then decide.")
        self.version = version


class Clash(Refusal):
    """Something else stands in the way."""

    code = "conflict"


class Differs(Refusal):
    """The same key or reference came before with another content."""

    code = "differs"


class Erased(Refusal):
    """The personal data is destroyed; ``case`` is the one whose data it was."""

    code = "erased"

    def __init__(self, case: str) -> None:
        super().__init__("The personal data of this case has been erased. Nothing more can be done with it.")
        self.case = case


class Unready(Refusal):
    """The house cannot do it now, and has changed nothing; try again later."""

    code = "unavailable"
