"""Causes of areas scored against the truth: right, missed, false, and not balanced at all."""

from pathlib import Path

from wattwarden.app.area_folder import Known
from wattwarden.app.score_areas import compare_areas, score_areas

KNOWN = {
    "A1": Known("theft", {"C1": "clip"}, {"C1": 40.0}),
    "A2": Known("theft", {"C2": "flat"}, {"C2": 30.0}),
    "A3": Known("gate_scale", {}, {}),
    "A4": Known("normal", {}, {}),
    "A5": Known("mapping", {"C9": "belongs_elsewhere"}, {}),
}


def _row(area: str, cause: str | None, outcome: str = "balanced") -> dict[str, object]:
    return {"area_id": area, "outcome": outcome, "cause": cause}


def test_right_missed_and_false_are_told_apart() -> None:
    said = [
        _row("A1", "theft"),
        _row("A2", "unmetered"),
        _row("A3", "gate_error"),
        _row("A4", "theft"),
        _row("A5", None, "no_gate_meter"),
    ]
    first = [{"area_id": "A1", "customer_id": "C1"}, {"area_id": "A2", "customer_id": "C7"}]
    score = compare_areas(KNOWN, said, first)
    assert (score.right.hits, score.right.of) == (2, 4)
    assert (score.normal.hits, score.normal.of) == (0, 1)
    assert (score.thieves_first.hits, score.thieves_first.of) == (1, 2)
    by_cause = {each.cause: (each.found.hits, each.found.of, each.false) for each in score.causes}
    assert by_cause == {"gate_error": (1, 1, 0), "mapping": (0, 1, 0), "theft": (1, 2, 1)}
    assert score.confusion["mapping → no_gate_meter"] == 1


def test_an_area_without_a_row_is_missed() -> None:
    score = compare_areas(KNOWN, [], [])
    assert score.right.hits == 0
    assert set(score.confusion) == {
        f"{cause} → no_balance" for cause in ("theft", "gate_error", "normal", "mapping")
    }


def test_a_county_without_gate_curves_has_no_score(tmp_path: Path) -> None:
    assert score_areas(tmp_path, tmp_path) is None
