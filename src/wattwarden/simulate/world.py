"""The county while it is being made: who is there, what was changed on purpose, and what is true."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import numpy as np

from wattwarden.domain.errors import fail
from wattwarden.domain.tables import ARRIVED_AT, Contract
from wattwarden.simulate.columns import seconds
from wattwarden.simulate.plan import CHINA_OFFSET_S, SECONDS_PER_DAY, Bools, Floats, Ints, Plan, day_number

Row = dict[str, object]


@dataclass
class People:
    """One array per property, one element per customer.

    Attributes:
        area: Position of the physical transformer area; -1 for customers with their own transformer.
        base_kwh: Mean daily use in kWh.
        multiplier: True product of the instrument transformer ratios.
        pf_standard: 80, 85, 90, or 0 where no power factor is assessed.
        opened: Day index of the first day of supply; negative before the start.
        purchase: Purchase price in 10^-8 yuan per kWh.
        exchanged: Day index on which the meter was exchanged; -1 if never.
        no_load_w: Iron loss of the own transformers in watts.
        protected: Low-income or life-support homes, which are never cut off.
    """

    sector: Ints
    area: Ints
    station: Ints
    base_kwh: Floats
    capacity: Floats
    voltage: Ints
    multiplier: Ints
    mode: Ints
    tariff_class: Ints
    is_tou: Bools
    meter_tou: Bools
    pf_standard: Ints
    metering: Ints
    solar_kw: Floats
    opened: Ints
    method: Ints
    market: Ints
    purchase: Ints
    contract_demand: Ints
    settlement: Ints
    longitude: Floats
    latitude: Floats
    power_factor: Floats
    exchanged: Ints
    protected: Bools
    no_load_w: Ints

    def __len__(self) -> int:
        return len(self.sector)

    @property
    def is_high_voltage(self) -> Bools:
        """Customers with their own transformer."""
        return np.asarray(self.area < 0)


@dataclass(frozen=True)
class Change:
    """A value that replaces or scales part of one customer's days or months."""

    customer: int
    start: int
    stop: int
    value: float


@dataclass(frozen=True)
class Misbilling:
    """A term of a bill that is not what the files and the readings say.

    Attributes:
        kind: The planted kind.
        term: Name of the term.
        start, stop: Bill months from which and until which (exclusive) it is wrong.
        value: What is billed, in the unit of the term.
    """

    kind: str
    customer: int
    term: str
    start: int
    stop: int
    value: float


@dataclass(frozen=True)
class Service:
    """Capacity and iron loss of the transformers in service from day ``start`` until day ``stop``.

    Attributes:
        planted: The files say so because of a fault; honest files would not.
    """

    customer: int
    start: int
    stop: int
    kva: float
    no_load_w: int
    planted: bool = False


@dataclass(frozen=True)
class Truth:
    """One planted fault or honest look-alike.

    Attributes:
        first, last: Day indices from which and until which (exclusive) it holds.
        loss_fen: Money lost by ``direction``; None means: the bill as it should be less the bill as issued,
            over the bill months of the period.
        unpaid: The loss is the sum of the bills of the period.
        group: Truths of one group are one fault seen from several sides; finding one of them is finding it.
    """

    kind: str
    risk: str
    subject_kind: str
    subject_id: str
    customer: int | None = None
    first: int = 0
    last: int = 0
    loss_fen: int | None = 0
    direction: str = "utility_loses"
    evasion: str = ""
    is_lookalike: bool = False
    unpaid: bool = False
    group: str = ""


@dataclass(frozen=True)
class GateArea:
    """What is planted in an area whose gate meter has a load curve.

    Attributes:
        plant: Name of the cause: ``pair``, ``theft`` or one of ``planted_areas.CAUSES``.
        trick: How a thief steals.
        partner: For the second area of a pair, the first.
    """

    plant: str
    trick: str = ""
    partner: int | None = None


