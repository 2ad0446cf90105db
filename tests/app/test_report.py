"""The report: its figures, the page that carries them safely, and the workbook."""

import json
import re
import shutil
from datetime import date, timedelta
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import pytest
import python_calamine

from tests.app.sample_scan import (
    AWKWARD_NAME,
    CUSTOMER,
    FINDINGS,
    TODAY,
    finding,
    write_lake,
    write_sample,
    write_scan,
)
from tests.app.test_proof import lay_room
from wattwarden.app.open_scan import chosen_scan, scan_number
from wattwarden.app.report.curves import curves
from wattwarden.app.report.figures import head_figures, risk_figures
from wattwarden.app.report.material import gathered
from wattwarden.app.report.page import script_json, short_yuan
from wattwarden.app.report.quality import quality
from wattwarden.app.report.trends import month_counts, scan_counts
from wattwarden.app.write_report import ReportRequest, write_report
from wattwarden.domain.content import contract
from wattwarden.domain.errors import WattwardenError
from wattwarden.domain.masking import Masker

MASKER = Masker.of(contract())


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    write_sample(folder)
    return folder


@pytest.fixture(scope="module")
def page(home: Path) -> str:
    write_report(ReportRequest(home, home / "report.html", home / "report.xlsx", "en"))
    return (home / "report.html").read_text(encoding="utf-8")


