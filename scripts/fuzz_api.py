"""Random requests, made from the schema of the interface, to the console of a simulated county.

``python -m scripts.fuzz_api`` makes the county once, copies it, works some cases as a demonstration does,
and asks as an administrator, a controller, an auditor and a rule author. Faults are an answer of 500 or
above, one that the schema does not describe, and a broken chain of the audit log. The status is 1 when there
was any.
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from scripts.bench_console import scanned_county
from scripts.fuzz_requests import Verdict, fuzz
from wattwarden.records.connect import connect

ROLES = ("administrator", "auditor", "controller", "rule_author")
_NO_LIMIT = str(10**9)


def main() -> int:
    """Fuzz, and tell what came of it; its exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=10_000, help="how many at least")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--customers", type=int, default=500, help="customers of the county")
    parser.add_argument("--work", type=Path, default=Path("wattwarden-data/fuzz"))
    given = parser.parse_args()
    county = scanned_county(given.work, given.customers)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        shutil.copytree(county, home, ignore=shutil.ignore_patterns("source"))
        start = time.monotonic()
        verdict, audit = _fuzz(home, given.requests, given.seed)
        seconds = time.monotonic() - start
    for what, told in verdict.faults.items():
        print(f"\n── {what}\n{told}")
    statuses = ", ".join(f"{status}: {count}" for status, count in sorted(verdict.statuses.items()))
    print(
        f"\n{verdict.requests} requests in {seconds:.0f} s; answers by status {statuses}; "
        f"{len(verdict.faults)} kinds of fault; audit log: {audit or 'whole'}"
    )
    return 1 if verdict.faults or audit else 0


def _fuzz(home: Path, requests: int, seed: int) -> tuple[Verdict, str]:
    """The verdict, and the first fault of the audit log."""
    os.environ |= {"WATTWARDEN_API_REQUESTS_A_MINUTE": _NO_LIMIT, "WATTWARDEN_DEMO": "1"}
    connect(home)
    from scripts.fuzz_store import known, tokens  # noqa: PLC0415 models need a connected process
    from wattwarden.app.audit_log import check_store  # noqa: PLC0415 as above
    from wattwarden.app.prepare_console import prepare_console  # noqa: PLC0415 as above
    from wattwarden.web.wsgi import application  # noqa: PLC0415 as above

    prepare_console(home, demo=True)
    verdict = fuzz(application, tokens(ROLES), known(ROLES), requests, seed)
    return verdict, check_store().fault or ""


if __name__ == "__main__":
    sys.exit(main())
