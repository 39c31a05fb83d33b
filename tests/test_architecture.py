"""The shape of the house: which way imports point, where each vendor lives, which words are never written."""

import ast
import builtins
import os
import re
import sys
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NOT_OURS = {".git", ".venv", "build", "dist", "var"}

INWARDS = {
    "domain": set[str](),
    "projections": {"domain"},
    "infra": {"domain", "projections"},
    "api": {"domain", "projections", "infra"},
    "consumers": {"domain", "projections", "infra"},
    "tamga": {"domain", "projections", "infra", "api", "consumers"},
}
OURS = {*INWARDS, "tests"}

# What a layer may import beside the standard library; a vendor that is named in PLACES has that place only.
VENDORS = {
    "domain": {"holidays", "pydantic", "pydantic_core", "stdnum", "typing_extensions"},
    "projections": {"typing_extensions"},
    "api": {
        "babel",
        "fastapi",
        "jinja2",
        "markdown_it",
        "orjson",
        "prometheus_client",
        "pydantic",
        "pydantic_core",
        "python_multipart",
        "starlette",
        "typing_extensions",
        "uvicorn",
    },
    "consumers": {"httpx", "pydantic", "typing_extensions"},
    "tamga": {"typer", "uvicorn"},
}
PLACES = {
    "babel": ("api/edge/sentences.py", "api/messages/__main__.py"),
    "cryptography": (
        "infra/formats/boxes.py",
        "infra/formats/signing.py",
        "infra/keys/certificates.py",
        "infra/keys/keyring.py",
        "infra/stores/vault.py",
    ),
    "eventsourcing": ("infra/log/event_store.py",),
    "fastapi": ("api/*",),
    "jinja2": ("api/front/layout.py",),
    "kafka": ("infra/feed/kafka.py",),
    "markdown_it": ("api/front/documentation.py",),
    "pydantic_settings": ("infra/settings.py",),
    "rich": ("infra/command_line/printing.py",),
    "starlette": ("api/*",),
    "typer": ("tamga.py", "infra/command_line/*"),
    "uvicorn": ("tamga.py", "api/*"),
}

# The rooms of infra/, and which others each may import: inwards only. What stands at the root is the house itself.
HOUSE = {"infra/__init__.py", "infra/house.py", "infra/settings.py"}
ROOMS = {
    "runtime": set[str](),
    "formats": {"runtime"},
    "log": {"formats", "runtime"},
    "stores": {"formats", "runtime"},
    "keys": {"log", "formats", "runtime"},
    "identity": {"runtime"},
    "read_models": {"stores", "log", "formats", "runtime"},
    "desk": {"keys", "stores", "log", "formats", "runtime"},
    "feed": {"keys", "log", "formats", "runtime"},
    "development": {"identity", "keys", "formats", "runtime"},
    "verification": {"keys", "stores", "formats", "runtime"},
}
ROOMS["house"] = {*ROOMS} - {"verification"}
ROOMS["operations"] = {*ROOMS} - {"verification"}
ROOMS["command_line"] = {*ROOMS}

# The rooms of api/, by the same rule; a file that stands alone there is a room of its own.
API_ROOMS = {
    "edge": set[str](),
    "messages": set[str](),
    "front": {"edge"},
    "cases": {"edge"},
    "registries": {"edge"},
    "audit": {"edge"},
    "birth_notices": {"edge"},
    "competences": {"edge"},
    "development": {"edge", "front"},
    "erasures": {"edge"},
    "health": {"edge"},
    "mandates": {"edge"},
    "my_cases": {"edge"},
    "notices": {"edge"},
    "procedures": {"edge"},
    "registers": {"edge"},
    "seal_keys": {"edge"},
    "work_queue": {"edge"},
}
API_ROOMS["app"] = {*API_ROOMS}

# Distributions that are imported by another name than their own.
IMPORTED_AS = {
    "kafka-python": "kafka",
    "markdown-it-py": "markdown_it",
    "pyjwt": "jwt",
    "pytest-xdist": "xdist",
    "python-stdnum": "stdnum",
}
# Those that nobody imports, and why they are there.
NOT_IMPORTED = {
    "httptools": "uvicorn takes it to parse HTTP where it is there, and is slower without",
    "mypy": "a command of make check",
    "ruff": "a command of make check",
    "tzdata": "zoneinfo of the standard library finds the time zones in it where the machine has none",
    "uvloop": "uvicorn takes it as its loop where it is there, and is slower without",
}

# fmt: off
IMPURE_MODULES = {
    "asyncio", "concurrent", "http", "io", "logging", "multiprocessing", "os", "pathlib", "queue", "random",
    "secrets", "shutil", "signal", "socket", "sqlite3", "ssl", "subprocess", "sys", "tempfile", "threading",
    "time", "urllib",
}
IMPURE_CALLS = {"now", "utcnow", "today", "uuid1", "uuid4", "open", "print", "input"}

BANNED = {
    "service", "application", "manager", "processor", "helper", "util", "common", "base", "core", "data",
    "info", "handler", "dto",
}
# fmt: on

