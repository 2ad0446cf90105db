"""What a change of a rule adds and removes: findings, money, cases and person-hours."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from wattwarden.app.casework.settings import planning
from wattwarden.app.rule_catalogue import SITE_CONTENT
from wattwarden.domain.content import BUILT_IN
from wattwarden.rulekit.register import Register, load_register
from wattwarden.scoring.evidence import causes, prepared
from wattwarden.scoring.parameters import ScoringParameters, load_scoring_parameters
from wattwarden.scoring.score import score

MONEY = ("low", "likely", "high")
_MINUTES_PER_HOUR = 60
Figures = dict[str, object]


@dataclass(frozen=True)
class Measure:
    """Counts findings, money and work with the figures of this site."""

    register: Register
    parameters: ScoringParameters
    minutes: Mapping[str, int]

    @classmethod
    def of(cls, home: Path) -> "Measure":
        """With the site's own figures."""
        parameters = load_scoring_parameters(BUILT_IN, home / SITE_CONTENT)
        return cls(load_register(), parameters, planning().minutes_per_visit)

    def money(self, findings: pa.Table) -> Figures:
        """Findings and their money in fen, each loss once."""
        sums = dict.fromkeys(MONEY, 0)
        if findings.num_rows:
            merged = causes(prepared(findings, self.register, self.parameters), self.parameters)
            sums = {name: int(pc.sum(merged[name]).as_py() or 0) for name in MONEY}
        return {"findings": findings.num_rows, **{f"{name}_fen": sums[name] for name in MONEY}}

    def work(self, findings: pa.Table) -> Figures:
        """Cases of these findings and the person-minutes of looking at each once."""
        places = score(findings, self.register, self.parameters)["place"].to_pylist()
        return {"cases": len(places), "minutes": sum(self.minutes[place] for place in places)}

    def compared(self, before: pa.Table, after: pa.Table, others: pa.Table | None = None) -> Figures:
        """Before against after.

        Args:
            others: What other rules found; a premise that they flag is a case either way.

        Returns:
            ``added`` and ``removed`` findings with money, ``kept`` findings, and the work ``before`` and
            ``after``, each with ``cases`` and ``minutes``.
        """
        rest = before.schema.empty_table() if others is None else others
        added, removed = without(after, before), without(before, after)
        return {
            "added": self.money(added),
            "removed": self.money(removed),
            "kept": before.num_rows - removed.num_rows,
            "work_before": self.work(pa.concat_tables([rest, before])),
            "work_after": self.work(pa.concat_tables([rest, after])),
        }


def without(findings: pa.Table, others: pa.Table) -> pa.Table:
    """Those findings whose key is not among the others."""
    return findings.filter(
        pc.invert(pc.is_in(findings["finding_key"], others["finding_key"].combine_chunks()))
    )


def hours(minutes: int) -> float:
    """Minutes as hours, to one digit, for pages."""
    return round(minutes / _MINUTES_PER_HOUR, 1)
