"""Random requests, made from its own schema, to a running console: ``python -m scripts.fuzz_api --help``.

Any answer of 500 or above is a fault. It changes cases and leaves records in the audit log, so it is for a
copy of a data folder, served with ``WATTWARDEN_API_REQUESTS_A_MINUTE`` raised and a token of its own.
"""

import argparse
import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path

_TOKEN = "WATTWARDEN_TOKEN"  # noqa: S105 the name of a variable
_METHODS = ("get", "post", "put", "patch", "delete")


def operations(url: str, token: str) -> int:
    """How many operations the interface has."""
    request = urllib.request.Request(  # noqa: S310 the address is the operator's own
        f"{url}/api/v1/openapi.json", headers={"Authorization": f"Bearer {token}"}
    )
    with urllib.request.urlopen(request) as answer:  # noqa: S310 as above
        paths = json.load(answer)["paths"]
    return sum(method in _METHODS for methods in paths.values() for method in methods)


def main() -> int:
    """Run schemathesis; its exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8600", help="where the console answers")
    parser.add_argument("--requests", type=int, default=10_000, help="how many at most")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    token = os.environ.get(_TOKEN, "")
    if not token:
        parser.error(
            f"{_TOKEN} is unset; make one: wattwarden user token NAME --purpose fuzzing --scope read …"
        )
    examples = max(1, given.requests // operations(given.url, token))
    command = [
        str(Path(sys.executable).parent / "schemathesis"), "run", f"{given.url}/api/v1/openapi.json",
        "--header", f"Authorization: Bearer {token}", "--checks", "not_a_server_error", "--phases", "fuzzing",
        "--max-examples", str(examples), "--seed", str(given.seed), "--continue-on-failure", "--no-color",
        "--suppress-health-check", "all", "--workers", "2",
    ]  # fmt: skip
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
