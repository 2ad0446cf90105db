"""Stored models: nothing altered is read, every decision stays on record."""

import json
from pathlib import Path

import pytest

from wattwarden.domain.errors import WattwardenError
from wattwarden.lake.model_store import ModelStore, digest

CONTENT = {"columns": ["a", "b"], "weights": [0.5, -1.25], "name": "窃电"}
AT = "2026-11-01T08:00:00+00:00"


def test_what_is_saved_is_read(tmp_path: Path) -> None:
    store = ModelStore(tmp_path, "theft")
    assert store.numbers() == []
    assert [store.save(CONTENT), store.save({**CONTENT, "name": "x"})] == [1, 2]
    assert store.read(1) == CONTENT
    assert store.numbers() == [1, 2]


def test_an_altered_file_is_refused(tmp_path: Path) -> None:
    store = ModelStore(tmp_path, "theft")
    store.save(CONTENT)
    file = tmp_path / "models" / "theft" / "0001.json"
    stored = json.loads(file.read_text(encoding="utf-8"))
    stored["model"]["weights"][0] = 0.6
    file.write_text(json.dumps(stored), encoding="utf-8")
    with pytest.raises(WattwardenError, match="was altered"):
        store.read(1)
    with pytest.raises(WattwardenError, match="was altered"):
        store.promote(1, "Li", "better", AT)
    assert store.promotions() == []


@pytest.mark.parametrize("text", ["", "{", "[]", '{"sha256": "x"}'])
def test_a_damaged_file_is_refused(tmp_path: Path, text: str) -> None:
    store = ModelStore(tmp_path, "theft")
    store.save(CONTENT)
    (tmp_path / "models" / "theft" / "0001.json").write_text(text, encoding="utf-8")
    with pytest.raises(WattwardenError, match="no model file"):
        store.read(1)


def test_another_file_than_the_one_promoted_is_refused(tmp_path: Path) -> None:
    """Even one whose own digest is right: somebody put another model under the promoted number."""
    store = ModelStore(tmp_path, "theft")
    store.save(CONTENT)
    store.promote(1, "Li", "better", AT)
    other = {**CONTENT, "name": "other"}
    file = tmp_path / "models" / "theft" / "0001.json"
    file.write_text(json.dumps({"sha256": digest(other), "model": other}), encoding="utf-8")
    with pytest.raises(WattwardenError, match="another file than the one promoted"):
        store.promoted()


def test_decisions_are_kept_and_the_last_one_counts(tmp_path: Path) -> None:
    store = ModelStore(tmp_path, "theft")
    with pytest.raises(WattwardenError, match="none promoted"):
        store.promoted()
    store.save(CONTENT)
    store.save({**CONTENT, "name": "second"})
    for number, reason in ((2, "finds more"), (1, "the second accused too many")):
        store.promote(number, "Li", reason, AT)
    assert [(p.number, p.because) for p in store.promotions()] == [
        (2, "finds more"),
        (1, "the second accused too many"),
    ]
    assert store.promoted() == CONTENT


@pytest.mark.parametrize(("by", "because"), [("", "why"), ("Li", "  ")])
def test_a_decision_needs_a_name_and_a_reason(tmp_path: Path, by: str, because: str) -> None:
    store = ModelStore(tmp_path, "theft")
    store.save(CONTENT)
    with pytest.raises(WattwardenError, match="who decides, and why"):
        store.promote(1, by, because, AT)


def test_an_unknown_number_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WattwardenError, match="no such model"):
        ModelStore(tmp_path, "theft").read(7)
