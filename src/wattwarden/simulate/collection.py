"""Payments, bank lines, late fees, dunning and disconnection of one chunk."""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wattwarden.domain.tables import ARRIVED_AT
from wattwarden.simulate.bills import DUE_DAYS, ISSUE_DAYS, Bills
from wattwarden.simulate.columns import NULL, Codes, Frame, ids
from wattwarden.simulate.county import AREAS_PER_OUTLET
from wattwarden.simulate.people import AGENT, COUNTER, DEBIT, ENTRUSTED, ONLINE, PREPAID
from wattwarden.simulate.plan import CHINA_OFFSET_S, SECONDS_PER_DAY, Bools, Ints
from wattwarden.simulate.texts import BANKS
from wattwarden.simulate.usage import Usage
from wattwarden.simulate.world import World, bill_id, customer_id

CHANNELS = (
    "counter_cash", "cheque", "pos", "bank_counter", "debit", "entrusted", "app", "third_party", "kiosk", "agent",
)  # fmt: skip
CASH, CHEQUE, POS, BANK_COUNTER, BATCH_DEBIT, COLLECTED, APP, WALLET, KIOSK, AGENT_SHOP = range(10)
MIRRORED = (POS, BANK_COUNTER, BATCH_DEBIT, COLLECTED, WALLET, AGENT_SHOP)
"""Channels whose money comes through a bank: a statement line answers each payment."""
BY_METHOD: dict[int, tuple[int, ...]] = {
    COUNTER: (CASH, CASH, POS, BANK_COUNTER, CHEQUE), DEBIT: (BATCH_DEBIT,), ENTRUSTED: (COLLECTED,),
    ONLINE: (APP, APP, WALLET, WALLET, WALLET, KIOSK), PREPAID: (APP,), AGENT: (AGENT_SHOP,),
}  # fmt: skip
NEVER = 9_999
"""Delay of a bill that is not paid."""
PERMILLE_HOME, PERMILLE_OTHER, PERMILLE_OLD = 1, 2, 3
LEAST_LATE_FEE_FEN = 100
GRACE = DUE_DAYS - ISSUE_DAYS
"""Days from issue to the due date."""
BANK_DROP, BANK_TWICE = 1, 2
"""Values of a planned change of a bank line; a negative value is a difference of its amount in fen."""


@dataclass(frozen=True)
class Payments:
    """Payment of each bill by customer and month; made at ``second`` of ``day``."""

    made: Bools
    open: Bools
    day: Ints
    second: Ints
    channel: Ints
    amount: Ints
    late_fee: Ints
    late: Bools


def pay(world: World, usage: Usage, bills: Bills) -> Payments:
    """Who pays when, by which channel; late payers pay the late fee with it."""
    plan = world.plan
    rng = plan.random("pay", usage.first)
    shape = bills.exists.shape
    delay = np.minimum(np.rint(rng.exponential(6.0, shape)), GRACE - 3).astype(np.int64)
    method = world.people.method[usage.first : usage.last]
    delay = np.where((method == DEBIT)[:, None], 5, np.where((method == ENTRUSTED)[:, None], 8, delay))
    draw = rng.random(shape)
    small = ~world.people.is_high_voltage[usage.first : usage.last][:, None]
    delay = np.where(draw < 0.012, GRACE + np.where(small, rng.integers(1, 11, shape), 2), delay)
    delay = np.where((draw > 0.9995) & small, GRACE + rng.integers(46, 60, shape), delay)
    for change in world.changes_in("delay", usage.first, usage.last):
        delay[change.customer - usage.first, change.start : change.stop] = int(change.value)
    amount = bills.amount
    day = bills.issued + delay
    owed = bills.exists & (amount > 0)
    made = owed & (day < plan.days)
    late = owed & (day > bills.due)
    fee = np.where(late, _late_fees(world, bills, day), 0)
    for change in world.changes_in("waived", usage.first, usage.last):
        fee[change.customer - usage.first, change.start : change.stop] = 0
    channel = _channels(rng, method, shape)
    for change in world.changes_in("channel", usage.first, usage.last):
        channel[change.customer - usage.first, change.start : change.stop] = int(change.value)
    second = rng.integers(8 * 3_600, 21 * 3_600, shape)
    midnight = (rng.random(shape) < 0.002) & (channel == WALLET)
    second = np.where(midnight, 86_100 + rng.integers(0, 280, shape), second)
    return Payments(made, owed & ~made, day, second, channel, amount, fee, late)


