"""What a form refuses, as faults: the validator's findings under codes of ours; its own words reach nobody."""

import re
from collections.abc import Callable, Iterable, Mapping
from itertools import takewhile
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from domain.refusals import Fault, Values, WrongValue

# type of pydantic -> code of ours; and, where the sentence says a bound, what it is called there and here.
_CODES: Final[Mapping[str, str]] = {
    "bool_type": "not_yes_or_no",
    "dict_type": "not_an_object",
    "extra_forbidden": "unknown_member",
    "greater_than_equal": "too_small",
    "int_from_float": "not_a_whole_number",
    "int_type": "not_a_whole_number",
    "less_than_equal": "too_great",
    "list_type": "not_a_list",
    "literal_error": "not_in_list",
    "missing": "missing",
    "model_attributes_type": "not_an_object",
    "model_type": "not_an_object",
    "string_pattern_mismatch": "wrong_form",
    "string_too_long": "too_long",
    "string_too_short": "too_short",
    "string_type": "not_text",
    "too_long": "too_many",
    "too_short": "too_few",
}
BOUNDS: Final[Mapping[str, tuple[str, str]]] = {
    "too_small": ("ge", "least"),
    "too_great": ("le", "most"),
    "too_long": ("max_length", "most"),
    "too_short": ("min_length", "least"),
    "too_many": ("max_length", "most"),
    "too_few": ("min_length", "least"),
}
OTHERWISE: Final = "wrong_value"
CODES: Final = frozenset({*_CODES.values(), OTHERWISE})
_NAME: Final = re.compile(r"(?!\Z)[a-z_]{0,60}[0-9]{0,3}\Z")  # no number of a person stands in a form's name


def faults_of(error: ValidationError, prefix: str = "") -> tuple[Fault, ...]:
    """What is wrong, place by place, without what was sent; ``prefix``: the pointer of the form in what was sent."""
    return tuple(fault_of(each, prefix) for each in error.errors(include_url=False, include_input=False))


def fault_of(found: ErrorDetails, prefix: str = "") -> Fault:
    """One finding of the validator."""
    pointer, said = prefix + pointer_of(found["loc"]), found.get("ctx", {})
    wrong = said.get("error")
    if isinstance(wrong, WrongValue):
        return Fault(pointer, wrong.code, wrong.values)
    code = _CODES.get(found["type"], OTHERWISE)
    return Fault(pointer, code, _VALUES.get(code, _bound)(code, said))


def pointer_of(steps: Iterable[str | int]) -> str:
    """The JSON pointer (RFC 6901); it ends before a name that no form could have: people send anything.

    A position in a list is a number; what a form calls one of several kinds of values (``forms.PersonOrCompany``) is
    no step.
    """
    sent = (step for step in steps if not str(step).startswith("<"))
    return "".join(f"/{step}" for step in takewhile(_is_a_step, sent))


def _is_a_step(step: str | int) -> bool:
    return isinstance(step, int) or _NAME.match(step) is not None


def _bound(code: str, said: Mapping[str, Any]) -> Values:
    theirs, ours = BOUNDS.get(code, ("", ""))
    return {ours: said[theirs]} if theirs else {}


def _listed(_code: str, said: Mapping[str, Any]) -> Values:
    """The codes of a Literal, which pydantic writes as 'a', 'b' or 'c'."""
    return {"known": tuple(re.findall(r"'([^']*)'", said["expected"]) or [said["expected"]])}


_VALUES: Final[Mapping[str, Callable[[str, Mapping[str, Any]], Values]]] = {"not_in_list": _listed}
