"""The reading room: every key whole in one file, the right rows back, the newest room or the one before."""

from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wattwarden.domain.errors import WattwardenError
from wattwarden.lake import reading_room
from wattwarden.lake.reading_room import ReadingRoom, RoomWriter

SCHEMA = pa.schema([("customer_id", pa.string()), ("n", pa.int64())])
KEYS = st.text("0123456789abz张", min_size=1, max_size=4)


def batches(rows: list[tuple[str, int]], size: int) -> list[pa.RecordBatch]:
    table = pa.table({"customer_id": [k for k, _ in rows], "n": [n for _, n in rows]}, SCHEMA)
    return list(table.to_batches(max_chunksize=size))


def publish(home: Path, number: int, rows: list[tuple[str, int]], size: int = 3) -> None:
    writer = RoomWriter(home)
    writer.write("bill", "customer_id", batches(rows, size), SCHEMA)
    writer.publish(number)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.lists(st.tuples(KEYS, st.integers(0, 9)), max_size=40),
    size=st.integers(1, 7),
    per=st.integers(1, 9),
)
def test_what_was_written_is_read_back_key_by_key(
    tmp_path_factory: pytest.TempPathFactory, data: list[tuple[str, int]], size: int, per: int
) -> None:
    home = tmp_path_factory.mktemp("room")
    rows = sorted(data, key=lambda row: row[0])
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(reading_room, "ROWS_PER_FILE", per)
        patched.setattr(reading_room, "ROWS_PER_GROUP", 2)
        publish(home, 1, rows, size)
    room = ReadingRoom(home)
    for key in {k for k, _ in rows} | {"", "zzzz", "5"}:
        assert room.read("bill", key)["n"].to_pylist() == [n for k, n in rows if k == key]


def test_a_new_room_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    publish(tmp_path, 1, [("a", 1)])
    publish(tmp_path, 2, [("a", 2)])
    assert ReadingRoom(tmp_path).number() == 2
    assert ReadingRoom(tmp_path).read("bill", "a")["n"].to_pylist() == [2]
    assert [p.name for p in (tmp_path / "room").iterdir()] == ["000002"]


def test_a_room_that_is_not_published_is_not_read(tmp_path: Path) -> None:
    publish(tmp_path, 1, [("a", 1)])
    writer = RoomWriter(tmp_path)
    writer.write("bill", "customer_id", batches([("a", 2)], 1), SCHEMA)
    assert ReadingRoom(tmp_path).read("bill", "a")["n"].to_pylist() == [1]
    writer.discard()
    assert [p.name for p in (tmp_path / "room").iterdir()] == ["000001"]


@pytest.mark.parametrize("name", ["bill", "nothing"])
def test_no_room_or_no_such_set_is_an_error_that_says_what_to_do(tmp_path: Path, name: str) -> None:
    if name == "nothing":
        publish(tmp_path, 1, [("a", 1)])
    with pytest.raises(WattwardenError, match="wattwarden scan"):
        ReadingRoom(tmp_path).read(name, "a")


def test_a_broken_index_is_told(tmp_path: Path) -> None:
    publish(tmp_path, 1, [("a", 1)])
    (tmp_path / "room" / "000001" / "index.json").write_text('{"bill": ')
    with pytest.raises(WattwardenError, match="an index that cannot be read"):
        ReadingRoom(tmp_path).read("bill", "a")
