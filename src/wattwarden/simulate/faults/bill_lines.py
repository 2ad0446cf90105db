"""1.3.1 Slips on the lines of bills."""

from wattwarden.simulate.faults.registry import Plot, homes, kind_on_bills, of_sector
from wattwarden.simulate.misbilling import LINE_AMOUNT, LINE_TWICE, TOTAL

RISK = "1.3.1"


def _slip(plot: Plot, term: str, *values: float) -> None:
    world = plot.world
    ordinary = homes(world) | of_sector(world, "shop", "workshop", "farm")
    for customer in plot.pick(ordinary & (world.people.base_kwh > 2)):
        month = plot.month(-6, -1)
        plot.misbill(customer, term, month, month + 1, float(plot.rng.choice(values)))
        plot.wrong_bills(customer, month, month + 1)


@kind_on_bills("billing.line_twice", RISK, "账单明细重复", "A line billed twice", 1.5)
def _twice(plot: Plot) -> None:
    _slip(plot, LINE_TWICE, 1)


@kind_on_bills(
    "billing.line_amount_wrong", RISK, "明细金额与电量电价不符", "Line is not energy times price", 1.5
)
def _amount(plot: Plot) -> None:
    _slip(plot, LINE_AMOUNT, 0.9, 1.1)


@kind_on_bills(
    "billing.total_differs_from_lines", RISK, "账单合计与明细不符", "Total is not the sum of the lines", 1.5
)
def _total(plot: Plot) -> None:
    _slip(plot, TOTAL, -1_000, 990, 2_700)
