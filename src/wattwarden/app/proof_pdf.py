"""The proof pack of a finding as a paper: words, values, method, charts, timeline, safety."""

from collections.abc import Sequence
from pathlib import Path

from wattwarden.app.letter_content import letters
from wattwarden.app.proof_pack import ProofPack, ProofSeries
from wattwarden.app.show_finding import Section
from wattwarden.app.svg_chart import line_svg
from wattwarden.app.typeset import typeset
from wattwarden.domain.labels import Label, Language

_TEMPLATE = Path(__file__).parent / "templates" / "proof.typ"
_TITLE = Label(zh="疑点证据包", en="Proof pack of a finding")
_NO_CUSTOMER = Label(zh="该疑点不针对客户，没有曲线。", en="The finding is about no customer: no charts.")
HEADINGS = {
    "charts": Label(zh="曲线", en="Charts"),
    "timeline": Label(zh="事件与作业时间线", en="Events, work and visits"),
    "safety": Label(zh="现场安全", en="Safety on site"),
}
_MOST_EVENTS = 60


def proof_pdf(
    home: Path, sections: Sequence[Section], pack: ProofPack | None, language: Language, watermark: str
) -> bytes:
    """The paper.

    Args:
        home: The data folder, whose content may name a font.
        sections: The finding in words, masked for whoever gets the paper.
        pack: Series, timeline and safety; None where the finding is about no customer.
        language: Of the paper.
        watermark: Who takes it out, when and why; stands across every page and at its foot.

    Raises:
        WattwardenError: the font is missing.
    """
    font = letters(home).font
    events = pack.timeline[-_MOST_EVENTS:] if pack else ()
    data = {
        "title": _TITLE.text(language),
        "sections": [[s.heading.text(language), list(s.lines)] for s in sections],
        "charts_title": HEADINGS["charts"].text(language),
        "charts": [[s.title.text(language), chart_svg(s, language, font)] for s in (pack.series if pack else ())],
        "no_charts": "" if pack else _NO_CUSTOMER.text(language),
        "timeline_title": HEADINGS["timeline"].text(language),
        "timeline": [[at[:16], what.text(language)] for at, what in events],
        "safety_title": HEADINGS["safety"].text(language),
        "safety": [note.text(language) for note in (pack.safety if pack else ())],
        "watermark": watermark, "font": font, "lang": language,
    }  # fmt: skip
    return typeset(_TEMPLATE, data)


def chart_svg(series: ProofSeries, language: Language, font: str) -> str:
    """One series as a drawing."""
    return line_svg(series.x, series.lines(language), font)
