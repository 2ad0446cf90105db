"""Annual bills by NREL PySAM Utilityrate5, for ``bench_billing``: run with a Python that has NREL-PySAM.

Reads an ``.npz`` with ``load`` (customers × 8,760 hours, kW), ``hours`` (period of each hour of a day, from
1), ``prices`` (per kWh of each period) and ``demand`` (per kW and month); prints the totals and the seconds.
"""

import json
import sys
import time
from typing import Any

import numpy as np
from PySAM import Utilityrate5

NO_LIMIT = 1e38
KWH = 0
MONTHS = 12


def model(hours: list[int], prices: list[float], demand: float) -> Utilityrate5.Utilityrate5:
    """A customer without a system of his own, on energy by period and the month's highest demand."""
    rate = Utilityrate5.new()
    everyday = [hours] * MONTHS
    settings: dict[str, dict[str, Any]] = {
        "ElectricityRates": {
            "ur_ec_sched_weekday": everyday, "ur_ec_sched_weekend": everyday,
            "ur_ec_tou_mat": [[period, 1, NO_LIMIT, KWH, price, 0] for period, price in enumerate(prices, 1)],
            "ur_dc_enable": 1, "ur_dc_sched_weekday": [[1] * 24] * MONTHS,
            "ur_dc_sched_weekend": [[1] * 24] * MONTHS, "ur_dc_tou_mat": [[1, 1, NO_LIMIT, 0]],
            "ur_dc_flat_mat": [[month, 1, NO_LIMIT, demand] for month in range(MONTHS)],
            "ur_metering_option": 0, "ur_monthly_fixed_charge": 0, "ur_monthly_min_charge": 0,
            "ur_annual_min_charge": 0, "ur_nm_yearend_sell_rate": 0, "ur_nm_credit_month": 0,
            "ur_nm_credit_rollover": 0, "ur_en_ts_buy_rate": 0, "ur_en_ts_sell_rate": 0,
            "ur_sell_eq_buy": 0, "rate_escalation": [0], "ur_ts_buy_rate": [0], "ur_ts_sell_rate": [0],
            "TOU_demand_single_peak": 0,
        },
        "Lifetime": {"analysis_period": 1, "inflation_rate": 0, "system_use_lifetime_output": 0},
        "SystemOutput": {"gen": [0.0] * 8760, "degradation": [0]},
        "Load": {"load_escalation": [0]},
    }  # fmt: skip
    for group, values in settings.items():
        for name, value in values.items():
            setattr(getattr(rate, group), name, value)
    return rate


def main() -> None:
    """Bill every load, one execution each."""
    given = np.load(sys.argv[1])
    rate = model(given["hours"].tolist(), given["prices"].tolist(), float(given["demand"]))
    loads = [load.tolist() for load in given["load"].astype(float)]
    totals = []
    started = time.perf_counter()
    for load in loads:
        rate.Load.load = load
        rate.execute(0)
        totals.append(rate.Outputs.utility_bill_wo_sys_year1)
    print(json.dumps({"seconds": time.perf_counter() - started, "totals": totals}))


if __name__ == "__main__":
    main()
