"""What outsiders signed is looked at where it is kept: by whom, about what, and whether their key was for that."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from infra.formats.envelope import payload_of, split
from infra.verification.findings import Wrong
from infra.verification.keys import Keys, read_keys
from infra.verification.log_file import LogFile
from infra.verification.outsiders import check_statement
from tests.infra.past import OFFICE, Past, past
from tests.town import statements

AT = datetime(2026, 3, 5, 9, tzinfo=UTC)
REGISTRY = "kz-vehicle-register"
RECEIPT, OBJECTION = "case.ReceiptRecorded.v1", "case.ObjectionRecorded.v1"


class Kept:
    """The log with the receipt that stands in it."""

    def __init__(self, made: Past) -> None:
        self.house = made.country()
        file = LogFile(self.house.folder / "log.sqlite")
        self.keys: Keys = read_keys("KZ", file, self.house.keyring.root)
        file.close()
        rows = self.house.log.since(0, self.house.log.size())
        self.index, *_, self.state = next(row for row in rows if row[3] == RECEIPT)
        self.payload = payload_of(split(self.state)[0])
        self.found: dict[str, Any] = self.payload["data"]

    def check(self, kind: str = RECEIPT, index: int | None = None, **changes: Any) -> None:
        at = self.index if index is None else index
        payload = {**self.payload, "type": kind, "data": {**self.found, **changes}}
        check_statement(payload, self.keys.history, at)

    def signed(self, make: Callable[..., str], *, by: str = REGISTRY, **more: Any) -> str:
        about = {"register": "vehicles", "event": self.found["event"], **more}
        return make(self.house.keyring, by, about.pop("register"), about.pop("event"), AT, **about)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    with past(tmp_path_factory.mktemp("past")) as made:
        yield Kept(made)


def test_the_receipt_that_the_house_took_holds(kept: Kept) -> None:
    kept.check()


def test_an_objection_holds_with_its_code(kept: Kept) -> None:
    no = kept.signed(statements.objection, code="plate_unknown")
    kept.check(OBJECTION, objection=no, code="plate_unknown")
    with pytest.raises(Wrong, match="something else"):
        kept.check(OBJECTION, objection=no, code="owner_unknown")


def test_an_objection_is_no_receipt(kept: Kept) -> None:
    with pytest.raises(Wrong, match=r"tamga-objection\+jwt"):
        kept.check(receipt=kept.signed(statements.objection, code="plate_unknown"))


def test_a_receipt_by_the_office_that_decides_is_none(kept: Kept) -> None:
    """Nor by any other key that the log did not authorise for receipts."""
    with pytest.raises(Wrong, match="may sign") as wrong:
        kept.check(receipt=kept.signed(statements.receipt, by=OFFICE))
    assert wrong.value.check == "statement"


@pytest.mark.parametrize("other", [{"event": "A" * 43}, {"register": "plates"}, {"log": "log.other/v1"}])
def test_a_receipt_about_something_else_is_none(kept: Kept, other: dict[str, str]) -> None:
    with pytest.raises(Wrong, match="something else"):
        kept.check(receipt=kept.signed(statements.receipt, **other))


def test_a_key_signs_nothing_before_the_log_knows_it(kept: Kept) -> None:
    with pytest.raises(Wrong, match="at index 0"):
        kept.check(index=0)


@pytest.mark.parametrize("spoiled", ["of.the.registry", "", "a.b"])
def test_what_is_no_statement_at_all_is_said_to_be_none(kept: Kept, spoiled: str) -> None:
    with pytest.raises(Wrong, match="receipt in it"):
        kept.check(receipt=spoiled)
