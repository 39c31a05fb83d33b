"""A register is imported as a whole or not at all, and each wrong line is named by its number."""

import json
import tracemalloc
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from domain import commands as c
from domain import events as e
from domain.decision import LEAD, Decision
from domain.persons import itself
from domain.procedures import registers
from domain.procedures.car_sale import VEHICLES
from domain.refusals import Unready
from domain.register import Register
from infra.desk.desk import Append, Desk
from infra.formats.envelope import payload_of, split
from infra.house import CountryHouse
from infra.log.event_store import Log
from infra.operations import register_import
from infra.operations.register_import import AT_ONCE, LONGEST_LINE, MOST_ERRORS, Imported, WrongLines
from tests.infra.one_country import Noticed, OneCountry, car, is_chained, vin
from tests.infra.past import Past, past


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "cars.ndjson"


def write(file: Path, lines: Iterable[str | dict[str, Any]]) -> Path:
    texts = (line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines)
    file.write_text("".join(f"{text}\n" for text in texts), "utf-8")
    return file


def import_file(
    country: CountryHouse, register: str, file: Path, *progress: Callable[[int, int], None]
) -> int:
    """Into a house of one country; how many."""
    return into(country, register, file, *progress).entries


def into(
    country: CountryHouse,
    register: str,
    file: Path,
    *progress: Callable[[int, int], None],
    others: Collection[CountryHouse] = (),
) -> Imported:
    """Beside these countries; all that is answered."""
    return register_import.import_file(country, register, file, *progress, others=others)


def refused(country: OneCountry, file: Path, register: str = "vehicles") -> list[tuple[int, str, str]]:
    """The wrong lines; nothing is in the log that was not there before."""
    size = country.log.size()
    with pytest.raises(WrongLines) as wrong:
        import_file(country.country, register, file)
    assert country.log.size() == size
    return [(number, fault.pointer, fault.code) for number, fault in wrong.value.lines]


def test_each_line_becomes_an_entry_that_can_be_sold(kazakhstan: OneCountry, file: Path) -> None:
    assert import_file(kazakhstan.country, "vehicles", write(file, [car(1), car(2)])) == 2
    kazakhstan.follow()
    row = kazakhstan.read_models.one("registers", kazakhstan.entry(2))
    assert row is not None
    assert row["state"].content["vehicle"]["vin"] == vin(2)
    assert row["state"].title == "import"
    assert kazakhstan.completed(2).state.stage == "completed"


def test_an_import_says_who_and_why_in_the_envelope(kazakhstan: OneCountry, file: Path) -> None:
    import_file(kazakhstan.country, "vehicles", write(file, [car(1)]))
    payload = payload_of(split(kazakhstan.log.stream(kazakhstan.entry(1))[0][4])[0])
    assert payload["actor"] == {"id": "import", "role": "system"}
    assert payload["authority"] == "kz-vehicle-registration"
    assert payload["cause"].startswith("cmd:")


def test_a_file_without_lines_imports_nothing(kazakhstan: OneCountry, file: Path) -> None:
    assert import_file(kazakhstan.country, "vehicles", write(file, [])) == 0


def test_every_wrong_line_is_named_with_the_place_in_it_and_without_its_value(
    kazakhstan: OneCountry, file: Path
) -> None:
    vehicle = car(1)["vehicle"]
    lines: list[str | dict[str, Any]] = [
        car(1),
        "{not json",
        {**car(2), "colour": "white"},
        {**car(3), "vehicle": {**vehicle, "year": "Gülşen"}},
        {**car(4), "vehicle": {**vehicle, "year": 2001.5}},
        {**car(5), "vehicle": {**vehicle, "make": "I\u0307"}},
        {"vehicle": vehicle},
        "",
        json.dumps(car(6)) + " " * LONGEST_LINE,
    ]
    wrong = refused(kazakhstan, write(file, lines))
    assert [number for number, _, _ in wrong] == [2, 3, 4, 5, 6, 7, 8, 9]
    assert [pointer for _, pointer, _ in wrong] == [
        "",
        "/colour",
        "/vehicle/year",
        "/vehicle/year",
        "/vehicle/make",
        "/owner",
        "",
        "",
    ]
    assert not any("Gülşen" in detail or "white" in detail for _, _, detail in wrong)


def test_a_line_with_a_member_twice_is_refused_as_two_read_it_in_two_ways(
    kazakhstan: OneCountry, file: Path
) -> None:
    owner = json.dumps(car(2)["owner"])
    twice = json.dumps(car(1))[:-1] + f', "owner": {owner}}}'
    deep = json.dumps(car(1)).replace("{", '{"vehicle": ' + "[" * 5000 + "]" * 5000 + ", ", 1)
    wrong = refused(kazakhstan, write(file, [twice, deep]))
    assert [(number, code) for number, _, code in wrong] == [(1, "duplicate_member"), (2, "line_not_json")]


