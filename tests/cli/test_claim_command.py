"""Refunds, claims, fees and compensation through the command, against hand-derived cases."""

import json
import shlex
from pathlib import Path

import pytest
import yaml
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner

from wattwarden.cli.claim_command import app
from wattwarden.cli.output import choose_language

GOLDEN = Path(__file__).parents[1] / "golden" / "claims"
RUN = CliRunner()
CASES = [
    case
    for path in sorted(GOLDEN.glob("*.yaml"))
    for case in yaml.safe_load(path.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_hand_derived_case(case: dict[str, str]) -> None:
    result = RUN.invoke(app, [*shlex.split(case["run"]), "--format", "json"])
    assert result.exit_code == 0, result.output
    assert json.loads(result.output)["steps"][-1]["value"] == case["is"]


@pytest.mark.parametrize(
    ("run", "words"),
    [
        ("meter-error --kwh 100 --error-pct -100", "more than -100 %"),
        ("meter-error --kwh=-1 --error-pct 1", "0 kWh or more"),
        ("meter-error --kwh abc --error-pct 1", "a number such as"),
        ("meter-error --kwh NaN --error-pct 1", "a number such as"),
        ("voltage-drop --kwh 1 --actual-pct=-1 --allowed-pct 1", "0 % or more"),
        ("wrong-wiring --kwh 100 --factor 0", "not 0"),
        ("wrong-wiring --kwh 100 --factor=-3", "negative exactly where the register ran backwards"),
        ("wrong-wiring --kwh 100", "one of --factor and --fault"),
        ("wrong-wiring --kwh 100 --fault upside_down", "4w_one_voltage_lost"),
        ("wrong-wiring --kwh 100 --fault 3w_one_ct_reversed --cos-phi 1", "records energy"),
        ("wrong-wiring --kwh 100 --fault 3w_one_ct_reversed --cos-phi 1.2", "at most 1"),
        ("multiplier --kwh 100 --billed 0 --actual 20", "more than 0"),
        ("theft --on 2026-05-01", "--tapped-kw or --current-a"),
        ("theft --on 2026-05-01 --current-a 0", "more than 0"),
        ("theft --on 2026-05-01 --current-a 5 --wiring high_voltage", "line voltage in kV"),
        ("theft --on 2026-05-01 --current-a 5 --days 0", "more than 0"),
        ("theft --on 2026-05-01 --current-a 5 --price 1 --times 4 --justification x --approver y", "0 to 3 times"),
        ("theft --on 2026-05-01 --current-a 5 --price 1 --times 3", "both"),
        ("late-fee --arrears 0 --due 2026-01-01 --paid 2026-02-01", "more than 0"),
        ("late-fee --arrears 10 --due 2026-01-01 --paid 2026-02-01 --contract-permille 5", "1 ‰ to 3 ‰"),
        ("class-change --on 2026-05-01 --monthly 0", "more than 0"),
        ("over-capacity --on 1990-05-01 --kva 10", "exactly one line"),
        ("outage --on 2026-05-01 --hourly-kwh 1 --hours 0 --price 1", "more than 0"),
    ],
)  # fmt: skip
def test_bad_input_says_what_was_expected(run: str, words: str) -> None:
    result = RUN.invoke(app, shlex.split(run))
    assert result.exit_code == 2
    assert words in f"{result.output}{result.exception}"


def test_both_languages_show_the_steps_and_what_is_not_verified() -> None:
    choose_language("zh")
    shown = RUN.invoke(app, shlex.split("meter-error --kwh 900000 --error-pct -10")).output
    assert "900,000 ÷ (1 + -10 %) = 1,000,000 千瓦时" in shown
    assert "(1,000,000 − 900,000) × ½ = 50,000 千瓦时" in shown
    assert "[未核实]" in shown
    choose_language("en")
    assert (
        "True energy: 900,000 ÷ (1 + -10 %) = 1,000,000 kWh"
        in RUN.invoke(app, shlex.split("meter-error --kwh 900000 --error-pct -10")).output
    )


def test_the_excel_file_holds_the_same_steps(tmp_path: Path) -> None:
    choose_language("en")
    file = tmp_path / "claim.xlsx"
    result = RUN.invoke(
        app,
        [*shlex.split("late-fee --arrears 10000 --due 2025-12-20 --paid 2026-01-20"), "--out", str(file)],
    )
    assert result.exit_code == 0, result.output
    rows = CalamineWorkbook.from_path(str(file)).get_sheet_by_index(0).to_python()
    assert rows[0] == ["Step", "Working", "Result", "Unit", "Basis"]
    assert rows[-1][:4] == ["Late fee", "820; ≥ 1.00", "820.00", "yuan"]
