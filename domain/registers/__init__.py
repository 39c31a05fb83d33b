"""The registers that stand by themselves, one file each, found by being there; procedures may write to them, too."""

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module

from domain.register import Register


@cache
def registers_by_themselves() -> Mapping[str, Register]:
    """Each of them by name; a file's ``REGISTER`` has the file's name."""
    modules = (import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__))
    return {module.REGISTER.name: module.REGISTER for module in modules}
