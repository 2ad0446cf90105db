"""Hours of each rate by season (DOMAIN B.4), and timetables that are not whole."""

from datetime import date
from pathlib import Path

import pytest

from wattwarden.domain.errors import WattwardenError
from wattwarden.domain.timetable import load_timetables, timetable_of


@pytest.mark.parametrize(
    ("day", "spans"),
    [
        (date(2026, 7, 15), {"V": [(0, 6), (12, 14)], "P": [(16, 20)], "S": [(20, 24)], "F": [(6, 12), (14, 16)]}),
        (date(2026, 1, 15), {"V": [(0, 6), (12, 14)], "P": [(16, 18), (22, 24)], "S": [(18, 22)], "F": [(6, 12), (14, 16)]}),
        (date(2026, 4, 15), {"V": [(0, 6), (12, 14)], "P": [(16, 24)], "F": [(6, 12), (14, 16)]}),
        (date(2024, 4, 15), {"V": [(0, 7), (23, 24)], "P": [(11, 14), (18, 23)], "F": [(7, 11), (14, 18)]}),
    ],
)  # fmt: skip
def test_hours_of_hunan(day: date, spans: dict[str, list[tuple[int, int]]]) -> None:
    letters = timetable_of("hunan").letters_on(day)
    assert len(letters) == 96
    for letter, hours in spans.items():
        for first, last in hours:
            assert letters[first * 4 : last * 4] == letter * ((last - first) * 4)


def _write(root: Path, seasons: str) -> None:
    folder = root / "timetables"
    folder.mkdir()
    (folder / "somewhere.yaml").write_text(
        "zh: 甲\nen: A\nlines:\n  - {valid_from: 2025-01-01, document: d, source: s, verified: recalled, "
        f"still_valid_on: 2026-01-01, seasons: [{seasons}]}}\n",
        encoding="utf-8",
    )


@pytest.mark.parametrize(
    ("seasons", "words"),
    [
        ("{months: [1, 2, 3], hours: " + "F" * 24 + "}", "each month exactly once"),
        ("{months: [1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], hours: " + "F" * 24 + "}", "each month exactly once"),
        ("{months: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], hours: " + "F" * 23 + "}", "23 letters"),
        ("{months: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], hours: " + "X" * 24 + "}", "expected only S, P, F, V"),
        ("{months: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13], hours: " + "F" * 24 + "}", "12"),
    ],
)  # fmt: skip
def test_a_timetable_that_is_not_whole_is_refused(tmp_path: Path, seasons: str, words: str) -> None:
    _write(tmp_path, seasons)
    with pytest.raises(WattwardenError, match=words):
        load_timetables(tmp_path)


def test_no_line_on_the_day_and_no_timetable() -> None:
    with pytest.raises(WattwardenError, match="no line"):
        timetable_of("hunan").letters_on(date(2001, 1, 1))
    with pytest.raises(WattwardenError, match="without a timetable"):
        timetable_of("nowhere")