def test_an_entry_twice_in_the_file_is_named_at_its_second_line(kazakhstan: OneCountry, file: Path) -> None:
    wrong = refused(kazakhstan, write(file, [car(1), car(2), car(1), car(2)]))
    assert [number for number, _, _ in wrong] == [3, 4]
    assert wrong[0][2] == "line_registered_already"


def test_twice_is_found_also_across_what_was_written_already(kazakhstan: OneCountry, file: Path) -> None:
    """An import is written some lines at a time; all of them are taken back."""
    wrong = refused(kazakhstan, write(file, [*(car(n) for n in range(AT_ONCE + 10)), car(3)]))
    assert [number for number, _, _ in wrong] == [AT_ONCE + 11]
    assert import_file(kazakhstan.country, "vehicles", write(file, [car(3)])) == 1
    assert is_chained(kazakhstan.log)


def test_what_is_in_the_register_already_is_refused_with_all_the_rest(
    kazakhstan: OneCountry, file: Path
) -> None:
    import_file(kazakhstan.country, "vehicles", write(file, [car(2)]))
    wrong = refused(kazakhstan, write(file, [car(1), car(2), car(3)]))
    assert [number for number, _, _ in wrong] == [2]
    assert not kazakhstan.log.holds(kazakhstan.entry(1))


def test_of_very_many_wrong_lines_the_first_are_named(kazakhstan: OneCountry, file: Path) -> None:
    wrong = refused(kazakhstan, write(file, ["wrong"] * (MOST_ERRORS + 50)))
    assert [number for number, _, _ in wrong] == list(range(1, MOST_ERRORS + 1))


def test_a_register_that_is_not_there_is_refused(kazakhstan: OneCountry, file: Path) -> None:
    assert refused(kazakhstan, write(file, [car(1)]), "ships") == [(0, "", "unknown_register")]


