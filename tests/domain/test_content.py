"""Content files: unknown keys, wrong types and dangling references are errors that name the place."""

from pathlib import Path

import pytest

from wattwarden.domain.content import contract, load_contract, read_yaml
from wattwarden.domain.errors import WattwardenError

GOOD = """
zh: 表
en: Table
chapter: grid
key: [a]
columns:
  a: {type: id, zh: 甲, en: A}
"""


def _load(tmp_path: Path, text: str) -> None:
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "t.yaml").write_text(text, encoding="utf-8")
    load_contract(tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (GOOD + "colour: red\n", "colour"),
        (GOOD.replace("type: id", "type: float"), "unknown type 'float'"),
        (GOOD.replace("key: [a]", "key: [b]"), "unknown columns"),
        (GOOD.replace("zh: 甲", "zh: 甲, ref: nowhere"), "nowhere"),
        (GOOD.replace("zh: 甲", "zh: 甲, values_of: t.nothing"), "t.nothing"),
        ("- a list\n", "a mapping"),
        ("a: [1\n", "valid YAML"),
        (GOOD.replace("  a:", "  arrived_at:").replace("[a]", "[arrived_at]"), "belong to the lake"),
    ],
)
def test_a_faulty_table_is_refused(tmp_path: Path, text: str, message: str) -> None:
    """Each fault is an error that says what was found."""
    with pytest.raises(WattwardenError) as caught:
        _load(tmp_path, text)
    assert message in str(caught.value)


def test_the_contract_holds_what_the_mission_needs() -> None:
    """Every table has a key and labels; borrowed value lists are filled in."""
    tables = contract()
    assert len(tables.source_tables) >= 44
    assert (
        tables["contract"].columns["voltage_level"].values
        == tables["customer"].columns["voltage_level"].values
    )
    assert all(table.key for table in tables.tables.values())


def test_all_problems_come_at_once(tmp_path: Path) -> None:
    """Two faults in one file are both reported."""
    text = GOOD.replace("type: id", "type: float").replace("chapter: grid", "chapter: cellar")
    with pytest.raises(WattwardenError) as caught:
        _load(tmp_path, text)
    assert len(caught.value.problems) == 2


def test_yaml_that_is_not_utf8(tmp_path: Path) -> None:
    """A file in another encoding is named, not half-read."""
    path = tmp_path / "x.yaml"
    path.write_bytes("zh: 表".encode("gb18030"))
    with pytest.raises(WattwardenError, match="UTF-8"):
        read_yaml(path)
