"""What is worked out once for its object; not what is true for others, which functools remembers."""

from collections.abc import Callable
from typing import Generic, TypeVar, overload

Owner = TypeVar("Owner")
Found = TypeVar("Found")


class once(Generic[Owner, Found]):  # noqa: N801 - a decorator, as property is
    """A property that is asked for once: as ``functools.cached_property``, which takes a lock before Python 3.12.

    What raises is asked for again.
    """

    def __init__(self, work_out: Callable[[Owner], Found]) -> None:
        self._work_out = work_out
        self._name = work_out.__name__
        self.__doc__ = work_out.__doc__

    @overload
    def __get__(self, owner: None, kind: type) -> "once[Owner, Found]": ...
    @overload
    def __get__(self, owner: Owner, kind: type) -> Found: ...
    def __get__(self, owner: Owner | None, kind: type) -> "Found | once[Owner, Found]":
        if owner is None:
            return self
        found = owner.__dict__[self._name] = self._work_out(owner)
        return found