def test_a_register_that_this_country_does_not_keep_is_refused(
    kazakhstan: OneCountry, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ships = cast("dict[str, Register]", registers())
    monkeypatch.setitem(ships, "ships", replace(VEHICLES, name="ships"))
    assert refused(kazakhstan, write(file, []), "ships") == [(0, "", "register_not_kept")]


def test_a_refused_import_spoils_nothing_of_what_was_asked_with_it(
    kazakhstan: OneCountry, file: Path
) -> None:
    """In one batch of the desk: a filing before it, and one behind it."""
    kazakhstan.register(1, 2)
    lines = write(file, [*(car(n) for n in range(100, 110 + AT_ONCE)), car(1)])
    size = kazakhstan.log.size()
    go_on, desk = kazakhstan.hold(), Noticed(kazakhstan.desk)
    before = kazakhstan.desk.ask(kazakhstan.filing(1))
    with ThreadPoolExecutor(1) as pool:
        house = replace(kazakhstan.country, desk=desk)  # type: ignore[arg-type]  # a desk, noticed
        importing = pool.submit(import_file, house, "vehicles", lines)
        assert desk.was_asked.wait(10)
        behind = kazakhstan.desk.ask(kazakhstan.filing(2))
        go_on()
        with pytest.raises(WrongLines) as wrong:
            importing.result()
    assert [line.number for line in wrong.value.lines] == [AT_ONCE + 11]
    assert before.result().version == behind.result().version == 2
    assert kazakhstan.log.size() == size + 6
    assert kazakhstan.consent(behind.result()).version == 3
    assert is_chained(kazakhstan.log)


def test_the_progress_is_told_and_reaches_the_whole(kazakhstan: OneCountry, file: Path) -> None:
    told: list[tuple[int, int]] = []
    total = 2 * AT_ONCE + 1
    write(file, (car(n) for n in range(total)))
    import_file(kazakhstan.country, "vehicles", file, lambda done, all_: told.append((done, all_)))
    assert told == [(AT_ONCE, total), (2 * AT_ONCE, total), (total, total)]


def test_memory_does_not_grow_with_the_file(kazakhstan: OneCountry, tmp_path: Path) -> None:
    """Twice the lines, no more memory at its peak; the rest is in the file."""
    peaks = []
    for n, lines in enumerate((AT_ONCE, 2 * AT_ONCE)):
        path = write(tmp_path / f"{n}.ndjson", (car(10_000 * n + k) for k in range(lines)))
        tracemalloc.start()
        import_file(kazakhstan.country, "vehicles", path)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.3 * peaks[0]


def test_a_claim_that_an_open_case_holds_is_not_imported_over(file: Path, tmp_path: Path) -> None:
    """A birth is filed, and the same birth stands in a file to be imported: somebody has to look."""
    with past(tmp_path) as made:
        state = made.states["birth"]
        content = {name: state.request[name] for name in ("child", "medical_certificate")}
        content |= {n: state.request[n] and itself(state.request[n]) for n in ("mother", "father")}
        turkey = made.country("TR")
        size = turkey.log.size()
        with pytest.raises(WrongLines) as wrong:
            import_file(turkey, "births", write(file, [content]))
        assert wrong.value.lines[0].fault.code == "line_claimed"
        assert turkey.log.size() == size
        made.do(c.WithdrawCase, "birth", "tr-citizen-1")
        assert import_file(turkey, "births", write(file, [content])) == 1
        claims = [row for row in turkey.log.since(size, 100) if row[3] == "claim.ClaimSettled.v1"]
        entry = turkey.log.at(turkey.log.size() - 1)
        assert entry is not None
        assert {payload_of(split(row[4])[0])["data"]["holder"] for row in claims} == {entry[1]}


# --- beside other countries -------------------------------------------------------------------------------------


class Watched:
    """A part of another country's house that says when it is asked, and may not be there."""

    def __init__(self, part: Any, method: str, notice: Callable[[], None]) -> None:
        self._part = part
        self._method = method
        self._notice = notice

    def __getattr__(self, name: str) -> Any:
        if name == self._method:
            self._notice()
        return getattr(self._part, name)


def in_two_countries(made: Past) -> tuple[dict[str, Any], str]:
    """A car that the register of Türkiye has, as it is to be imported in Kazakhstan, and its entry there to be."""
    content = car(77)
    into(made.country("TR"), "vehicles", write(made.clock.with_name("tr.ndjson"), [content]))
    return content, made.country().ids.stream(VEHICLES.key(content))


def flags(country: CountryHouse, content: Any) -> list[str]:
    rows = country.log.stream(country.ids.stream(VEHICLES.key(content)))
    said = [payload_of(split(row[4])[0]) for row in rows if row[3] == "entry.RestrictionPlaced.v1"]
    return [f"{each['data']['kind']} by {each['actor']['id']}" for each in said]


def test_the_other_country_is_flagged_before_the_import_is_written(tmp_path: Path, file: Path) -> None:
    """Whoever is killed between leaves one flagged in vain, and never one that can be sold twice."""
    with past(tmp_path) as made:
        content, entry = in_two_countries(made)
        kazakhstan, turkey = made.country(), made.country("TR")
        was_written: list[bool] = []
        desk = Watched(turkey.desk, "have", lambda: was_written.append(kazakhstan.log.holds(entry)))
        others = [replace(turkey, desk=cast("Desk", desk))]
        done = into(kazakhstan, "vehicles", write(file, [content]), others=others)
        assert done.clashes == [(1, "TR")]
        assert was_written == [False]
        assert flags(turkey, content) == flags(kazakhstan, content) == ["registered_elsewhere by import"]


def test_where_the_other_country_cannot_be_flagged_nothing_is_imported(tmp_path: Path, file: Path) -> None:
    with past(tmp_path) as made:
        content, entry = in_two_countries(made)
        kazakhstan, turkey = made.country(), made.country("TR")

        def full() -> None:
            raise Unready

        others = [replace(turkey, desk=cast("Desk", Watched(turkey.desk, "have", full)))]
        with pytest.raises(Unready):
            into(kazakhstan, "vehicles", write(file, [content]), others=others)
        assert not kazakhstan.log.holds(entry)
        assert into(kazakhstan, "vehicles", write(file, [content]), others=[turkey]).entries == 1


def test_what_holds_no_more_in_the_other_country_is_no_clash(tmp_path: Path, file: Path) -> None:
    """The car was taken off its register there."""
    with past(tmp_path) as made:
        content, _ = in_two_countries(made)
        turkey = made.country("TR")
        stream = turkey.ids.stream(VEHICLES.key(content))

        def end(append: Append) -> None:
            entry = append.load(stream, "entry")
            ended = e.EntryEnded(register="vehicles", title="export")
            actor: e.ActorMember = {"id": "import", "role": "system"}
            append.sign(
                Decision(authority="tr-notary", actor=actor, events=[(LEAD, ended)]), entry, {}, "cmd:end"
            )

        turkey.desk.have(end).result()
        done = into(made.country(), "vehicles", write(file, [content]), others=[turkey])
        assert (done.clashes, flags(made.country(), content)) == ([], [])


def test_other_countries_are_asked_once_for_many_lines(tmp_path: Path, file: Path) -> None:
    with past(tmp_path) as made:
        turkey = made.country("TR")
        looks: list[None] = []
        others = [
            replace(turkey, log=cast("Log", Watched(turkey.log, "streams", lambda: looks.append(None))))
        ]
        write(file, (car(n) for n in range(1_000, 1_000 + 2 * AT_ONCE + 1)))
        assert into(made.country(), "vehicles", file, others=others).clashes == []
        assert len(looks) == 3
