"""The procedures, one file each, found by being there; what a country asks stands in ``domain/law/``."""

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module

from domain.procedure import Procedure
from domain.register import Register
from domain.registers import registers_by_themselves


@cache
def procedures() -> Mapping[str, Procedure]:
    """Every procedure by name; a file's ``PROCEDURE`` has the file's name."""
    found = {}
    for module in pkgutil.iter_modules(__path__):
        procedure = import_module(f"{__name__}.{module.name}").PROCEDURE
        if procedure.name != module.name:
            msg = f"{module.name}.py holds a procedure with another name: {procedure.name}"
            raise TypeError(msg)
        found[procedure.name] = procedure
    return found


@cache
def registers() -> Mapping[str, Register]:
    """Every register by name: from the procedures that write to it, and those that stand by themselves."""
    written = {register.name: register for p in procedures().values() for register in p.registers}
    return {**registers_by_themselves(), **written}
