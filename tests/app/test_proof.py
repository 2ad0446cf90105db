"""The proof pack: laid out by a scan, as a paper, as a chart, in the report."""

from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree as ET

import pyarrow as pa
import pytest

from wattwarden.app.proof_pack import proof_in_room
from wattwarden.app.proof_pdf import proof_pdf
from wattwarden.app.proof_series import PLACE, SETS, TIMELINE
from wattwarden.app.report.proof import proof_curve
from wattwarden.app.show_finding import Section
from wattwarden.app.svg_chart import line_svg
from wattwarden.domain.errors import WattwardenError
from wattwarden.domain.labels import Label
from wattwarden.lake.reading_room import RoomWriter


def drawn(x: list[str], lines: Mapping[str, list[float | None]]) -> ET.Element:
    """The chart as XML."""
    return ET.fromstring(line_svg(x, lines, "F"))  # noqa: S314  # our own drawing


SVG = "{http://www.w3.org/2000/svg}"


def lay_room(home: Path, customer: str = "c1", number: int = 1) -> None:
    """A room with a year of one customer, his place, one event; the rest is empty."""
    rows: dict[str, list[dict[str, object]]] = {
        PLACE: [{"customer_id": customer, "high_voltage": True, "generation": False, "current_transformer": True,
                 "voltage_transformer": False}],
        TIMELINE: [{"customer_id": customer, "happened": "2026-09-01 10:00:00", "kind": "meter_event", "what": "cover_opened"}],
        "proof-use": [{"customer_id": customer, "x": f"2026-{n:02d}", "own_kwh": 100.0 - n, "peer_kwh": None if n == 3 else 90.0}
                      for n in range(1, 13)],
    }  # fmt: skip
    writer = RoomWriter(home)
    for name in SETS:
        table = pa.Table.from_pylist(
            rows.get(name, []), None if name in rows else pa.schema([("customer_id", pa.string())])
        )
        writer.write(name, "customer_id", table.to_batches(), table.schema)
    writer.publish(number)


def test_the_room_gives_series_timeline_and_safety(tmp_path: Path) -> None:
    lay_room(tmp_path)
    pack = proof_in_room(tmp_path, "c1", [])
    (series,) = pack.series
    assert [point["own_kwh"] for point in series.points][:2] == [99.0, 98.0]
    assert pack.timeline[0][0].startswith("2026-09-01")
    assert "Cover" in pack.timeline[0][1].en or "cover" in pack.timeline[0][1].en
    everywhere = proof_in_room(tmp_path, "nobody", [])
    assert not everywhere.series
    assert len(everywhere.safety) < len(pack.safety)
    assert [line.values[2] for line in proof_curve(series).lines] == [97.0, None]


def test_before_a_full_scan_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(WattwardenError, match="wattwarden scan"):
        proof_in_room(tmp_path, "c1", [])


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_paper_is_a_pdf_in_both_languages(tmp_path: Path, language: str) -> None:
    lay_room(tmp_path)
    pack = proof_in_room(tmp_path, "c1", [])
    section = Section(Label(zh="为什么", en="Why"), ("#strong[x] $ < & \\",))
    content = proof_pdf(tmp_path, [section], pack, language, "tester · why")  # type: ignore[arg-type]  # one of two
    assert content.startswith(b"%PDF")
    assert len(content) > len(proof_pdf(tmp_path, [section], None, language, "tester · why"))  # type: ignore[arg-type]  # as above


def test_a_gap_cuts_the_line_and_an_empty_line_is_left_out() -> None:
    drawing = drawn(["a", "b", "c", "d", "<e>"], {"x & y": [1, 2, None, 4, 5], "none": [None] * 5})
    assert len(drawing.findall(f"{SVG}polyline")) == 2
    words = [text.text for text in drawing.iter(f"{SVG}text")]
    assert "x & y" in words
    assert "none" not in words
    assert "<e>" in words


@pytest.mark.parametrize(
    ("values", "ends"),
    [([0, 9.7], ("0", "10")), ([225, 231], ("224", "232")), ([-3, 5], ("-4", "6")), ([], ("0", "1"))],
)
def test_the_axis_has_round_ends(values: list[float | None], ends: tuple[str, str]) -> None:
    drawing = drawn([str(n) for n in range(len(values))], {"v": values})
    marks = [t for t in drawing.iter(f"{SVG}text") if t.get("text-anchor") == "end" and t.get("x") == "58"]
    ticks = [float(t.text or "") for t in marks]
    assert ticks[0] <= min((v for v in values if v is not None), default=0)
    assert ticks[-1] >= max((v for v in values if v is not None), default=0)
    assert len(ticks) == 5
    assert float(ends[0]) - 4 <= ticks[0] <= float(ends[0])