def _channels(rng: np.random.Generator, method: Ints, shape: tuple[int, ...]) -> Ints:
    channel = np.zeros(shape, dtype=np.int64)
    for kind, choices in BY_METHOD.items():
        rows = method == kind
        channel[rows] = rng.choice(choices, (int(rows.sum()), shape[1]))
    return channel


def _late_fees(world: World, bills: Bills, day: Ints) -> Ints:
    """Per mille per day from the day after the due date to the payment (DOMAIN A.5).

    1 ‰ at home, else 2 ‰, and 3 ‰ on the days after 31 December.
    """
    amount = bills.amount
    start = world.plan.start_number
    years = (np.datetime64(0, "D") + bills.due + start).astype("datetime64[Y]")
    year_end = (years + 1).astype("datetime64[D]").astype(np.int64) - start
    last = np.minimum(day, year_end - 1)
    this_year = np.maximum(last - bills.due, 0)
    next_year = np.maximum(day - np.maximum(bills.due, year_end - 1), 0)
    home = bills.home
    rate = np.where(home, PERMILLE_HOME, PERMILLE_OTHER) * this_year
    rate = rate + np.where(home, PERMILLE_HOME, PERMILLE_OLD) * next_year
    return np.asarray(np.maximum((amount * rate * 2 + 1_000) // 2_000, LEAST_LATE_FEE_FEN))


def payment_frame(world: World, usage: Usage, paid: Payments, cashiers: Ints) -> Frame:
    """Rows of ``payment``."""
    row, month = np.nonzero(paid.made)
    channel = paid.channel[row, month]
    at = _instants(world, paid, row, month)
    customer = usage.first + row
    outlets = len(world.rows["payment_outlet"])
    at_counter = np.isin(channel, (CASH, CHEQUE, POS))
    at_outlet = at_counter | np.isin(channel, (KIOSK, AGENT_SHOP, BANK_COUNTER))
    place = np.where(at_outlet, world.people.area[customer].clip(0) // AREAS_PER_OUTLET % outlets, 0)
    return {
        "payment_id": ids("S", customer * 1_000 + month, 11),
        "customer_id": ids("31", customer, 8),
        "bill_id": ids("B", customer * 1_000 + month, 11),
        "paid_at": at,
        "amount_fen": paid.amount[row, month],
        "late_fee_fen": paid.late_fee[row, month],
        "channel": Codes(channel, CHANNELS),
        "outlet_id": _where(at_outlet, ids("WD", place, 5)),
        "serial_no": _where(channel != CASH, ids("LS", customer * 1_000 + month, 12)),
        "status": Codes(np.zeros(len(row), dtype=np.int64), ("ok",)),
        "staff_id": _where(at_counter, ids("E", cashiers[row], 6)),
        ARRIVED_AT: at + 60 - CHINA_OFFSET_S,
    }


def _where(kept: Bools, values: pa.Array) -> pa.Array:
    return pc.if_else(kept, values, None)


def _instants(world: World, paid: Payments, row: Ints, month: Ints) -> Ints:
    return np.asarray(
        (world.plan.start_number + paid.day[row, month]) * SECONDS_PER_DAY + paid.second[row, month]
    )


def bank_frame(world: World, usage: Usage, paid: Payments) -> Frame:
    """Rows of ``bank_statement_line``: one per payment through a bank, minutes later."""
    rng = world.plan.random("bank", usage.first)
    state = np.where(paid.made & np.isin(paid.channel, MIRRORED), 1, 0)
    off = np.zeros_like(state)
    for change in world.changes_in("bank", usage.first, usage.last):
        who = change.customer - usage.first
        if change.value in {BANK_DROP, BANK_TWICE}:
            state[who, change.start : change.stop] *= 0 if change.value == BANK_DROP else 2
        else:
            off[who, change.start : change.stop] = int(change.value)
    once, when = np.nonzero(state)
    times = state[once, when]
    row, month = np.repeat(once, times), np.repeat(when, times)
    again = np.arange(len(row)) - np.repeat(np.cumsum(times) - times, times)
    booked = _instants(world, paid, row, month) + rng.integers(20, 400, len(row)) + again * 1_700
    customer = usage.first + row
    return {
        "statement_line_id": ids("YH", customer * 10_000 + month * 10 + again, 12),
        "bank": Codes(paid.channel[row, month] % len(BANKS), BANKS),
        "booked_at": booked,
        "amount_fen": (paid.amount + paid.late_fee)[row, month] + off[row, month],
        "channel": Codes(paid.channel[row, month], CHANNELS),
        "serial_no": ids("LS", customer * 1_000 + month, 12),
        "customer_id": ids("31", customer, 8),
        "status": Codes(np.zeros(len(row), dtype=np.int64), ("S",)),
        ARRIVED_AT: (booked // SECONDS_PER_DAY + 1) * SECONDS_PER_DAY + 3 * 3_600 - CHINA_OFFSET_S,
    }


def late_fee_frame(world: World, usage: Usage, paid: Payments, bills: Bills) -> Frame:
    """Rows of ``late_fee``: one per bill that was paid late."""
    row, month = np.nonzero(paid.late & paid.made)
    computed = _late_fees(world, bills, paid.day)[row, month]
    charged = paid.late_fee[row, month]
    customer = usage.first + row
    decided = world.plan.start_number + paid.day[row, month]
    waived = computed - charged
    clerk = np.full(len(row), int(world.staff["leader"][0][1:]))
    return {
        "bill_id": ids("B", customer * 1_000 + month, 11),
        "customer_id": ids("31", customer, 8),
        "computed_fen": computed,
        "charged_fen": charged,
        "waived_fen": waived,
        "waiver_reason": Codes(np.where(waived > 0, 0, -1), ("客户特殊困难",)),
        "waived_by": _where(waived > 0, ids("E", clerk, 6)),
        "decided_on": np.where(waived > 0, decided, NULL),
        ARRIVED_AT: (decided + 1) * SECONDS_PER_DAY - CHINA_OFFSET_S,
    }


DUNNING_STEPS = ((1, "sms"), (7, "sms"), (15, "call"), (25, "call"), (33, "cut_notice"))
"""Days after the due date at which an unpaid bill is dunned, and how (DOMAIN G)."""
DUNNING_CHANNELS = ("sms", "call", "cut_notice")
CUT_AFTER_DAYS = 42
"""Honest disconnection: nine days after the written notice."""


def dunning_frame(world: World, usage: Usage, paid: Payments, bills: Bills, callers: Ints) -> Frame:
    """Rows of ``dunning_contact``: every overdue bill is dunned step by step until it is paid."""
    plan = world.plan
    rng = plan.random("dun", usage.first)
    reminded = (paid.made | paid.open) & paid.late
    for change in world.changes_in("undunned", usage.first, usage.last):
        reminded[change.customer - usage.first, change.start : change.stop] = False
    parts = []
    for step, (after, channel) in enumerate(DUNNING_STEPS):
        day = bills.due + after
        row, month = np.nonzero(reminded & (day < np.minimum(paid.day, plan.days)))
        kind = np.full(len(row), DUNNING_CHANNELS.index(channel))
        parts.append(np.stack([row, month, day[month], kind, np.full(len(row), step)]))
    row, month, day, kind, step = np.concatenate(parts, axis=1)
    at = (plan.start_number + day) * SECONDS_PER_DAY + rng.integers(9 * 3_600, 17 * 3_600, len(row))
    customer = usage.first + row
    return {
        "contact_id": ids("CF", (customer * 1_000 + month) * 10 + step, 12),
        "customer_id": ids("31", customer, 8),
        "bill_id": ids("B", customer * 1_000 + month, 11),
        "contacted_at": at,
        "channel": Codes(kind, DUNNING_CHANNELS),
        "staff_id": ids("E", callers[row], 6),
        "outcome": Codes(rng.integers(0, 3, len(row)), ("reached", "unreached", "promised")),
        ARRIVED_AT: at + 300 - CHINA_OFFSET_S,
    }


def add_disconnections(world: World, usage: Usage, paid: Payments, bills: Bills) -> None:
    """Lawful disconnections of honest long arrears, and the reconnection within a day of payment."""
    rng = world.plan.random("cut", usage.first)
    cut = np.array([world.plan.workday(int(day) + CUT_AFTER_DAYS) for day in bills.due])
    for row, month in zip(*np.nonzero(paid.late & (paid.day > cut) & (cut < world.plan.days)), strict=True):
        customer = usage.first + int(row)
        if world.used[customer] or world.people.protected[customer] or rng.random() < 0.4:
            continue
        crew = world.station_staff[int(world.people.station[customer])]
        stop_at = world.at(int(cut[month]), 10.0)
        settled = world.at(int(paid.day[row, month]), int(paid.second[row, month]) / 3_600)
        common = {
            "customer_id": customer_id(customer),
            "bill_id": bill_id(customer, int(month)),
            "reason": "arrears",
        }
        world.add(
            "supply_action",
            {**common, "action_id": world.next_id("TF"), "action": "stop", "approved_by": crew["leader"][0],
             "notice_at": world.at(int(cut[month]) - 9, 15.0), "last_notice_at": world.at(int(cut[month]), 9.4),
             "done_at": stop_at, "is_remote": True, "staff_id": crew["collection"][0]},
        )  # fmt: skip
        if paid.made[row, month] and paid.day[row, month] + 1 < world.plan.days:
            world.add(
                "supply_action",
                {**common, "action_id": world.next_id("TF"), "action": "restore", "settled_at": settled,
                 "done_at": settled + timedelta(hours=float(rng.uniform(0.5, 9))), "is_remote": True,
                 "staff_id": crew["collection"][0]},
            )  # fmt: skip


def prepayment_frame(world: World, usage: Usage, paid: Payments) -> Frame:
    """Rows of ``prepayment``: prepaying customers deposit round sums, from which bills are taken."""
    row, month = np.nonzero(paid.made & (world.people.method[usage.first : usage.last] == PREPAID)[:, None])
    amount = np.where(paid.made, paid.amount, 0)
    deposit = -(-amount // 10_000) * 10_000
    after_use = np.cumsum(deposit - amount, axis=1)
    at = _instants(world, paid, row, month)
    customer = usage.first + row
    number = (customer * 1_000 + month) * 10
    entered = np.concatenate([at - 3_600, at])
    return {
        "entry_id": ids("YS", np.concatenate([number, number + 1]), 12),
        "customer_id": ids("31", np.concatenate([customer, customer]), 8),
        "entered_at": entered,
        "kind": Codes(np.repeat([0, 1], len(row)), ("deposit", "use")),
        "amount_fen": np.concatenate([deposit[row, month], amount[row, month]]),
        "balance_fen": np.concatenate([(after_use + amount)[row, month], after_use[row, month]]),
        ARRIVED_AT: entered + 60 - CHINA_OFFSET_S,
    }
