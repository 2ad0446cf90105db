"""The lake keeps every version of a row and shows the one that was known."""

import json
import multiprocessing
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from tests.lake.lake_rows import Row, arrow_rows, at, lake_in, reading, registers
from wattwarden.domain.content import contract
from wattwarden.domain.errors import WattwardenError, fail
from wattwarden.domain.tables import Column, Contract
from wattwarden.lake.merge import MergeResult
from wattwarden.lake.store import Lake

JAN, FEB = date(2025, 1, 31), date(2025, 2, 1)


def merged(home: Path, minute: int, *rows: Row, table: str = "reading_daily") -> MergeResult:
    with lake_in(home).session() as session:
        result = session.merge(table, arrow_rows(table, rows), at(minute))
        if result.changed:
            session.commit({"minute": str(minute)})
    return result


def test_the_same_rows_twice_change_nothing(tmp_path: Path) -> None:
    rows = [reading("m1", JAN, 10), reading("m2", FEB, 20)]
    assert merged(tmp_path, 1, *rows) == MergeResult(inserted=2)
    assert merged(tmp_path, 2, *rows) == MergeResult(unchanged=2)
    assert [commit.version for commit in lake_in(tmp_path).history()] == [1]


def test_a_commit_without_change_makes_no_version(tmp_path: Path) -> None:
    merged(tmp_path, 1, reading("m1", JAN, 10))
    with lake_in(tmp_path).session() as session:
        session.merge("reading_daily", arrow_rows("reading_daily", [reading("m1", JAN, 10)]), at(2))
        assert not session.changed
        assert session.commit({}).version == 1
    assert len(lake_in(tmp_path).history()) == 1


def test_a_correction_keeps_what_was_known_before(tmp_path: Path) -> None:
    merged(tmp_path, 1, reading("m1", JAN, 10), reading("m2", JAN, 20))
    assert merged(tmp_path, 5, reading("m1", JAN, 11), reading("m2", JAN, 20)) == MergeResult(
        corrected=1, unchanged=1
    )
    lake = lake_in(tmp_path)
    before, now = {("m1", JAN): 10, ("m2", JAN): 20}, {("m1", JAN): 11, ("m2", JAN): 20}
    assert registers(lake.snapshot(as_of=at(4))) == before
    assert registers(lake.snapshot(as_of=at(5))) == now
    assert registers(lake.snapshot()) == now
    assert registers(lake.snapshot(version=1)) == before


def test_a_value_that_becomes_absent_is_a_correction(tmp_path: Path) -> None:
    merged(tmp_path, 1, {**reading("m1", JAN, 10), "method": "actual"})
    assert merged(tmp_path, 2, reading("m1", JAN, 10)) == MergeResult(corrected=1)
    assert merged(tmp_path, 3, reading("m1", JAN, 10)) == MergeResult(unchanged=1)


def test_versions_inside_one_file_are_ordered_by_arrival(tmp_path: Path) -> None:
    rows = [reading("m1", JAN, 12, at(3)), reading("m1", JAN, 11, at(2)), reading("m1", JAN, 12, at(4))]
    assert merged(tmp_path, 9, *rows) == MergeResult(inserted=1, corrected=1, unchanged=1)
    lake = lake_in(tmp_path)
    assert registers(lake.snapshot(as_of=at(2))) == {("m1", JAN): 11}
    assert registers(lake.snapshot(as_of=at(3))) == {("m1", JAN): 12}
    assert merged(tmp_path, 10, *rows) == MergeResult(unchanged=3)


def test_an_old_file_again_does_not_bring_old_values_back(tmp_path: Path) -> None:
    merged(tmp_path, 5, reading("m1", JAN, 11, at(2)))
    merged(tmp_path, 6, reading("m1", JAN, 12, at(3)))
    assert merged(tmp_path, 7, reading("m1", JAN, 11, at(2))) == MergeResult(unchanged=1)
    assert registers(lake_in(tmp_path).snapshot()) == {("m1", JAN): 12}


def test_an_old_file_with_versions_again_changes_nothing(tmp_path: Path) -> None:
    old = [reading("m1", JAN, 11, at(1)), reading("m1", JAN, 12, at(2))]
    merged(tmp_path, 5, *old)
    merged(tmp_path, 6, reading("m1", JAN, 13, at(3)))
    assert merged(tmp_path, 7, *old) == MergeResult(unchanged=2)
    assert registers(lake_in(tmp_path).snapshot()) == {("m1", JAN): 13}


