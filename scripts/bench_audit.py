"""Measure the audit log: ``python -m scripts.bench_audit [RECORDS]`` makes a sealed log and verifies it.

The baseline, measured in the same run, is to read the file and hash each line: nobody can verify faster.
"""

import hashlib
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from wattwarden.domain.audit_chain import NO_HASH, Chain, body, hash_of, line_of, plain, public_text, signed

_RECORDS_PER_SEAL = 500
_DEFAULT = 1_000_000


def write_log(path: Path, records: int, key: Ed25519PrivateKey) -> None:
    """A log of that many records, as the console exports one."""
    previous = NO_HASH
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for number in range(1, records + 1):
            words = {
                "actor_id": number % 97, "actor": "李娜", "action": "customer.read", "subject_kind": "customer",
                "subject_id": f"43{number:010}", "org_path": "/43/4312/431207/", "staff_side": False, "reason": "",
            }  # fmt: skip
            new = plain({"unmasked": ["name"], "n": number})
            said = body(number, previous, "2026-11-25T00:00:00.000000+00:00", words, "null", new)
            previous = hash_of(said)
            file.write(line_of(said, previous) + "\n")
            if number % _RECORDS_PER_SEAL == 0:
                file.write(signed(key, "checkpoint", 1, (number, previous)).line + "\n")
        file.write(signed(key, "end", 1, (records, previous)).line + "\n")


def main(arguments: Sequence[str]) -> int:
    """Print the seconds; 1 when the log does not verify."""
    records = int(arguments[0]) if arguments else _DEFAULT
    key = Ed25519PrivateKey.generate()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.jsonl"
        write_log(path, records, key)
        start = time.perf_counter()
        with path.open("rb") as file:
            for line in file:
                hashlib.sha256(line).hexdigest()
        baseline = time.perf_counter() - start
        start, worked = time.perf_counter(), time.process_time()
        with path.open("rb") as file:
            verdict = Chain([public_text(key.public_key())], is_whole=True).check(file)
        seconds, work = time.perf_counter() - start, time.process_time() - worked
    print(
        f"{records:,} records verified in {seconds:.1f} s ({work:.1f} s of one core); reading and hashing alone {baseline:.1f} s"
    )
    print(f"ratio {seconds / baseline:.1f}; {'sound' if not verdict.fault else verdict.fault}")
    return 0 if not verdict.fault and verdict.records == records else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
