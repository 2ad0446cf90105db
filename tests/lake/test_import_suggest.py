"""A suggested mapping finds columns by name in both languages and by what their values look like."""

from datetime import date
from decimal import Decimal
from pathlib import Path

from tests.lake.import_kit import rows, run, write
from wattwarden.app.suggest_mapping import suggest_mapping

FOREIGN = (
    "用户编号,用户名称,供电单位,状态,开户日期,合同容量(MVA),备注一\n"
    "X1,甲,O1,正常用电,31/12/2019,0.1,a\nX2,乙,O1,停电,05/01/2020,,b\n"
)


def test_an_unknown_file_gets_a_mapping_that_imports(tmp_path: Path) -> None:
    folder = write(tmp_path / "in", 用户档案=FOREIGN)
    saved = tmp_path / "mapping.yaml"
    (proposal,) = suggest_mapping(tmp_path / "home", folder / "用户档案.csv", None, saved)
    assert proposal.best.table.name == "customer"
    found = {guess.column: (guess.source, guess.formats) for guess in proposal.best.columns}
    assert found["customer_id"] == ("用户编号", ())
    assert found["opened_on"] == ("开户日期", ("%d/%m/%Y",))
    assert proposal.best.unused == ("备注一",)
    assert proposal.best.missing == ()
    assert "95%" in saved.read_text(encoding="utf-8") or "96%" in saved.read_text(encoding="utf-8")
    run(tmp_path / "home", folder, mapping=str(saved))
    assert rows(
        tmp_path / "home", "customer", "customer_id, name, status, opened_on, contract_capacity_kva"
    ) == [
        ("X1", "甲", "active", date(2019, 12, 31), Decimal(100)),
        ("X2", "乙", "stopped", date(2020, 1, 5), None),
    ]


def test_a_table_may_be_given_and_what_is_missing_is_said(tmp_path: Path) -> None:
    folder = write(tmp_path / "in", data="meter number,old index,new index\n1,5,9\n")
    (proposal,) = suggest_mapping(tmp_path / "home", folder / "data.csv", "reading_cycle", None)
    assert {guess.column for guess in proposal.best.columns} == {"meter_id", "start_register", "end_register"}
    assert proposal.best.missing == ("read_date",)
    assert "# read_date: {value: …}" in proposal.text