# A class of one letter in each, so that this file does not name them either.
REGISTRY_HOSTS = re.compile(
    r"p[y]pi|python[h]osted|npm[j]s|crates[.]io|mvn[r]epository|maven[.](org|apache)|repo1?[.]maven|deb[.]debian",
    re.IGNORECASE,
)
MACHINE_PATHS = re.compile(r"(?<![\w.~}])/(?:work|farm|root|home|opt|Users|tmp)/\w")


def test_imports_point_inwards() -> None:
    """tamga.py -> api, consumers -> infra -> projections -> domain; api and consumers never meet."""
    outwards = [
        f"{path}:{line} imports {module}"
        for path in sources()
        for line, module in imports(path)
        if top(module) in OURS - INWARDS[layer(path)] - {layer(path)}
    ]
    assert outwards == []


def test_every_file_of_infra_stands_in_a_room() -> None:
    """At the root stand the house, which puts all together, and its settings; everything else has its room."""
    homeless = [
        str(path)
        for path in modules()
        if layer(path) == "infra"
        and str(path) not in HOUSE
        and (stands_alone(path) or room(path) not in ROOMS)
    ]
    assert homeless == []


def test_rooms_import_inwards_only() -> None:
    """By the table above; the verifier shares no code with the writer but the formats, the keys and the stores."""
    outwards = [
        f"{path}:{line} imports {module}"
        for path in modules()
        if layer(path) == "infra"
        for line, module in imports(path)
        if module.startswith("infra.")
        and (there := room_of(module)) != room(path)
        and there not in ROOMS.get(room(path), set())
    ]
    assert outwards == []


def test_rooms_of_the_edge_import_inwards_only() -> None:
    """What all routers share stands in api/edge; none uses another as a box of tools."""
    outwards = [
        f"{path}:{line} imports {module}"
        for path in modules()
        if layer(path) == "api" and path.name != "__init__.py"
        for line, module in imports(path)
        if module.startswith("api.")
        and (there := module.split(".")[1]) != (here := path.with_suffix("").parts[1])
        and there not in API_ROOMS[here]
    ]
    assert outwards == []


def test_the_feed_kit_knows_no_registry() -> None:
    """Who reads a feed for another end (a witness, a process across countries) takes the kit alone."""
    outwards = [
        f"{path}:{line} imports {module}"
        for path in modules()
        if path.parts[:2] == ("consumers", "feed")
        for line, module in imports(path)
        if module.startswith("consumers.") and not module.startswith("consumers.feed.")
    ]
    assert outwards == []


def test_a_vendor_is_imported_in_its_place_only() -> None:
    """One vendor, one file: whoever replaces it has one file to read."""
    elsewhere = [
        f"{path}:{line} imports {module}"
        for path in sources()
        for line, module in imports(path)
        if top(module) not in OURS | sys.stdlib_module_names and not has_its_place(top(module), path)
    ]
    assert elsewhere == []


def test_the_law_knows_no_clock_no_chance_and_no_disk() -> None:
    """Time, ids and what was read arrive as values, so that a decision can be made again years later."""
    pure = [path for path in sources() if layer(path) in {"domain", "projections"}]
    imported = [
        f"{path}:{line} imports {module}"
        for path in pure
        for line, module in imports(path)
        if top(module) in IMPURE_MODULES
    ]
    called = [
        f"{path}:{line} calls {name}" for path in pure for line, name in calls(path) if name in IMPURE_CALLS
    ]
    assert imported + called == []


# Names that contracts with the outside fix: TAMGA_DATA, and the member "data" of a signed event.
NAMED_OUTSIDE = {("infra/settings.py", "data"), ("api/edge/shapes.py", "data")}


def test_a_name_says_what_a_thing_is() -> None:
    """No part of the house is a manager or a helper, and no value is just data or info."""
    parts = [
        f"{path} is a {word}"
        for path in modules()
        for part in (*path.parts[:-1], path.stem)
        if (word := last_word(part)) in BANNED
    ]
    named = [
        f"{path}:{line} names {name}"
        for path in modules()
        for line, name in names(path)
        if is_banned(name) and (str(path), name) not in NAMED_OUTSIDE
    ]
    assert parts + named == []


def test_every_module_says_what_it_is() -> None:
    """The first thing in a file is a sentence, with its full stop."""
    silent = [
        str(path)
        for path in modules()
        if not (ast.get_docstring(tree(path)) or "").partition("\n\n")[0].endswith(".")
    ]
    assert silent == []


def test_no_file_names_a_registry_or_a_machine() -> None:
    """Where packages come from, and where the house stands, is the business of whoever installs it."""
    named = [
        f"{path}:{number} says {found[0]}"
        for path in files()
        for number, line in enumerate(text(path).splitlines(), start=1)
        if (found := REGISTRY_HOSTS.search(line) or MACHINE_PATHS.search(line))
    ]
    assert named == []


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_what_is_installed_is_what_was_locked(lock: str) -> None:
    """Byte for byte, from wherever it comes: each package has a version and hashes, and no address."""
    locked = re.sub(r"^ *#.*\n", "", text(Path(lock)), flags=re.MULTILINE)
    loose = [
        entry
        for entry in re.split(r"\n(?=\S)", locked)
        if not re.match(r"[a-z0-9-]+==\S+ .*--hash=sha256:[0-9a-f]{64}\s", entry + "\n", re.DOTALL)
    ]
    assert loose == []
    assert "://" not in locked