def test_an_arrival_before_the_replaced_row_becomes_now(tmp_path: Path) -> None:
    merged(tmp_path, 5, reading("m1", JAN, 11))
    merged(tmp_path, 8, reading("m1", JAN, 12, at(1)))
    lake = lake_in(tmp_path)
    assert registers(lake.snapshot(as_of=at(7))) == {("m1", JAN): 11}
    assert registers(lake.snapshot(as_of=at(8))) == {("m1", JAN): 12}


def test_an_arrival_in_the_future_becomes_now(tmp_path: Path) -> None:
    merged(tmp_path, 5, reading("m1", JAN, 11, at(50)))
    assert registers(lake_in(tmp_path).snapshot(as_of=at(5))) == {("m1", JAN): 11}


def test_a_clock_set_back_never_shows_two_versions(tmp_path: Path) -> None:
    merged(tmp_path, 9, reading("m1", JAN, 11))
    merged(tmp_path, 2, reading("m1", JAN, 12))
    lake = lake_in(tmp_path)
    assert registers(lake.snapshot()) == {("m1", JAN): 12}
    assert registers(lake.snapshot(as_of=at(9))) == {("m1", JAN): 12}


def test_rows_that_contradict_each_other_are_not_stored(tmp_path: Path) -> None:
    rows = [reading("m1", JAN, 1), reading("m1", JAN, 2), reading("m2", JAN, 3), reading("m2", JAN, 3)]
    assert merged(tmp_path, 1, *rows) == MergeResult(inserted=1, unchanged=1, conflicts=2)
    assert registers(lake_in(tmp_path).snapshot()) == {("m2", JAN): 3}


def test_batches_come_one_by_one(tmp_path: Path) -> None:
    rows = arrow_rows("reading_daily", [reading(f"m{i}", JAN, i) for i in range(100)])
    with lake_in(tmp_path).session() as session:
        result = session.merge("reading_daily", iter(rows.to_batches(max_chunksize=7)), at(1))
        assert session.merge("reading_daily", iter([]), at(1)) == MergeResult()
        session.commit({})
    assert result == MergeResult(inserted=100)


def test_an_error_of_the_rows_own_source_comes_through(tmp_path: Path) -> None:
    rows = arrow_rows("reading_daily", [reading(f"m{i}", JAN, i) for i in range(100)])

    def broken() -> Iterator[pa.RecordBatch]:
        yield from rows.to_batches(max_chunksize=50)
        raise fail("line 7", found="binary data", expected="text")

    with lake_in(tmp_path).session() as session:
        with pytest.raises(WattwardenError, match="line 7: found binary data"):
            session.merge("reading_daily", broken(), at(1))
        assert not session.changed
        assert session.merge("reading_daily", rows, at(1)) == MergeResult(inserted=100)


