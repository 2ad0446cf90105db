"""Compare the clocks with the minute-counting oracle on random histories: ``--histories 100000 --seed 1``."""

import argparse
import sys

from rich.progress import track

from tests.cases.clock_check import differences
from tests.cases.random_histories import random_histories


def main() -> int:
    """Print the number of differences and the first one; 1 where there is any, or nothing was compared."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--histories", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    runs, found = 0, list[str]()
    for events, now in track(
        random_histories(given.seed, given.histories), "histories", total=given.histories
    ):
        compared, wrong = differences(events, now)
        runs += compared
        found += wrong
    print(
        f"{given.histories} histories of seed {given.seed}, {runs} runs of clocks: {len(found)} differences"
    )
    print(*found[:1], sep="\n")
    return 1 if found or not runs else 0


if __name__ == "__main__":
    sys.exit(main())
