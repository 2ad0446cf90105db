"""Compare the engine with the slow oracle on many random bills: ``--bills 100000 --seed 1``."""

import argparse
import sys

from rich.progress import track

from tests.calc.oracle_check import differences
from tests.calc.random_bills import random_bills

BATCH = 1_000


def main() -> int:
    """Print the number of differences, and the first of them; 1 where there are any."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bills", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    found: list[str] = []
    bills = random_bills(given.seed, given.bills)
    for start in track(range(0, given.bills, BATCH), "bills"):
        found += differences([next(bills) for _ in range(min(BATCH, given.bills - start))])
    print(f"{given.bills} bills of seed {given.seed}: {len(found)} differences")
    print(*found[:1], sep="\n", end="")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
