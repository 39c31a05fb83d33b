"""What the law or a procedure looks at before something is done, and what a case is like; each known by its code."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from domain.country import Source
from domain.facts import Content, Facts, Request
from domain.lookup_keys import Key

Moment = Literal["filing", "decision"]


def _sees_nothing(_request: Request) -> Mapping[str, Key]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What must hold: a ratio, an owner, the state of another register; known for ever by its ``code``.

    ``sees`` names the entries that ``holds`` asks for in ``facts.entries``, and the keys by which they are
    found. ``effect``: where it does not hold the act is refused; or the officer, who judges, is warned at filing.
    """

    code: str
    holds: Callable[[Facts], bool]
    sees: Callable[[Request], Mapping[str, Key]] = _sees_nothing
    moments: tuple[Moment, ...] = ("filing", "decision")
    effect: Literal["refuse", "warn"] = "refuse"
    source: Source | None = None  # None: that of the terms, or, for all countries, of nobody


def told(code: str, holds: Callable[[Facts], bool], source: Source) -> Check:
    """A check that refuses nobody: where it does not hold, the officer is told at filing."""
    return Check(code=code, holds=holds, moments=("filing",), effect="warn", source=source)


def _is_any(_facts: Facts, _found: Content) -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """What else is like what a case asks for: told live to who decides it, known for ever by its ``code``; never a
    reason to refuse, and nothing that a party hears (rules.md 38).

    ``marks``: by which other entries, and the requests of other open cases, are found; ``is_meant``: whether one of
    them is (a content, or a request). ``sees``: as of a check.
    """

    code: str
    marks: Callable[[Facts], tuple[Key, ...]]
    is_meant: Callable[[Facts, Content], bool] = _is_any
    sees: Callable[[Request], Mapping[str, Key]] = _sees_nothing
