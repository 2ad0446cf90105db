"""A killed import, a full disk: the last version stays readable, and trying again ends well."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from tests.lake.lake_rows import arrow_rows, at, lake_in, reading, registers
from wattwarden.domain.errors import WattwardenError
from wattwarden.lake.delta import DeltaFolder

KILLS = 10
METERS, DAYS = 40, 20
DAY = date(2025, 1, 20)
REPOSITORY = Path(__file__).parents[2]


def expected(generation: int) -> dict[tuple[str, date], int]:
    """The registers after import number ``generation``: half of them change each time."""
    return {
        (f"m{meter}", DAY + timedelta(day)): 100 * meter + day + (generation if meter % 2 else 0)
        for meter in range(METERS)
        for day in range(DAYS)
    }


def import_generation(home: Path, generation: int) -> None:
    """Import generation in two merges and a system table, then commit it."""
    readings = [reading(meter, day, value) for (meter, day), value in expected(generation).items()]
    rows = arrow_rows("reading_daily", readings)
    with lake_in(home).session() as session:
        session.merge("reading_daily", rows.slice(0, 300), at(generation))
        session.merge("reading_daily", rows.slice(300), at(generation))
        session.append_system("_import", rows.slice(0, 1).select(["meter_id"]))
        if session.changed:
            session.commit({"generation": str(generation)})


def import_rows(home: Path, rows: pa.Table) -> None:
    """Import and commit one batch."""
    with lake_in(home).session() as session:
        session.merge("reading_daily", rows, at(1))
        session.commit({})


def start_import(home: Path, generation: int) -> subprocess.Popen[bytes]:
    """The same in a process of its own, which says when it begins."""
    code = (
        "import sys; from pathlib import Path; from tests.lake.test_crash import import_generation; "
        "print('begin', flush=True); import_generation(Path(sys.argv[1]), int(sys.argv[2]))"
    )
    path = os.pathsep.join([str(REPOSITORY), str(REPOSITORY / "src")])
    return subprocess.Popen(
        [sys.executable, "-c", code, str(home), str(generation)],
        env={**os.environ, "PYTHONPATH": path},
        stdout=subprocess.PIPE,
    )


def listed_files(home: Path) -> set[Path]:
    """Every Parquet file that some lake version names."""
    lake = lake_in(home)
    return {
        Path(file)
        for commit in lake.history()
        for name, version in commit.tables.items()
        for file in DeltaFolder(home / "lake" / name, version).paths()
    }


def test_killed_at_any_moment_the_last_version_stays_and_the_import_can_be_repeated(tmp_path: Path) -> None:
    started = time.monotonic()
    import_generation(tmp_path, 0)
    normal = time.monotonic() - started
    moments = random.Random(20250120)
    interrupted = 0
    for generation in range(1, KILLS + 1):
        child = start_import(tmp_path, generation)
        assert child.stdout is not None
        assert child.stdout.readline() == b"begin\n"
        time.sleep(moments.uniform(0, 1.2 * normal))
        child.send_signal(signal.SIGKILL)
        interrupted += child.wait() == -signal.SIGKILL
        child.stdout.close()
        done = int(lake_in(tmp_path).history()[-1].note["generation"])
        assert done in (generation - 1, generation)
        assert registers(lake_in(tmp_path).snapshot()) == expected(done)
        import_generation(tmp_path, generation)
        assert registers(lake_in(tmp_path).snapshot()) == expected(generation)
    assert interrupted, "no kill hit a running import"
    for generation in range(KILLS + 1):
        assert registers(lake_in(tmp_path).snapshot(as_of=at(generation))) == expected(generation)
    assert {
        path.resolve() for path in (tmp_path / "lake" / "reading_daily").rglob("*.parquet")
    } <= listed_files(tmp_path), "a killed import left files behind"


def test_rows_of_a_killed_import_are_not_known_before_it_is_repeated(tmp_path: Path) -> None:
    import_generation(tmp_path, 0)
    abandoned = lake_in(tmp_path).session()
    session = abandoned.__enter__()
    session.merge("reading_daily", arrow_rows("reading_daily", [reading("m1", DAY, 7)]), at(3))
    shutil.copytree(tmp_path / "lake", tmp_path / "killed" / "lake")
    shutil.copytree(tmp_path / "tmp", tmp_path / "killed" / "tmp")
    abandoned.__exit__(None, None, None)
    home = tmp_path / "killed"
    with lake_in(home).session() as repeated:
        repeated.merge("reading_daily", arrow_rows("reading_daily", [reading("m1", DAY, 7)]), at(9))
        repeated.commit({})
    assert registers(lake_in(home).snapshot(as_of=at(5))) == expected(0)
    assert registers(lake_in(home).snapshot()) == {**expected(0), ("m1", DAY): 7}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 8 MB; skips where mounting is not permitted."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    if (
        mount is None
        or subprocess.run(
            [mount, "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)], check=False, capture_output=True
        ).returncode
    ):
        pytest.skip("mounting a small disk is not permitted here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.parametrize("room", [0, 30_000, 300_000, 3_000_000])
def test_a_full_disk_changes_nothing_and_says_so(small_disk: Path, room: int) -> None:
    home = small_disk / "home"
    import_generation(home, 0)
    filler = small_disk / "filler"
    filler.write_bytes(bytes(max(0, shutil.disk_usage(small_disk).free - room)))
    noise = random.Random(1)
    many = [reading(f"{noise.random()}", DAY, noise.randrange(10**12)) for _ in range(200_000)]
    rows = arrow_rows("reading_daily", many)
    with pytest.raises(WattwardenError) as caught:
        import_rows(home, rows)
    (problem,) = caught.value.problems
    assert str(home) in problem.subject
    assert "full disk" in problem.found
    assert "MB free" in problem.found
    assert registers(lake_in(home).snapshot()) == expected(0)
    filler.unlink()
    import_generation(home, 1)
    assert registers(lake_in(home).snapshot()) == expected(1)
