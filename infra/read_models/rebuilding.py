"""One part of a rebuild: every nth stream of the log, folded into the generation under construction.

Streams stand alone, so parts are folded side by side, each by a process of its own; what they count is added up
under the write lock. A part keeps no position: a rebuild that breaks off begins anew, and whoever
still works for the one before is refused (``ReadModels.helping``).
"""

import time
from pathlib import Path
from typing import Final, NamedTuple

from domain.events import PersonalDataErased
from infra.formats.ids import Ids
from infra.log.reading import Reader
from infra.read_models.folding import fold, recall, told_to
from infra.read_models.opening import open_all
from infra.read_models.store import NEXT, ReadModels
from infra.runtime.garbage import none_collected
from infra.stores.vault import KeyStore, Vault

_TURN_S: Final = 0.005  # between two batches: others who wait for the file come in


class Range(NamedTuple):
    """What falls to a part: the events from ``first`` up to, not including, ``end``, of its streams."""

    first: int
    end: int
    part: int
    parts: int


class PartFolder:
    """Folds ranges of one part of a log; of one thread, in any process. ``builder``: the rebuild that it works for."""

    def __init__(  # noqa: PLR0913, PLR0917 - what a process of its own has to be told
        self, country: str, ids: Ids, log: Path, key_store: KeyStore, read_models: Path, builder: int
    ) -> None:
        self._country = country
        self._ids = ids
        self._builder = builder
        self._log = Reader.of(log)
        self._vault = Vault(key_store.path, key_store.kek)
        self._read_models = ReadModels(read_models)

    def carry_out(self, task: Range) -> list[PersonalDataErased]:
        """Fold this part's events at these positions; the erasures among them."""
        with none_collected():
            erased = self._folded(task)
        time.sleep(_TURN_S)
        return erased

    def _folded(self, task: Range) -> list[PersonalDataErased]:
        opened = open_all(told_to(self._log.part(*task)), self._country, self._vault)
        with self._read_models.reading(NEXT) as transaction:
            before = recall(transaction, opened)
        folded = fold(before, opened, self._country, self._ids)
        folded.show()
        with self._read_models.helping(self._builder) as transaction:
            folded.write(transaction)
        return folded.erased

    def close(self) -> None:
        """Give back the files."""
        self._log.close()
        self._vault.close()
        self._read_models.close()
