"""Any sequence of imports leaves the lake as a plain model of it says, at any instant."""

import shutil
import tempfile
from datetime import date, datetime
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.lake.lake_rows import arrow_rows, at, lake_in, reading, registers
from wattwarden.domain.errors import WattwardenError

Key = tuple[str, date]
Statement = tuple[Key, int, int | None]
"""Key, register in kWh, arrival in minutes or None."""

LAST_MINUTE = 60
KEYS = [("a", date(2025, 1, 31)), ("b", date(2025, 2, 1))]

statements = st.tuples(st.sampled_from(KEYS), st.integers(1, 3), st.none() | st.integers(0, LAST_MINUTE + 5))
batches = st.lists(st.lists(statements, min_size=1, max_size=8), min_size=1, max_size=5)
imports = st.lists(st.tuples(st.integers(0, 4), st.integers(1, LAST_MINUTE)), min_size=1, max_size=6)
"""Which batch is imported, modulo their number, and at which minute: old batches come again."""


class Model:
    """What the lake should hold: the versions of every key, in plain Python, one row at a time."""

    def __init__(self) -> None:
        self.versions: dict[Key, list[tuple[int, int]]] = {}

    def merge(self, batch: list[Statement], now: int) -> None:
        """Take in one batch that is imported at minute ``now``."""
        by_key: dict[Key, dict[int, set[int]]] = {}
        for key, value, arrival in batch:
            moment = now if arrival is None else min(arrival, now)
            by_key.setdefault(key, {}).setdefault(moment, set()).add(value)
        explicit = {(key, min(arrival, now), value) for key, value, arrival in batch if arrival is not None}
        for key, moments in by_key.items():
            told = [(moment, min(values)) for moment, values in sorted(moments.items()) if len(values) == 1]
            self._take(key, told, explicit, now)

    def _take(
        self, key: Key, told: list[tuple[int, int]], explicit: set[tuple[Key, int, int]], now: int
    ) -> None:
        held = self.versions.setdefault(key, [])
        before = list(held)
        for number, (moment, value) in enumerate(told):
            late = bool(before) and moment <= before[-1][0]
            if (key, moment, value) in explicit and (moment, value) in before:
                continue
            if late and number < len(told) - 1:
                continue
            if held and held[-1][1] == value:
                continue
            held.append((max(now, before[-1][0]) if late else moment, value))

    def visible(self, minute: int) -> dict[Key, int]:
        """The value of every key as it was known at ``minute``."""
        known = {key: [v for moment, v in held if moment <= minute] for key, held in self.versions.items()}
        return {key: values[-1] for key, values in known.items() if values}


def seen(home: Path, as_of: datetime | None = None) -> dict[Key, int]:
    """What the lake shows; nothing where it says that there is no data."""
    try:
        snapshot = lake_in(home).snapshot(as_of)
    except WattwardenError as error:
        if "no data read" not in str(error):
            raise
        return {}
    return registers(snapshot)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(batches, imports)
def test_the_lake_equals_a_model_with_history(
    files: list[list[Statement]], order: list[tuple[int, int]]
) -> None:
    home = Path(tempfile.mkdtemp(prefix="lake-model-"))
    model = Model()
    try:
        for number, now in order:
            batch = files[number % len(files)]
            rows = [
                reading(*key, value, None if arrival is None else at(arrival))
                for key, value, arrival in batch
            ]
            model.merge(batch, now)
            for again in range(2):
                with lake_in(home).session() as session:
                    result = session.merge("reading_daily", arrow_rows("reading_daily", rows), at(now))
                    if session.changed:
                        session.commit({})
                assert result.rows == len(batch)
                assert not (again and result.changed), "the same batch again changed something"
        for minute in range(0, LAST_MINUTE + 6, 5):
            assert seen(home, at(minute)) == model.visible(minute), f"as of minute {minute}"
        assert seen(home) == model.visible(LAST_MINUTE)
    finally:
        shutil.rmtree(home)
