"""Every code that the sources refuse with, and the names of the values that come with it: found by reading them."""

import ast
import inspect
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from domain import faults, refusals
from domain.offers import offers
from domain.refusals import Refusal
from infra.formats import canonical
from infra.operations.register_import import WrongLines

ROOT: Final = Path(__file__).parents[1]
LAYERS: Final = ("domain", "infra", "api")
REFUSALS: Final[Mapping[str, type[Refusal]]] = {
    name: kind
    for name, kind in (*vars(refusals).items(), (WrongLines.__name__, WrongLines))
    if isinstance(kind, type) and issubclass(kind, Refusal)
}
_WRONG: Final = ("WrongValue", "WrongNumber", "WrongName")
# Where the code stands among the arguments, and of what kind its sentence is.
_CODE_AT: Final = {
    **dict.fromkeys(REFUSALS, ("refusal", 0)),
    "_Wrong": ("refusal", 0),
    "Declined": ("refusal", 1),
    "problem": ("refusal", 2),
    "_problem": ("refusal", 1),
    **dict.fromkeys(_WRONG, ("place", 0)),
    "Fault": ("place", 1),
    "NotCanonical": ("place", 2),
}
_NO_VALUES: Final = {"errors", "headers", "procedures"}
_OF_THEIR_OWN: Final = {
    "Invalid",
    "WrongStage",
    "Stale",
    "Erased",
    "WrongLines",
}  # whose arguments are no codes


class Said(NamedTuple):
    """One place where something is refused."""

    kind: str  # "refusal", or "place"
    code: str
    values: frozenset[str]
    status: int | None = None  # where the edge itself says no


@cache
def said() -> tuple[Said, ...]:
    """Every place; the classes of refusals, the validator's findings, and what may be signed have theirs in tables."""
    found = {*_in_sources(), *_of_the_validator(), *_of_checks(), *_of_canonical()}
    known = {each.code for each in found if each.kind == "refusal"}
    return tuple({*found, *(each for each in _of_classes() if each.code not in known)})


def codes(kind: str) -> set[str]:
    return {each.code for each in said() if each.kind == kind}


def values_of() -> Mapping[tuple[str, str], frozenset[str]]:
    """The names that a sentence may count on: those that stand beside the code wherever it is said."""
    found: dict[tuple[str, str], frozenset[str]] = {}
    for each in said():
        known = found.get((each.kind, each.code))
        found[each.kind, each.code] = each.values if known is None else known & each.values
    return found


def _in_sources() -> Iterator[Said]:
    for layer in LAYERS:
        for path in sorted((ROOT / layer).rglob("*.py")):
            if path.match("*development*"):
                continue  # OAuth's errors (RFC 6749) are for developers, and in English
            tree = ast.parse(path.read_text("utf-8"))
            for scope in ast.walk(tree):
                if isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef):
                    yield from _in_function(scope)


def _in_function(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Said]:
    named = {
        node.targets[0].id: node.value
        for node in ast.walk(function)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    for node in ast.walk(function):
        match node:
            case ast.Call(func=ast.Name(id=name)) | ast.Call(func=ast.Attribute(attr=name)) if (
                name in _CODE_AT
            ):
                kind, place = _CODE_AT[name]
                for each in _of_call(node, kind, _code(node, name, place), place, named):
                    own = {"code"} if name == "Invalid" else set()
                    yield each._replace(values=(each.values - own) | built().get(name, frozenset()))


def _code(call: ast.Call, name: str, place: int) -> str | None:
    """The code as it is written there; None: it comes from a table that is read by itself."""
    keywords = [k.value for k in call.keywords if k.arg == "code"] if name == "Invalid" else []
    written = keywords or ([] if name in _OF_THEIR_OWN else call.args[place : place + 1])
    match written:
        case []:
            return getattr(REFUSALS.get(name), "code", None)
        case [ast.Constant(value=str(code))]:
            return code
        case [ast.Attribute(attr="code" | "name") | ast.Name(id="code") | ast.Starred()]:
            return None
    return ast.unparse(
        written[0]
    )  # a sentence, or what nobody can find: the test of the names of codes says so


def _of_call(
    call: ast.Call, kind: str, code: str | None, place: int, named: Mapping[str, ast.expr]
) -> Iterator[Said]:
    if code is None:
        return
    values = {k.arg for k in call.keywords if k.arg is not None} - _NO_VALUES
    for more in call.args[place + 1 :]:
        written = named.get(more.id) if isinstance(more, ast.Name) else more
        if isinstance(written, ast.Dict):
            values |= {str(key.value) for key in written.keys if isinstance(key, ast.Constant)}
    first = call.args[0] if call.args else None
    status = first.value if isinstance(first, ast.Constant) and isinstance(first.value, int) else None
    yield Said(kind, code, frozenset(values), status)


def _of_classes() -> Iterator[Said]:
    """Each refusal has a code of its own."""
    yield from (Said("refusal", kind.code, built()[name]) for name, kind in REFUSALS.items())


@cache
def built() -> Mapping[str, frozenset[str]]:
    """Which values a class of refusals gives by itself, in its ``__init__``."""
    trees = [ast.parse(inspect.getsource(inspect.getmodule(kind) or kind)) for kind in REFUSALS.values()]
    return {
        node.name: frozenset(k.arg for call in ast.walk(node) for k in _of_super(call) if k.arg)
        for tree in trees
        for node in tree.body
        if isinstance(node, ast.ClassDef) and node.name in REFUSALS
    }


def _of_super(node: ast.AST) -> list[ast.keyword]:
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Call(func=ast.Name(id="super")))):
            return node.keywords
    return []


def _of_the_validator() -> Iterator[Said]:
    for code in faults.CODES:
        bound = {faults.BOUNDS[code][1]} if code in faults.BOUNDS else set()
        yield Said("place", code, frozenset({"known"} if code == "not_in_list" else bound))


def _of_checks() -> Iterator[Said]:
    """What must hold is refused by a code that stands in the law."""
    for offer in offers().values():
        for check in (*offer.procedure.checks, *(c for terms in offer.terms for c in terms.checks)):
            if check.effect == "refuse":
                yield Said("refusal", check.code, frozenset())


def _of_canonical() -> Iterator[Said]:
    yield from (Said("place", code, frozenset()) for code in canonical.CODES)
    yield from (
        Said("refusal", code, frozenset()) for code in ("not_found", "method_not_allowed", "http_error")
    )
