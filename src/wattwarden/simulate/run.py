"""Make the county: plan, plant, compute customer chunk by customer chunk, write."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wattwarden.domain.content import contract
from wattwarden.domain.tables import ARRIVED_AT, Table
from wattwarden.simulate import bills, collection, masters, readings
from wattwarden.simulate.columns import Frame, column, from_rows, scalars
from wattwarden.simulate.connection import add_requests
from wattwarden.simulate.corrections import add_corrections
from wattwarden.simulate.county import add_grid, area_places, organisation, personnel
from wattwarden.simulate.curve import curve_frame
from wattwarden.simulate.devices import add_devices
from wattwarden.simulate.dirt import spoil
from wattwarden.simulate.faults import plant_all
from wattwarden.simulate.gate_areas import choose_gate_areas, gate_frame, reserve, write_area_truth
from wattwarden.simulate.grid import add_outages, supply_frame, weather_frame
from wattwarden.simulate.history import add_history
from wattwarden.simulate.market import add_balance, add_market
from wattwarden.simulate.misbilling import billed_terms
from wattwarden.simulate.parts import EXCHANGE, cycle_frame, make_parts
from wattwarden.simulate.people import draw_people
from wattwarden.simulate.plan import Ints, Plan
from wattwarden.simulate.service import add_service
from wattwarden.simulate.system import access_frame, add_system
from wattwarden.simulate.terms import filed_terms, honest_terms
from wattwarden.simulate.truth import TruthBook
from wattwarden.simulate.usage import Usage, Weather, simulate_usage, weather
from wattwarden.simulate.world import Row, World
from wattwarden.simulate.write import INSTANT, FileFormat, Store

Progress = Callable[[int, int], None]
"""Called with the customers done and the customers in all."""


@dataclass(frozen=True)
class Simulated:
    """What was written: rows per table, and planted kinds with their numbers."""

    rows: Mapping[str, int]
    planted: Mapping[str, int] = field(default_factory=dict)


def simulate(
    plan: Plan, folder: Path, file_format: FileFormat = "parquet", progress: Progress | None = None
) -> Simulated:
    """Write the county's tables to ``folder/data`` and the truth to ``folder/truth``.

    Raises:
        WattwardenError: the generator and the data contract do not agree.
    """
    world = build(plan)
    store = Store(folder / "data", world.contract, file_format)
    sky = weather(plan)
    areas = readings.AreaBook.empty(plan)
    truth = TruthBook(world)
    county = np.zeros(plan.days)
    for first in range(0, plan.customers, plan.chunk_customers):
        last = min(first + plan.chunk_customers, plan.customers)
        county += _chunk(world, store, sky, areas, truth, first, last)
        if progress:
            progress(last, plan.customers)
    add_balance(world, county)
    _write(world, store, "area_supply_daily", supply_frame(world, areas))
    _write(world, store, "weather_daily", weather_frame(plan, sky))
    _write(world, store, "access_log", access_frame(world))
    if plan.dirt:
        spoil(world, store.rows, folder / "truth")
    for table in world.contract.source_tables:
        _write_rows(world, store, table)
    store.close()
    planted = truth.write(folder / "truth")
    write_area_truth(world, folder / "truth")
    return Simulated(store.rows, planted)


def build(plan: Plan) -> World:
    """The county with everything that does not depend on the energy, and with its faults planned."""
    units, stations = organisation(plan)
    staff, office, crews = personnel(plan, stations)
    people = draw_people(plan)
    world = World(
        plan, contract(), people, stations, office, crews, used=np.zeros(plan.customers, dtype=np.bool_)
    )
    world.curve_areas = tuple(range(min(3, max(1, plan.areas // 4))))
    for table, rows in (("org_unit", units), ("staff", staff)):
        for row in rows:
            world.add(table, row)
    add_grid(world, area_places(plan))
    world.gate_areas = choose_gate_areas(plan)
    reserve(world)
    add_devices(world)
    add_requests(world)
    add_market(world)
    add_service(world)
    add_system(world)
    add_outages(world)
    add_corrections(world)
    masters.add_earlier_tariffs(world)
    add_history(world)
    if plan.faults:
        plant_all(world)
    return world


def _chunk(
    world: World,
    store: Store,
    sky: Weather,
    areas: readings.AreaBook,
    truth: TruthBook,
    first: int,
    last: int,
) -> np.ndarray:
    """Write all long tables of customers ``first`` until ``last``; the energy they used by day, kWh."""
    usage = simulate_usage(world, sky, first, last)
    register = readings.registers(world, usage)
    power = readings.demand_kw(world, usage)
    book = readings.cycle(world, usage)
    _write_daily(world, store, usage, register, power, areas)
    read = make_parts(world, usage, book, register, power)
    honest = honest_terms(world, usage, read)
    filed = filed_terms(world, usage, honest)
    issued = bills.make_bills(world, usage, book, billed_terms(world, usage, filed, read))
    truth.settle(usage, honest, filed, issued)
    staff = _Crews(world, first, last)
    multiplier = filed.multiplier[np.cumsum(read.cause != EXCHANGE) - 1]
    _write(world, store, "reading_cycle", cycle_frame(world, usage, read, multiplier, staff.of("reader")))
    _write(world, store, "bill", bills.bill_frame(world, usage, issued, staff.office("billing")))
    _write(world, store, "bill_line", bills.line_frame(world, usage, issued))
    _write_money(world, store, usage, issued, staff)
    _write_masters(world, store, first, last)
    return usage.true.T @ world.people.multiplier[first:last] / 100


def _write_daily(
    world: World, store: Store, usage: Usage, register: readings.Registers, power: tuple[Ints, np.ndarray],
    areas: readings.AreaBook,
) -> None:  # fmt: skip
    frame, arrived = readings.daily_frame(world, usage, register, power)
    _write(world, store, "reading_daily", frame)
    areas.add(world, usage, arrived)
    curves = curve_frame(world, usage)
    if curves:
        _write(world, store, "load_curve", curves)
    gates = gate_frame(world, usage.gated)
    if gates:
        _write(world, store, "load_curve", gates)


class _Crews:
    """Staff numbers who act for each customer of a chunk."""

    def __init__(self, world: World, first: int, last: int) -> None:
        self._world = world
        self._customers = np.arange(first, last)

    def of(self, role: str) -> Ints:
        """A member of the customer's station with ``role``."""
        crews = np.array([[int(s[1:]) for s in crew[role]] for crew in self._world.station_staff])
        station = self._world.people.station[self._customers]
        return np.asarray(crews[station, self._customers % crews.shape[1]])

    def office(self, role: str) -> Ints:
        """A member of the county office with ``role``."""
        numbers = np.array([int(s[1:]) for s in self._world.staff[role]])
        return np.asarray(numbers[self._customers % len(numbers)])


