"""Mappings: what they can say, and what their SQL must not do."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tests.lake.import_kit import CUSTOMERS, ORG, refusal, rows, run, waiting, write
from wattwarden.domain.content import contract
from wattwarden.domain.errors import WattwardenError
from wattwarden.lake.import_settings import import_settings
from wattwarden.lake.mapping import FORBIDDEN_FUNCTIONS, check_sql, load_mapping, mapping_names

HEAD = "zh: 来源\nen: Source\n"
INVOICE = (
    HEAD
    + """
sources:
  invoice: {file: "invoice*"}
  client: {file: "client*"}
never: ["label*"]
views:
  known: SELECT i.*, c.town FROM invoice AS i JOIN client AS c ON c.no = i.client WHERE i.kind <> 'GAS'
tables:
  org_unit:
    from: client
    distinct: true
    select: {org_id: "'T-' || town", name: town, kind: {value: county}}
  customer:
    from: client
    where: no <> ''
    select:
      customer_id: {column: "no"}
      org_id: "'T-' || town"
      status: {column: state, codes: {"1": active, "0": closed}}
      opened_on: {column: since, formats: ["%d/%m/%Y"]}
  bill:
    from: known
    select:
      bill_id: "client || '-' || day"
      customer_id: {column: client}
      bill_month: "substr(day, 1, 7)"
      kind: {value: normal}
      kwh: {column: used, unit: MWh}
      amount_fen: {column: price, unit: 元}
      issued_on: {column: day}
  bill_line:
    from: invoice
    group_by: [client, day]
    select:
      bill_id: "client || '-' || day"
      line_no: count(*)
      item: {value: energy}
      amount_fen: CAST(sum(CAST(price AS DECIMAL(18, 2)) * 100) AS BIGINT)