class Outline(HTMLParser):
    """Counts elements and remembers what scripts and styles hold."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.scripts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag == "script":
            self.scripts.append("")

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1] == "script":
            self.scripts[-1] += data


def test_head_figures_count_each_loss_once(home: Path) -> None:
    with gathered(home, chosen_scan(home), MASKER) as material:
        head = head_figures(material)
    # two causes at one premise for the company, one loss of a customer, one staff case without money
    assert (head.findings, head.cases) == (4, 3)
    assert (head.utility_fen, head.customer_fen) == (200_000, 9_000)
    assert head.outcomes == {"found": 2, "no_data": 1, "failed": 1, "out_of_band": 1}
    assert head.points == 12


def test_risk_points_by_likelihood_and_money(home: Path) -> None:
    with gathered(home, chosen_scan(home), MASKER) as material:
        figures = {point.number: point for point in risk_figures(material)}
    metering = figures["1.2.3"].sums
    assert (metering.findings, metering.likely) == (3, 1.5)
    assert metering.each_fen == (100_000 + 100_000 + 9_000) // 3
    assert metering.expected_fen == 40_000 + 40_000 + 3_600
    assert figures["1.2.4"].sums.each_fen == 200_000
    assert figures["1.5.2"].state == "unwatched"
    assert figures["1.2.3"].state == "found"


def test_scans_are_compared(home: Path) -> None:
    with gathered(home, chosen_scan(home), MASKER) as material:
        first, second = scan_counts(material)
        months = month_counts(material)
    assert (first.open, first.new, first.gone) == (3, 3, 0)
    assert (second.open, second.new, second.back, second.gone) == (4, 2, 0, 1)
    assert [(month.month, month.by_chapter) for month in months] == [("2026-10", {"1.2": 3})]


def test_months_have_no_gaps_and_old_ones_are_one_entry(tmp_path: Path) -> None:
    starts = {"aaaa": date(2020, 5, 1), "bbbb": date(2026, 8, 9), "cccc": date(2026, 10, 1)}
    write_lake(tmp_path)
    write_scan(tmp_path, [finding(key, period_from=start) for key, start in starts.items()])
    with gathered(tmp_path, chosen_scan(tmp_path), MASKER) as material:
        months = month_counts(material)
    assert (months[0].month, months[0].by_chapter) == ("< 2024-11", {"1.2": 1})
    assert [(m.month, m.by_chapter) for m in months[-3:]] == [
        ("2026-08", {"1.2": 1}),
        ("2026-09", {}),
        ("2026-10", {"1.2": 1}),
    ]
    assert len(months) == 25


def test_a_finding_that_returns_is_back(tmp_path: Path) -> None:
    write_lake(tmp_path)
    for found in ((finding("aaaa"), finding("bbbb")), (finding("aaaa"),), (finding("aaaa"), finding("bbbb"))):
        write_scan(tmp_path, found)
    with gathered(tmp_path, chosen_scan(tmp_path), MASKER) as material:
        assert [(scan.new, scan.back, scan.gone) for scan in scan_counts(material)] == [
            (2, 0, 0),
            (0, 0, 1),
            (0, 1, 0),
        ]


def test_the_curve_is_read_from_the_lake(home: Path) -> None:
    with gathered(home, chosen_scan(home), MASKER) as material:
        drawn = curves(material, material.findings.to_pylist())
    (curve,) = drawn["aaaa" * 8]
    assert curve.x[0] == "2026-10-01"
    assert list(curve.lines[0].values[12:16]) == [8.0, 8.0, 0.0, 0.0]
    assert curve.mark_from == "2026-10-15"
    assert drawn["dddd" * 8] == []


def test_data_quality_tells_rows_age_and_coverage(home: Path) -> None:
    with gathered(home, chosen_scan(home), MASKER) as material:
        seen = quality(material)
    readings = next(table for table in seen.tables if table.name == "reading_daily")
    assert (readings.rows, readings.latest, readings.days_behind) == (28, TODAY, 0)
    assert readings.rules > 0
    meters = next(item for item in seen.coverage if item.label.en == "Active customers with a billing meter")
    assert (meters.have, meters.of) == (1, 1)


def test_the_page_needs_no_network_and_no_other_file(page: str) -> None:
    outline = Outline(page)
    assert all(link.startswith("#") for link in outline.links)
    assert "link" not in outline.tags
    assert "@import" not in page
    assert not re.search(r"url\((?!['\"]?data:)", page.split("</style>", maxsplit=1)[0])


def test_the_proof_pack_of_a_case_is_inside(home: Path, tmp_path: Path) -> None:
    lay_room(home, CUSTOMER, scan_number(chosen_scan(home)))
    write_report(ReportRequest(home, tmp_path / "report.html", None, "en"))
    shutil.rmtree(home / "room")
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    data = re.search(r'<script type="application/json" id="data">(.*?)</script>', text)
    assert data is not None
    packs = {name: c for name, c in json.loads(data[1])["curves"].items() if name.startswith("p")}
    assert packs
    assert all(curve["lines"][0]["y"][0] == 99.0 for curve in packs.values())
    assert f'data-curve="{next(iter(packs))}"' in text


def test_awkward_names_cannot_leave_their_place(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "open.html"
    write_report(ReportRequest(home, path, None, "zh", unmasked=True, reason="test of names"))
    text = path.read_text(encoding="utf-8")
    assert AWKWARD_NAME not in text
    assert "&lt;script&gt;alert(1)" in text
    outline = Outline(text)
    assert outline.tags.count("script") == 3
    assert not any("alert(1)" in script for script in outline.scripts)
    assert json.loads(outline.scripts[0])["today"] == TODAY.isoformat()


def test_personal_data_are_masked(page: str) -> None:
    assert CUSTOMER not in page
    assert "430****456" in page
    assert "13812341234" not in page
    assert "丙路9号" not in page


def test_both_languages_are_inside(page: str) -> None:
    for words in ("电能表停走", "Meter register frozen", "风险地图", "Risk map", "未核实", "unverified"):
        assert words in page
    assert page.count('<span class="zh">') == page.count('<span class="en">')


def test_what_went_wrong_is_said(page: str) -> None:
    assert "query: found x &lt; y &amp; z; expected &lt;/script&gt;" in page
    assert "access_log" in page
    assert "900 findings; expected 0 to 25" in page


@pytest.mark.usefixtures("page")
def test_the_workbook_holds_every_list(home: Path) -> None:
    book = python_calamine.load_workbook(home / "report.xlsx")
    assert book.sheet_names == [
        "Overview", "Findings", "Cases", "Rule outcomes", "Data quality", "Refused rows", "Glossary",
    ]  # fmt: skip
    rows = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    assert len(rows["Findings"]) == len(FINDINGS) + 1
    assert len(rows["Cases"]) == 4
    assert len(rows["Rule outcomes"]) == 6
    customer = rows["Findings"][0].index("Customer")
    assert rows["Findings"][1][customer] == "430****456"
    assert isinstance(rows["Findings"][1][rows["Findings"][0].index("From")], date)


def test_a_scan_without_findings_still_reads_well(tmp_path: Path) -> None:
    write_lake(tmp_path)
    write_scan(tmp_path, ())
    path = tmp_path / "report.html"
    written = write_report(ReportRequest(tmp_path, path, tmp_path / "report.xlsx", "zh"))
    text = path.read_text(encoding="utf-8")
    assert (written.findings, written.cases) == (0, 0)
    assert "本次扫描没有疑点" in text
    assert "没有线索" in text


def test_before_the_first_scan(tmp_path: Path) -> None:
    with pytest.raises(WattwardenError, match="no scan"):
        write_report(ReportRequest(tmp_path, tmp_path / "report.html", None, "en"))


def test_a_page_that_cannot_be_written_is_said(home: Path) -> None:
    with pytest.raises(WattwardenError, match="a file that can be written"):
        write_report(ReportRequest(home, home / "no" / "report.html", None, "en"))


def test_headline_money_has_the_unit_of_its_size() -> None:
    assert short_yuan(123).zh == "1 元"
    assert (short_yuan(12_345_678).zh, short_yuan(12_345_678).en) == ("12.3 万元", "123,457 yuan")
    assert (short_yuan(-98_765_432_100).zh, short_yuan(250_000_000).en) == ("-9.88 亿元", "2.50 million yuan")
    assert short_yuan(0).en == "0 yuan"


def test_json_in_a_script_cannot_end_it() -> None:
    text = script_json({"a": "</script><!--&\u2028", "d": TODAY + timedelta(days=1), "m": Decimal("0.5")})
    assert not re.search("[<>&\u2028]", text)
    assert json.loads(text)["a"] == "</script><!--&\u2028"