@dataclass
class World:
    """Everything that is known before the long tables are computed, customer chunk by customer chunk.

    Attributes:
        rows: Rows of the tables that are small enough to hold.
        patches: Per table: customer → column → value, for the tables with one row per customer.
        dropped: Per table: customers without their row.
        changes: Per array of the computation: planted changes, which the files repeat.
        history: Per term of a bill: honest changes by bill month, which the files repeat.
        services: Other transformers in service than at the end; days of one customer do not overlap.
        misbillings: By customer, terms that only the bills have wrong.
        area_scale: Factor of the supply that an area's gate meter shows.
        overloads: Factor of an area's peak load.
        lost_days: Per area: day indices from which until which no register arrived.
        shortages: Day indices on which supply falls short of the peak, and by which part of it.
        file_area: Customers whose meter is filed under another area than it hangs on.
        used: Customers that already take part in a fault or look-alike.
        gate_areas: Areas whose gate meter has a load curve, and what is planted there.
        area_truths: The cause of each of them, with the customers it concerns.
    """

    plan: Plan
    contract: Contract
    people: People
    stations: list[str]
    staff: dict[str, list[str]]
    station_staff: list[dict[str, list[str]]]
    rows: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    patches: dict[str, dict[int, Row]] = field(default_factory=lambda: defaultdict(dict))
    dropped: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    changes: dict[str, list[Change]] = field(default_factory=lambda: defaultdict(list))
    history: dict[str, list[Change]] = field(default_factory=lambda: defaultdict(list))
    services: list[Service] = field(default_factory=list)
    misbillings: dict[int, list[Misbilling]] = field(default_factory=lambda: defaultdict(list))
    area_scale: dict[int, float] = field(default_factory=dict)
    overloads: dict[int, float] = field(default_factory=dict)
    lost_days: dict[int, tuple[int, int]] = field(default_factory=dict)
    shortages: dict[int, float] = field(default_factory=dict)
    file_area: dict[int, int] = field(default_factory=dict)
    truths: list[Truth] = field(default_factory=list)
    curve_areas: tuple[int, ...] = ()
    gate_areas: dict[int, GateArea] = field(default_factory=dict)
    area_truths: list[dict[str, str]] = field(default_factory=list)
    used: Bools = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))
    used_areas: set[int] = field(default_factory=set)
    numbers: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    _index: dict[str, dict[int, list[Row]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )

    def add(self, table: str, row: Mapping[str, object], known: datetime | None = None) -> Row:
        """Append a row; known at ``known``, else soon after its event, else from the start."""
        event = self.contract[table].event_time
        instant = seconds(known) if known else self._known(row.get(event) if event else None)
        kept = {**row, ARRIVED_AT: instant - CHINA_OFFSET_S}
        self.rows[table].append(kept)
        return kept

    def patch(self, table: str, customer: int, **values: object) -> None:
        """Overwrite columns of the row that ``customer`` has in a table with one row per customer."""
        self.patches[table].setdefault(int(customer), {}).update(values)

    def change(self, array: str, customer: int, start: int, stop: int, value: float) -> None:
        """Plan a change of elements ``start`` until ``stop`` (exclusive) of a customer's row of ``array``."""
        self.changes[array].append(Change(int(customer), int(start), int(stop), value))

    def in_past(self, term: str, customer: int, start: int, stop: int, value: float) -> None:
        """Bill months ``start`` until ``stop`` (exclusive) had another term than now, as the files say."""
        self.history[term].append(Change(int(customer), int(start), int(stop), value))

    def misbill(self, kind: str, customer: int, term: str, start: int, stop: int, value: float) -> None:
        """Plan a wrong term on the bills of months ``start`` until ``stop`` (exclusive)."""
        wrong = Misbilling(kind, int(customer), term, int(start), int(stop), value)
        self.misbillings[int(customer)].append(wrong)

    def services_in(self, first: int, last: int) -> list[Service]:
        """Past and planted services of customers ``first`` until ``last``."""
        return [s for s in self.services if first <= s.customer < last]

    def changes_in(self, array: str, first: int, last: int) -> Iterator[Change]:
        """Changes of ``array`` for customers ``first`` until ``last``, as planned."""
        return (c for c in self.changes[array] if first <= c.customer < last)

    def by_customer(self, table: str) -> dict[str, list[Row]]:
        """Rows of a small table by customer number."""
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self.rows[table]:
            found[str(row["customer_id"])].append(row)
        return found

    def rows_of(self, table: str, first: int, last: int) -> Iterator[tuple[int, Row]]:
        """Customers ``first`` until ``last`` with their rows of a small table that grows no more."""
        if table not in self._index:
            for row in self.rows[table]:
                self._index[table][int(str(row["customer_id"])[2:])].append(row)
        found = self._index[table]
        return ((customer, row) for customer in range(first, last) for row in found.get(customer, ()))

    def next_id(self, prefix: str, digits: int = 9) -> str:
        """The next number of a series."""
        self.numbers[prefix] += 1
        return f"{prefix}{self.numbers[prefix]:0{digits}d}"

    def at(self, day: int, hour: float) -> datetime:
        """Wall time on day index ``day``, ``hour`` hours after midnight."""
        whole = datetime.combine(self.plan.date_of(day), datetime.min.time())
        return whole + timedelta(seconds=round(hour * 3_600))

    def pick(self, rng: np.random.Generator, candidates: Bools, count: int) -> list[int]:
        """Choose and reserve up to ``count`` customers that no other fault uses."""
        free = np.flatnonzero(candidates & ~self.used)
        chosen = np.sort(rng.permutation(free)[:count])
        self.used[chosen] = True
        return [int(c) for c in chosen]

    def pick_areas(
        self, rng: np.random.Generator, count: int, among: Iterable[int] | None = None
    ) -> list[int]:
        """Choose and reserve up to ``count`` areas, none of them with load curves."""
        wanted = range(self.plan.areas) if among is None else among
        free = [a for a in wanted if a not in self.used_areas and a not in self.curve_areas]
        chosen = sorted(int(a) for a in rng.permutation(free)[:count])
        self.used_areas.update(chosen)
        return chosen

    def _known(self, event: object) -> int:
        if isinstance(event, datetime):
            return seconds(event) + 600
        day = day_number(event) + 1 if isinstance(event, date) else self.plan.start_number
        return day * SECONDS_PER_DAY + 6 * 3_600 if event else day * SECONDS_PER_DAY


def moment(row: Row, column: str) -> datetime:
    """The time in a column of a row.

    Raises:
        WattwardenError: there is none.
    """
    value = row[column]
    if not isinstance(value, datetime):
        raise fail(f"simulated row: {column}", found=value, expected="a time")
    return value


def customer_id(customer: int) -> str:
    """Customer number (户号)."""
    return f"31{customer:08d}"


def premise_id(customer: int) -> str:
    """Premise number of a customer."""
    return f"PR{customer:08d}"


def meter_id(customer: int, generation: int = 1) -> str:
    """Meter number; ``generation`` 2 is the meter fitted by an exchange."""
    return f"MT{customer * 10 + generation:09d}"


def area_id(area: int) -> str:
    """Transformer area number."""
    return f"TQ{area:06d}"


def bill_id(customer: int, month: int) -> str:
    """Bill number; ``month`` counts from the first bill month."""
    return f"B{customer * 1_000 + month:011d}"
