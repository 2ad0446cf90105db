"""Energy in each rate and maximum demand from the curve of a meter: 24, 48 or 96 intervals a day.

* An interval has the rate that the table of its day has at its place. Sums are exact, in 0.0001 kWh.
* Demand is the average power of a demand period; the highest of the stretch counts. The period is 15 minutes
  in China; where a longer one is agreed, it slides by one interval, over midnight too (DL/T 1490-2015, 2.2
  to 2.5).
* A day on which the clock was moved has 23 or 25 hours. China has none since 1991; where the zone of a site
  has one, ``day_table`` gives that day a table of its own length. A curve of another length than its table
  is a named outcome, and so is a missing or negative interval: nothing is spread, repeated or left out.

Source: DOMAIN A.3, B.2, B.4, B.6; DL/T 1490-2015.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Literal, get_args
from zoneinfo import ZoneInfo

import numpy as np

from wattwarden.calc.tariff.bill import RATES, Rate
from wattwarden.calc.tariff.compiled import compiled, in_parts
from wattwarden.calc.tariff.kernel import half_up
from wattwarden.calc.tariff.records import NULL, Ints, Record, Records, integers
from wattwarden.domain.errors import fail

CurveOutcome = Literal[
    "complete", "no_curve", "short_day", "long_day", "wrong_number_of_points", "no_rate", "missing_point",
    "negative_point",
]  # fmt: skip
"""What became of a stretch; the first faulty day decides, on it the first fault in this order."""
CURVE_OUTCOMES: tuple[CurveOutcome, ...] = get_args(CurveOutcome)
COMPLETE, NO_CURVE, SHORT_DAY, LONG_DAY, WRONG_NUMBER, NO_RATE, MISSING, NEGATIVE = range(len(CURVE_OUTCOMES))

STRETCH = integers(("first_point", "first_day", "days"))
"""Consecutive days of one meter that are summed: their intervals lie one after the other."""
CURVE_DAY = integers(("points", "table"))
"""One day of a curve: how many intervals it has, and its row of the tables."""
USE = integers(("outcome", "faulty_day", "kwh", *RATES, "demand"))
"""Energy of a stretch in 10⁻⁴ kWh, highest demand in 0.01 kW (``NULL``: the curve is too coarse for it);
``faulty_day`` is the place of the first faulty day in the stretch, ``NULL`` where there is none."""

POINTS = (24, 48, 96)
"""Intervals of a day of 24 hours."""
DEMAND_MINUTES = 15
"""Demand period of meters in China."""
UNRATED = len(RATES)
"""Stands in a table where no rate holds."""
HOURS = 24
MINUTES = 60
MINUTES_OF_DAY = HOURS * MINUTES
DEMAND_STEP = 100
"""10⁻⁴ kW to 0.01 kW."""


@compiled
def wrong_length(points: int, length: int) -> int:
    """Outcome of a day whose curve is not as long as its table."""
    if points * HOURS == length * (HOURS - 1):
        return SHORT_DAY
    return LONG_DAY if points * HOURS == length * (HOURS + 1) else WRONG_NUMBER


@compiled
def add_day(first: int, kwh: Ints, table: Ints, length: int, sums: Ints) -> int:
    """Add the intervals of one day to the sums of their rates; the outcome."""
    missing, negative, unrated = False, False, False
    for point in range(length):
        energy, rate = kwh[first + point], table[point]
        missing |= energy == NULL
        negative |= energy < 0
        unrated |= rate == UNRATED
        # The sums of a faulty day are thrown away; writing them keeps the loop free of branches.
        sums[rate] += energy
    if unrated:
        return NO_RATE
    if missing:
        return MISSING
    return NEGATIVE if negative else COMPLETE


@compiled
def highest(first: int, last: int, kwh: Ints, window: int) -> int:
    """Highest energy of ``window`` consecutive intervals in ``first`` … ``last``."""
    most, total = 0, 0
    for place in range(first, last):
        total += kwh[place]
        if place >= first + window:
            total -= kwh[place - window]
        most = max(most, total)
    return most


@compiled
def sum_stretch(
    stretch: Record, days: Records, kwh: Ints, tables: Ints, lengths: Ints, sums: Ints, use: Record
) -> int:
    """Energy by rate of one stretch; the place after its last interval, ``NULL`` where a day is faulty."""
    use.outcome, use.faulty_day, use.demand = COMPLETE if stretch.days else NO_CURVE, NULL, NULL
    sums[:] = 0
    first = stretch.first_point
    for number in range(stretch.days):
        day = days[stretch.first_day + number]
        length = lengths[day.table]
        if day.points == length:
            outcome = add_day(first, kwh, tables[day.table], length, sums)
        else:
            outcome = wrong_length(day.points, length)
        if outcome != COMPLETE:
            use.outcome, use.faulty_day = outcome, number
            return NULL
        first += day.points
    use.sharp, use.peak, use.flat, use.valley = sums[0], sums[1], sums[2], sums[3]
    use.kwh = sums[0] + sums[1] + sums[2] + sums[3]
    return int(first)


@compiled
def sum_all(
    stretches: Records, days: Records, kwh: Ints, tables: Ints, lengths: Ints,
    period: tuple[int, int], uses: Records,
) -> None:  # fmt: skip
    """Energy by rate and demand of all stretches; ``period`` is minutes of the demand, and intervals."""
    sums = np.zeros(UNRATED + 1, np.int64)
    minutes, window = period
    for number in range(len(stretches)):
        use = uses[number]
        last = sum_stretch(stretches[number], days, kwh, tables, lengths, sums, use)
        if window and last > stretches[number].first_point:
            most = highest(stretches[number].first_point, last, kwh, window)
            use.demand = half_up(most * MINUTES, minutes * DEMAND_STEP)


def sum_curves(
    stretches: Records, days: Records, kwh: Ints, tables: Sequence[Ints], demand_minutes: int = DEMAND_MINUTES
) -> Records:
    """Energy in each rate and highest demand of ``stretches``, as records of ``USE``.

    Args:
        stretches: Records of ``STRETCH``.
        days: Records of ``CURVE_DAY``.
        kwh: Energy of each interval in 10⁻⁴ kWh; ``NULL`` where it is missing.
        tables: Rate of each interval of a day, as ``day_table`` gives it; all in intervals of one length.
        demand_minutes: Period over which demand is averaged.

    Raises:
        WattwardenError: a day is in no table, or its intervals are not there.
    """
    lengths = np.array([len(table) for table in tables], np.int64)
    padded = np.full((len(tables), lengths.max(initial=0)), UNRATED, np.int64)
    for row, table in enumerate(tables):
        padded[row, : len(table)] = table
    _require(stretches, days, len(kwh), padded)
    interval = _interval_minutes(lengths)
    window = 0 if demand_minutes % interval else demand_minutes // interval
    uses = np.zeros(len(stretches), USE)
    in_parts(
        len(stretches),
        lambda part: sum_all(
            stretches[part], days, kwh, padded, lengths, (demand_minutes, window), uses[part]
        ),
    )
    return uses


def _interval_minutes(lengths: Ints) -> int:
    """Minutes of an interval, from the longest table; a day of 25 hours has a twenty-fourth more."""
    longest = int(lengths.max(initial=HOURS))
    for points in POINTS:
        if abs(longest - points) <= points // HOURS:
            return MINUTES_OF_DAY // points
    raise fail("rate table", found=f"{longest} points", expected="24, 48 or 96 points of a day")


def _require(stretches: Records, days: Records, points: int, tables: Ints) -> None:
    """Refuse positions outside the arrays, which compiled code would read without a word."""
    ends = np.concatenate([[0], np.cumsum(days["points"])])
    last_day = stretches["first_day"] + stretches["days"]
    outside = (stretches["first_day"] < 0) | (stretches["days"] < 0) | (last_day > len(days))
    untabled = (days["table"] < 0) | (days["table"] >= len(tables)) | (days["points"] < 0)
    if outside.any() or untabled.any():
        raise fail("curve", found="a day that is not there", expected="days and tables that exist")
    last = stretches["first_point"] + ends[last_day] - ends[stretches["first_day"]]
    if ((stretches["first_point"] < 0) | (last > points)).any():
        raise fail("curve", found=f"{points} intervals", expected="as many as its days have")
    if ((tables < 0) | (tables > UNRATED)).any():
        raise fail("rate table", found="an unknown rate", expected=f"a code from 0 to {UNRATED}")


def day_table(rates: Sequence[Rate | None], day: date, zone: ZoneInfo | None = None) -> Ints:
    """Code of the rate of each interval of ``day``, in the order in which they pass.

    Args:
        rates: Rate at each place of the clock, 24, 48 or 96 of them; None where no rate holds.
        zone: Whose clock it is. In its short and long days the hour that is left out or repeated on the clock
            is so in the table; without a zone every day has 24 hours.

    Raises:
        WattwardenError: there are not 24, 48 or 96 rates.
    """
    if len(rates) not in POINTS:
        raise fail("rate table", found=f"{len(rates)} points", expected="24, 48 or 96 points of a day")
    codes = np.array([UNRATED if rate is None else RATES.index(rate) for rate in rates], np.int64)
    return codes if zone is None else codes[_places(len(rates), day, zone)]


def _places(points: int, day: date, zone: ZoneInfo) -> Ints:
    """Place on the clock of each interval that passes in ``day``."""
    step = timedelta(minutes=MINUTES_OF_DAY // points)
    midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
    # In instants: adding to a local time would walk along the clock and not along the hours that pass.
    first = midnight.timestamp() - 2 * MINUTES * MINUTES
    instants = (datetime.fromtimestamp(first + n * step.total_seconds(), zone)
                for n in range(points + points // 6))  # fmt: skip
    passed = [instant for instant in instants if instant.date() == day]
    return np.array([(at.hour * MINUTES + at.minute) * points // MINUTES_OF_DAY for at in passed], np.int64)