"""
)
CLIENT = "no,town,state,since\nA,North,1,31/12/1994\nB,South,0,05/01/2020\n"
BILLED = (
    "client,day,kind,used,price\nA,2024-01-31,EL,0.0125,10.01\nA,2024-02-29,GAS,5,1\nB,2024-01-31,EL,1,0.29\n"
)


def saved(folder: Path, text: str) -> str:
    path = folder / "mapping.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_one_source_feeds_several_tables_with_units_codes_dates_and_joins(tmp_path: Path) -> None:
    folder = write(
        tmp_path / "in", client=CLIENT, invoice_2024=BILLED, label="client,fraud\nA,1\n", other="x\n1\n"
    )
    report = run(tmp_path / "home", folder, mapping=saved(tmp_path, INVOICE))
    home = tmp_path / "home"
    assert [(e.table, e.column, e.found) for e in waiting(home)] == [("bill_line", "bill_id", "A-2024-02-29")]
    assert rows(home, "customer", "customer_id, org_id, status, opened_on") == [
        ("A", "T-North", "active", date(1994, 12, 31)),
        ("B", "T-South", "closed", date(2020, 1, 5)),
    ]
    assert rows(home, "bill", "bill_id, kwh, amount_fen, bill_month") == [
        ("A-2024-01-31", Decimal("12.5"), 1001, date(2024, 1, 1)),
        ("B-2024-01-31", Decimal(1000), 29, date(2024, 1, 1)),
    ]
    assert rows(home, "bill_line", "amount_fen") == [(29,), (1001,)]
    assert [Path(name).name for name in report.forbidden] == ["label.csv"]
    assert [Path(name).name for name in report.ignored] == ["other.csv"]


def test_a_new_invoice_file_beside_a_known_client_file_is_joined(tmp_path: Path) -> None:
    mapping, home = saved(tmp_path, INVOICE), tmp_path / "home"
    folder = write(tmp_path / "in", client=CLIENT, invoice_1=BILLED)
    run(home, folder, mapping=mapping)
    write(folder, invoice_2=BILLED.replace("2024-01-31", "2024-03-31"))
    report = run(home, folder, mapping=mapping)
    assert len(rows(home, "bill")) == 4
    assert {Path(file.title).name: file.status for file in report.files}["client.csv"] == "unchanged"
    assert run(home, folder, mapping=mapping).version == report.version


def test_tables_whose_sources_are_absent_are_named(tmp_path: Path) -> None:
    folder = write(tmp_path / "in", client=CLIENT)
    report = run(tmp_path / "home", folder, mapping=saved(tmp_path, INVOICE))
    assert report.skipped == ("bill (invoice)", "bill_line (invoice)")


def test_a_file_that_lacks_a_column_of_the_mapping_is_an_error(tmp_path: Path) -> None:
    folder = write(tmp_path / "in", client="no,town\nA,North\n")
    with pytest.raises(WattwardenError, match="state"):
        run(tmp_path / "home", folder, mapping=saved(tmp_path, INVOICE))
    assert rows(tmp_path / "home", "customer") == []


def test_no_matching_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(WattwardenError, match="none of its files"):
        run(tmp_path / "home", write(tmp_path / "in", other="x\n1\n"), mapping=saved(tmp_path, INVOICE))


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("SELECT * FROM read_csv('/etc/passwd')", "read_csv"),
        ("SELECT * FROM '/etc/passwd'", "/etc/passwd"),
        ("SELECT * FROM other", "other"),
        ("SELECT (SELECT content FROM read_text('/etc/passwd')) FROM data", "read_text"),
        ("SELECT getenv('HOME') FROM data", "getenv"),
        ("SELECT random() FROM data", "rand"),
        ("SELECT now() FROM data", "now"),
        ("SELECT current_date FROM data", "CURRENT_DATE"),
        ("SELECT * FROM glob('*')", "glob"),
        ("SELECT * FROM main.data", "main.data"),
        ("ATTACH 'x.db' AS x", "ATTACH"),
        ("COPY data TO 'x.csv'", "COPY"),
        ("SELECT 1 FROM data; DROP TABLE data", "DROP"),
        ("SELECT FROM FROM", ""),
        ("INSERT INTO data VALUES (1)", "INSERT"),
    ],
)
def test_sql_that_a_mapping_must_not_use_is_refused(sql: str, found: str) -> None:
    with pytest.raises(WattwardenError) as caught:
        check_sql(sql, ["data"], "test")
    assert found.lower() in str(caught.value).lower()


def test_ordinary_expressions_pass() -> None:
    check_sql(
        "WITH x AS (SELECT * FROM data) SELECT CASE WHEN a > 1 THEN upper(b) END, split_part(c, '-', 1), "
        "regexp_extract(d, '[0-9]+'), date_trunc('month', CAST(e AS DATE)), count(*) OVER (PARTITION BY a) FROM x",
        ["data"],
        "test",
    )
    assert "read_" in FORBIDDEN_FUNCTIONS


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("nothing: {from: data, select: {a: b}}", "one of"),
        ("customer: {from: data, select: {colour: a}}", "no such column"),
        ("customer: {from: data, select: {status: {column: a, codes: {x: nowhere}}}}", "nowhere"),
        ("bill: {from: data, select: {kwh: {column: a, unit: 元}}}", "the unit 元"),
        ("bill: {from: data, select: {kwh: {column: a, value: b}}}", "exactly one of"),
        ("bill: {from: elsewhere, select: {kwh: a}}", "elsewhere"),
        ("bill: {from: data, select: {kwh: read_text('x')}}", "read_text"),
        ("bill: {from: data, wher: x, select: {kwh: a}}", "wher"),
    ],
)
def test_a_wrong_mapping_says_where(tmp_path: Path, table: str, message: str) -> None:
    path = saved(tmp_path, HEAD + 'sources: {data: {file: "*"}}\ntables: {' + table + "}\n")
    with pytest.raises(WattwardenError, match=message):
        load_mapping(path, contract(), import_settings())


def test_the_mappings_that_come_along_are_valid_and_never_open_the_truth() -> None:
    assert {"steg", "steg_as_known_then", "area_loads", "citizen_messages"} <= set(mapping_names())
    for name in mapping_names():
        mapping = load_mapping(name, contract(), import_settings())
        for truth in ("label.csv", "truth.csv", "Label_2.CSV"):
            assert mapping.is_forbidden(truth)
            assert not mapping.may_hold(truth)
            assert mapping.source_of(truth) is None


def test_no_mapping_takes_the_date_of_the_evaluation_as_a_column() -> None:
    for name in ("steg", "steg_as_known_then"):
        mapping = load_mapping(name, contract(), import_settings())
        for table in mapping.tables.values():
            assert "as_of" not in " ".join(origin.expression for origin in table.columns().values())


def test_an_unknown_mapping_lists_those_there_are() -> None:
    with pytest.raises(WattwardenError, match="steg"):
        load_mapping("nothing", contract(), import_settings())


def test_a_mapping_may_name_a_sheet_and_a_missing_sheet_is_left_out(tmp_path: Path) -> None:
    folder = write(tmp_path / "in", org_unit=ORG, customer=CUSTOMERS)
    report = run(tmp_path / "home", folder, sheet="nothing")
    assert report.files == []
    text = (
        HEAD
        + 'sources: {data: {file: "customer*", sheet: "x"}}\ntables: {premise: {from: data, select: {premise_id: customer_id}}}\n'
    )
    assert run(tmp_path / "home", folder, mapping=saved(tmp_path, text)).files == []
    assert "no table" in refusal(run(tmp_path / "home", write(tmp_path / "odd", odd="a\n1\n")))
