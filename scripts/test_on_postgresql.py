"""Run the tests of the application store on PostgreSQL: ``python -m scripts.test_on_postgresql [ARGS]``.

They run on SQLite with all others; here the same tests get a server of their own. Where none is installed the
run fails, because a check that was left out must not look like one that passed.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.postgresql import INSTALLED, postgresql_server

STORE_TESTS = ("tests/records", "tests/web", "tests/casework", "tests/console")


def main(arguments: Sequence[str]) -> int:
    """Status of pytest; 2 where there is no server."""
    if not INSTALLED:
        print("no PostgreSQL server is installed: apt-get install postgresql", file=sys.stderr)
        return 2
    chosen = arguments or ["-n", "2", *(folder for folder in STORE_TESTS if Path(folder).is_dir())]
    with postgresql_server() as server:
        environment = {**os.environ, "WATTWARDEN_DATABASE": server.address}
        return subprocess.run(
            [sys.executable, "-m", "pytest", "-q", *chosen], env=environment, check=False
        ).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
