"""Compare the causes that the newest lake's balances give with those planted in areas with a gate curve.

An abnormal area is right when its planted cause stands first. A cause stands falsely where it is first in an
area in which another, or nothing, was planted. An area that was not balanced has no cause: it is missed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from wattwarden.app.area_folder import Known, read_known
from wattwarden.app.evaluate_area_loss import WORDS
from wattwarden.app.open_lake import newest_lake
from wattwarden.app.score_scan import Share
from wattwarden.calc.loss.cause import Cause
from wattwarden.domain.content import contract
from wattwarden.engines.derive import derivation_order

AREA_TRUTH = "area_truth.csv"
Row = Mapping[str, object]


@dataclass(frozen=True)
class CauseScore:
    """How one planted cause fared, in areas.

    Attributes:
        found: Areas of this cause in which it stands first.
        false: Areas of another cause, or none, in which it stands first.
    """

    cause: str
    found: Share
    false: int


@dataclass(frozen=True)
class AreaScore:
    """All causes.

    Attributes:
        right: Abnormal areas whose planted cause stands first.
        normal: Areas without a planted cause that are called normal.
        thieves_first: Thieves who are the first suspect of their area.
        confusion: Planted cause and the cause or outcome that stands first, counted.
    """

    causes: Sequence[CauseScore]
    right: Share
    normal: Share
    thieves_first: Share
    confusion: Mapping[str, int]


def score_areas(home: Path, truth_folder: Path) -> AreaScore | None:
    """Score the balances of the newest lake; None where the truth names no area with a gate curve.

    Raises:
        WattwardenError: the lake is empty.
    """
    path = truth_folder / AREA_TRUTH
    known = read_known(path) if path.exists() else {}
    if not known:
        return None
    with newest_lake(home) as engine:
        engine.derive(derivation_order(contract(), ["area_cause", "area_suspect"]))
        causes = engine.query("SELECT area_id, outcome, cause FROM area_cause").to_pylist()
        first = engine.query("SELECT area_id, customer_id FROM area_suspect WHERE place = 1").to_pylist()
    return compare_areas(known, causes, first)


def compare_areas(known: Mapping[str, Known], causes: Sequence[Row], first: Sequence[Row]) -> AreaScore:
    """Score rows of ``area_cause`` and the first rows of ``area_suspect`` against known causes."""
    said = {str(row["area_id"]): str(row["cause"] or row["outcome"]) for row in causes}
    suspect = {str(row["area_id"]): row["customer_id"] for row in first}
    pairs = [(WORDS[each.cause].value, said.get(area, "no_balance")) for area, each in known.items()]
    thieves = [
        suspect.get(area) in each.kinds
        for area, each in known.items()
        if WORDS[each.cause] is Cause.THEFT and each.kinds
    ]
    normal = Cause.NORMAL.value
    abnormal = [right == best for right, best in pairs if right != normal]
    honest = [best == normal for right, best in pairs if right == normal]
    confusion: dict[str, int] = {}
    for right, best in pairs:
        confusion[f"{right} → {best}"] = confusion.get(f"{right} → {best}", 0) + 1
    return AreaScore(
        [_cause(cause, pairs) for cause in sorted({right for right, _ in pairs} - {normal})],
        Share.of_counts(sum(abnormal), len(abnormal)),
        Share.of_counts(sum(honest), len(honest)),
        Share.of_counts(sum(thieves), len(thieves)),
        dict(sorted(confusion.items())),
    )


def _cause(cause: str, pairs: Sequence[tuple[str, str]]) -> CauseScore:
    mine = [best == cause for right, best in pairs if right == cause]
    false = sum(best == cause for right, best in pairs if right != cause)
    return CauseScore(cause, Share.of_counts(sum(mine), len(mine)), false)
