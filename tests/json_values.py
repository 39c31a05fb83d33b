"""What may be signed: JSON values without floats."""

from collections.abc import Mapping
from typing import Any


def has_no_float(value: Any) -> bool:
    """Whether there is no float anywhere in it; nothing but JSON values is expected."""
    if isinstance(value, Mapping):
        return all(isinstance(name, str) and has_no_float(each) for name, each in value.items())
    if isinstance(value, list | tuple):
        return all(has_no_float(each) for each in value)
    assert value is None or isinstance(value, str | int | float | bool), (
        f"{type(value).__name__} is no JSON value"
    )
    return not isinstance(value, float)