def test_a_home_that_is_a_file_is_named(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.write_text("", encoding="utf-8")
    with pytest.raises(WattwardenError, match="expected a folder that this user may write to"):
        merged(home, 1, reading("m1", JAN, 1))


def test_a_table_split_by_month_is_found_in_its_month(tmp_path: Path) -> None:
    merged(tmp_path, 1, reading("m1", JAN, 1), reading("m1", FEB, 2))
    files = lake_in(tmp_path).files("reading_daily")
    assert [Path(file).parent.name for file in files] == ["_month=2025-01", "_month=2025-02"]
    assert merged(tmp_path, 2, reading("m1", FEB, 3)) == MergeResult(corrected=1)
    untouched = set(files) & set(lake_in(tmp_path).files("reading_daily"))
    assert [Path(file).parent.name for file in untouched] == ["_month=2025-01"]


def test_odd_names_survive(tmp_path: Path) -> None:
    home = tmp_path / "数据 it's #1"
    names = ['O\'Neil "x"', "张三😀𠮷", "a\tb\nc", "", "NULL"]
    rows: list[Row] = [{"org_id": name, "name": name, "kind": "station"} for name in names]
    assert merged(home, 1, *rows, table="org_unit") == MergeResult(inserted=5)
    assert merged(home, 2, *rows, table="org_unit") == MergeResult(unchanged=5)


def test_an_import_shows_all_of_it_or_nothing(tmp_path: Path) -> None:
    merged(tmp_path, 1, reading("m1", JAN, 1))
    lake = lake_in(tmp_path)
    with lake.session() as session:
        session.merge("reading_daily", arrow_rows("reading_daily", [reading("m1", JAN, 2)]), at(2))
        session.append_system("_import", pa.table({"file": ["a.csv"]}))
        assert registers(lake.snapshot()) == {("m1", JAN): 1}
        assert "_import" not in lake.snapshot().files
        session.commit({"file": "a.csv"})
    assert registers(lake.snapshot()) == {("m1", JAN): 2}
    assert len(lake.files("_import")) == 1
    assert lake.history()[-1].note == {"file": "a.csv"}


def merge_and_fail(home: Path) -> None:
    with lake_in(home).session() as session:
        session.merge("reading_daily", arrow_rows("reading_daily", [reading("m1", JAN, 2)]), at(2))
        assert len(session.files("reading_daily")) == 2
        raise KeyError


def test_a_session_that_fails_leaves_no_trace(tmp_path: Path) -> None:
    merged(tmp_path, 1, reading("m1", JAN, 1))
    before = sorted((tmp_path / "lake").rglob("*.parquet"))
    with pytest.raises(KeyError):
        merge_and_fail(tmp_path)
    assert sorted((tmp_path / "lake").rglob("*.parquet")) == before
    assert merged(tmp_path, 3, reading("m1", JAN, 3)) == MergeResult(corrected=1)
    assert registers(lake_in(tmp_path).snapshot(as_of=at(2))) == {("m1", JAN): 1}


def test_a_bad_batch_does_not_hurt_the_others_of_its_session(tmp_path: Path) -> None:
    with lake_in(tmp_path).session() as session:
        session.merge("reading_daily", arrow_rows("reading_daily", [reading("m1", JAN, 1)]), at(1))
        keyless = arrow_rows("reading_daily", [{"meter_id": None, "read_date": JAN}])
        with pytest.raises(WattwardenError, match="1 rows without meter_id or read_date"):
            session.merge("reading_daily", keyless, at(1))
        session.commit({})
    assert registers(lake_in(tmp_path).snapshot()) == {("m1", JAN): 1}


def test_many_small_files_are_joined_and_old_versions_stay(tmp_path: Path) -> None:
    for day in range(1, 19):
        merged(tmp_path, day, reading("m1", date(2025, 1, day), day))
    lake = lake_in(tmp_path)
    assert len(lake.files("reading_daily")) <= 3
    assert len(registers(lake.snapshot())) == 18
    for version in range(1, 19):
        assert len(registers(lake.snapshot(version=version))) == version


def test_a_column_that_the_contract_gained_is_absent_in_old_rows(tmp_path: Path) -> None:
    merged(tmp_path, 1, reading("m1", JAN, 1))
    old = contract()["reading_daily"]
    new = old.model_copy(
        update={"columns": {**old.columns, "note": Column(type="text", zh="备注", en="Note")}}
    )
    lake = Lake(tmp_path, Contract({**contract().tables, "reading_daily": new}))
    rows = arrow_rows("reading_daily", [reading("m1", JAN, 1), reading("m2", JAN, 2)])
    with lake.session() as session:
        same = rows.append_column("note", pa.array([None, None], pa.string()))
        assert session.merge("reading_daily", same, at(2)) == MergeResult(inserted=1, unchanged=1)
        noted = rows.append_column("note", pa.array(["x", None], pa.string()))
        assert session.merge("reading_daily", noted, at(3)) == MergeResult(corrected=1, unchanged=1)
        session.commit({})
    assert len(registers(lake.snapshot())) == 2


def test_a_changed_type_is_refused(tmp_path: Path) -> None:
    merged(tmp_path, 1, reading("m1", JAN, 1))
    old = contract()["reading_daily"]
    new = old.model_copy(
        update={"columns": {**old.columns, "method": Column(type="int", zh="方式", en="Method")}}
    )
    lake = Lake(tmp_path, Contract({**contract().tables, "reading_daily": new}))
    rows = arrow_rows("reading_daily", [reading("m1", JAN, 1)])
    with pytest.raises(WattwardenError, match="reading_daily: method"), lake.session() as session:
        session.merge("reading_daily", rows, at(2))


@pytest.mark.parametrize("minute", [None, 0])
def test_no_data_is_an_error(tmp_path: Path, minute: int | None) -> None:
    lake = lake_in(tmp_path)
    with pytest.raises(WattwardenError, match="no data read"):
        lake.snapshot()
    assert not any(tmp_path.iterdir()), "reading must not create a lake"
    merged(tmp_path, 1, reading("m1", JAN, 1))
    if minute is not None:
        with pytest.raises(WattwardenError, match="nothing had arrived yet"):
            lake.snapshot(as_of=at(minute))


def test_bad_requests_name_what_is_there(tmp_path: Path) -> None:
    merged(tmp_path, 1, reading("m1", JAN, 1))
    lake = lake_in(tmp_path)
    with pytest.raises(WattwardenError, match="lake version 7: found no such version; expected 1 to 1"):
        lake.snapshot(version=7)
    with pytest.raises(WattwardenError, match="without a time zone"):
        lake.snapshot(as_of=datetime(2025, 1, 1))
    with lake.session() as session:
        with pytest.raises(WattwardenError, match="no imported table of this name"):
            session.merge("meter_day", pa.table({}), at(1))
        with pytest.raises(WattwardenError, match=r"missing.*method"):
            session.merge("reading_daily", arrow_rows("reading_daily", []).drop_columns(["method"]), at(1))
        with pytest.raises(WattwardenError, match="begins with _"):
            session.append_system("customer", pa.table({"a": [1]}))
    with pytest.raises(WattwardenError, match="without \\* \\? \\[ \\] %"):
        Lake(tmp_path / "50%", contract())


def test_an_empty_import_makes_no_version(tmp_path: Path) -> None:
    with lake_in(tmp_path).session() as session, pytest.raises(WattwardenError, match="no rows at all"):
        session.commit({})
    assert lake_in(tmp_path).history() == []


def test_a_lake_of_another_format_is_refused_and_untouched(tmp_path: Path) -> None:
    merged(tmp_path, 1, reading("m1", JAN, 1))
    marker = tmp_path / "lake" / "format.json"
    marker.write_text(json.dumps({"format": 2}), encoding="utf-8")
    lake = lake_in(tmp_path)
    for read in (lake.snapshot, lake.history, lake.sizes, lambda: lake.files("meter")):
        with pytest.raises(WattwardenError, match="lake format 2; expected lake format 1"):
            read()
    with pytest.raises(WattwardenError, match="lake format 2"), lake.session():
        pass


def test_a_damaged_commit_is_named(tmp_path: Path) -> None:
    merged(tmp_path, 1, reading("m1", JAN, 1))
    path = tmp_path / "lake" / "_commits" / "00000001.json"
    path.write_text(path.read_text(encoding="utf-8")[:50], encoding="utf-8")
    with pytest.raises(
        WattwardenError, match=r"00000001\.json: found .*expected a complete file of the lake"
    ):
        lake_in(tmp_path).snapshot()


def test_a_second_import_waits_and_then_says_so(tmp_path: Path) -> None:
    lake = lake_in(tmp_path)
    with (
        lake.session(),
        pytest.raises(WattwardenError, match="an import by another process, still running after"),
        lake.session(wait_seconds=0.1),
    ):
        pass


def test_sizes_count_current_and_stored_rows(tmp_path: Path) -> None:
    merged(tmp_path, 1, reading("m1", JAN, 1), reading("m2", JAN, 1))
    merged(tmp_path, 2, reading("m1", JAN, 2))
    (size,) = lake_in(tmp_path).sizes()
    assert (size.name, size.rows, size.stored_rows) == ("reading_daily", 2, 3)
    assert size.bytes > 0


def import_range(home: str, first: int, last: int, barrier: "multiprocessing.synchronize.Barrier") -> None:
    """Child process: import some readings at the same time as another one."""
    rows = arrow_rows("reading_daily", [reading(f"m{i}", JAN, i) for i in range(first, last)])
    lake = lake_in(Path(home))
    barrier.wait(timeout=30)
    for part in (rows.slice(0, 40), rows):
        with lake.session(wait_seconds=60) as session:
            session.merge("reading_daily", part, datetime.now(UTC))
            session.commit({"first": str(first)})


@pytest.mark.parametrize("second", [(0, 100), (50, 150)])
def test_two_imports_at_once_end_like_one_after_the_other(tmp_path: Path, second: tuple[int, int]) -> None:
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(2)
    children = [
        context.Process(target=import_range, args=(str(tmp_path), *span, barrier))
        for span in ((0, 100), second)
    ]
    for child in children:
        child.start()
    for child in children:
        child.join(timeout=60)
        assert child.exitcode == 0
    lake = lake_in(tmp_path)
    expected = {(f"m{i}", JAN): i for i in {*range(100), *range(*second)}}
    assert registers(lake.snapshot()) == expected
    versions = [commit.version for commit in lake.history()]
    assert versions == list(range(1, len(versions) + 1))
    assert lake.history()[-1].rows == {"reading_daily": len(expected)}


def test_too_little_memory_is_an_error_and_changes_nothing(tmp_path: Path) -> None:
    many = arrow_rows("reading_daily", [reading(f"m{number}", JAN, 10) for number in range(50_000)])
    lake = Lake(tmp_path, contract(), memory="8MB")
    with pytest.raises(WattwardenError, match="memory limit"), lake.session() as session:
        session.merge("reading_daily", many, at(1))
    assert lake.head() is None