def _write_money(world: World, store: Store, usage: Usage, issued: bills.Bills, staff: _Crews) -> None:
    paid = collection.pay(world, usage, issued)
    _write(world, store, "payment", collection.payment_frame(world, usage, paid, staff.of("collection")))
    _write(world, store, "bank_statement_line", collection.bank_frame(world, usage, paid))
    _write(world, store, "late_fee", collection.late_fee_frame(world, usage, paid, issued))
    _write(world, store, "prepayment", collection.prepayment_frame(world, usage, paid))
    callers = staff.of("collection")
    _write(world, store, "dunning_contact", collection.dunning_frame(world, usage, paid, issued, callers))
    collection.add_disconnections(world, usage, paid, issued)


def _write_masters(world: World, store: Store, first: int, last: int) -> None:
    for table, make in (
        ("customer", masters.customer_frame), ("premise", masters.premise_frame), ("contract", masters.contract_frame),
        ("tariff_assignment", masters.tariff_frame), ("meter", masters.meter_frame),
    ):  # fmt: skip
        _write(world, store, table, make(world, first, last), first, last)
    _write(world, store, "meter", masters.exchanged_meter_frame(world, first, last))


def _write(world: World, store: Store, table: str, frame: Frame, first: int = 0, last: int = 0) -> None:
    """Encode and write a frame; with ``last``, its rows are those customers and patches apply."""
    model = world.contract[table]
    arrays = _encode(model, frame)
    if last:
        arrays = _patched(world, model, arrays, first, last)
    store.append(table, arrays)


def _encode(table: Table, frame: Frame) -> dict[str, pa.Array]:
    arrays = {
        name: column(table.columns[name].type, values, f"{table.name}.{name}")
        for name, values in frame.items()
        if name != ARRIVED_AT
    }
    arrays[ARRIVED_AT] = _instants(frame[ARRIVED_AT])
    return arrays


def _instants(seconds: object) -> pa.Array:
    return pa.array(np.asarray(seconds) * 1_000_000).cast(INSTANT)


def _patched(
    world: World, table: Table, arrays: dict[str, pa.Array], first: int, last: int
) -> dict[str, pa.Array]:
    patches = {c: values for c, values in world.patches[table.name].items() if first <= c < last}
    for name in sorted({name for values in patches.values() for name in values}):
        rows = sorted(c for c, values in patches.items() if name in values)
        mask = np.zeros(last - first, dtype=np.bool_)
        mask[np.array(rows) - first] = True
        kind = table.columns[name].type
        new = scalars(kind, [patches[c][name] for c in rows])
        old = arrays.get(name)
        old = pa.nulls(last - first, new.type) if old is None else old
        arrays[name] = pc.replace_with_mask(old, mask, new)
    gone = [c - first for c in world.dropped[table.name] if first <= c < last]
    if gone:
        kept = np.ones(last - first, dtype=np.bool_)
        kept[gone] = False
        arrays = {name: values.filter(pa.array(kept)) for name, values in arrays.items()}
    return arrays


def _write_rows(world: World, store: Store, table: str) -> None:
    rows: list[Row] = world.rows[table]
    if rows:
        kinds = {name: c.type for name, c in world.contract[table].columns.items()} | {ARRIVED_AT: "int"}
        arrays = from_rows(kinds, rows)
        arrays[ARRIVED_AT] = _instants(arrays[ARRIVED_AT].to_numpy())
        store.append(table, arrays)