def test_every_dependency_is_used() -> None:
    """By the house itself, or by the tests where it is for them: what nobody imports is not installed."""
    project = tomllib.loads(text(Path("pyproject.toml")))["project"]
    imported = {top(module) for path in sources() for _, module in imports(path)}
    in_tests = {top(module) for path in modules() for _, module in imports(path)}
    asked = [(name, imported) for name in map(distribution, project["dependencies"])]
    asked += [(name, in_tests) for name in map(distribution, project["optional-dependencies"]["dev"])]
    names = {name: (IMPORTED_AS.get(name, name.replace("-", "_")), used) for name, used in asked}
    unused = {name for name, (module, used) in names.items() if module not in used}
    assert unused - set(NOT_IMPORTED) == set(), "please take these out of pyproject.toml"
    assert set(NOT_IMPORTED) - unused == set(), "these are imported, or are no dependencies any more"
    assert set(IMPORTED_AS) - set(names) == set(), "these are no dependencies any more"


def distribution(requirement: str) -> str:
    """``kafka-python`` of ``kafka-python[lz4]>=3.0.12,<4``."""
    return re.split(r"[^\w-]", requirement, maxsplit=1)[0].lower()


def has_its_place(vendor: str, path: Path) -> bool:
    if vendor in PLACES:
        return any(fnmatch(path.as_posix(), place) for place in PLACES[vendor])
    return layer(path) == "infra" or vendor in VENDORS[layer(path)]


def top(module: str) -> str:
    return module.partition(".")[0]


def room(path: Path) -> str:
    """The room of a file of infra/; the house and its settings are the room `house`."""
    return path.parts[1] if len(path.parts) > 2 else "house"


def stands_alone(path: Path) -> bool:
    """Whether it is a file at the root of its layer."""
    return len(path.parts) == 2


def room_of(module: str) -> str:
    """The room of a module of infra."""
    part = module.split(".")[1]
    return "house" if part in {"house", "settings"} else part


def layer(path: Path) -> str:
    return path.parts[0].removesuffix(".py")


def sources() -> list[Path]:
    """The modules of the house itself, tests left out."""
    return [path for path in modules() if layer(path) in INWARDS]


def modules() -> list[Path]:
    return [path for path in files() if path.suffix == ".py"]


@cache
def files() -> list[Path]:
    """Everything that is ours, relative to the root."""
    found = []
    for folder, folders, inside in os.walk(ROOT):
        folders[:] = sorted(set(folders) - NOT_OURS - {name for name in folders if is_a_cache(name)})
        found += [Path(folder, name).relative_to(ROOT) for name in sorted(inside)]
    return found


def is_a_cache(folder: str) -> bool:
    return folder.endswith((".egg-info", "_cache", "__pycache__", ".hypothesis", ".schemathesis"))


@cache
def text(path: Path) -> str:
    return (ROOT / path).read_text(errors="replace")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(text(path))


def imports(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree(path)):
        match node:
            case ast.Import(names=aliases):
                yield from ((node.lineno, alias.name) for alias in aliases)
            case ast.ImportFrom(module=("infra" | "api") as house, level=0, names=aliases):  # its rooms
                yield from ((node.lineno, f"{house}.{alias.name}") for alias in aliases)
            case ast.ImportFrom(module=str(module), level=0):
                yield node.lineno, module


def calls(path: Path) -> Iterator[tuple[int, str]]:
    """The last name of what is called: `now` of `datetime.now()`; but `vault.open()` is not `open()`."""
    for node in ast.walk(tree(path)):
        match node:
            case ast.Call(func=ast.Name(id=name)):
                yield node.lineno, name
            case ast.Call(func=ast.Attribute(attr=name)) if not hasattr(builtins, name):
                yield node.lineno, name


def names(path: Path) -> Iterator[tuple[int, str]]:
    """What the file gives names to."""
    for node in ast.walk(tree(path)):
        match node:
            case (
                ast.ClassDef(name=name)
                | ast.FunctionDef(name=name)
                | ast.AsyncFunctionDef(name=name)
                | ast.arg(arg=name)
                | ast.Name(id=name, ctx=ast.Store())
                | ast.Attribute(attr=name, ctx=ast.Store())
                | ast.MatchAs(name=str(name))
            ):
                yield node.lineno, name


def is_banned(name: str) -> bool:
    """A class may not end so (`CaseManager`); else the whole name counts (`data`, but not `data_key`)."""
    is_class = name[:1].isupper() and not name.isupper()
    return (last_word(name) if is_class else singular(name.strip("_").lower())) in BANNED


def last_word(name: str) -> str:
    """`CaseManager` and `case_managers` end in `manager`."""
    words = re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])", name)
    return singular(words[-1].lower()) if words else ""


def singular(word: str) -> str:
    return word.removesuffix("s") if word.removesuffix("s") in BANNED else word
