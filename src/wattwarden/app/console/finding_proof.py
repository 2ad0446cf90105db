"""The proof pack of a finding for its page, and as a paper that leaves with reason and watermark."""

from collections.abc import Sequence
from dataclasses import dataclass

from wattwarden.app.console.catalogue import rules_of
from wattwarden.app.console.charts import Chart, Lines, line_chart
from wattwarden.app.console.export import paper_mark
from wattwarden.app.console.masking import masker_for
from wattwarden.app.console.traces import Subject, read
from wattwarden.app.proof_pack import ProofPack, ProofSeries, proof_in_room
from wattwarden.app.proof_pdf import proof_pdf
from wattwarden.app.show_finding import find, proof_words
from wattwarden.app.store import home
from wattwarden.domain.access import Viewer
from wattwarden.domain.finding import LifeState
from wattwarden.domain.labels import Label, Language
from wattwarden.records.guard import load, visible
from wattwarden.records.models import Finding
from wattwarden.rulekit.model import Rule

AXIS = Label(zh="时间", en="Time")
_MINUTE = 16
"""Characters of an instant up to its minute."""


@dataclass(frozen=True)
class ShownProof:
    """What a page shows beside the finding's own proof; ``pack`` is None where it is about no customer."""

    key: str
    pack: ProofPack | None
    charts: Sequence[Chart]


def finding_proof(viewer: Viewer, key: str) -> ShownProof:
    """The pack for the page; recorded as a read.

    Raises:
        WattwardenError: the finding does not exist for this viewer, or no full scan laid its proof out.
    """
    row = load(Finding, key, viewer, "see_findings")
    read(viewer, _subject("proof", row))
    pack = _pack(viewer, row)
    charts = [_chart(series, viewer.language) for series in (pack.series if pack else ())]
    return ShownProof(row.finding_key, pack, charts)


def proof_paper(viewer: Viewer, key: str, reason: str | None, language: Language) -> bytes:
    """The pack as PDF; recorded before it is given out.

    Raises:
        WattwardenError: no such finding for this viewer, he may not export, or gives no reason.
    """
    row = load(Finding, key, viewer, "see_findings")
    pack = _pack(viewer, row)
    words = proof_words(
        home(), find(home(), row.finding_key, row.scan), language, masker_for(viewer, row.org_path)
    )
    mark = paper_mark(viewer, "proof", _subject("finding", row), reason)
    return proof_pdf(home(), words, pack, language, mark)


def _subject(kind: str, row: Finding) -> Subject:
    return Subject(kind, row.finding_key, row.org_path, row.staff_side)


def _pack(viewer: Viewer, row: Finding) -> ProofPack | None:
    return None if row.customer_id is None else proof_in_room(home(), row.customer_id, _rules(viewer, row))


def _rules(viewer: Viewer, row: Finding) -> Sequence[Rule]:
    """Rules with a finding about the same customer that this viewer may see."""
    rows = visible(Finding, viewer, "see_findings").filter(customer_id=row.customer_id)
    names = rows.exclude(state=LifeState.GONE.value).order_by("rule_id").values_list("rule_id", flat=True)
    known = rules_of(home())
    return [known[name] for name in dict.fromkeys((row.rule_id, *names)) if name in known]


def _chart(series: ProofSeries, language: Language) -> Chart:
    drawn = Lines([at[:_MINUTE] for at in series.x], series.lines(language), axis=AXIS.text(language))
    return line_chart(series.title.text(language), drawn)
