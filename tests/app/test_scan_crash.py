"""A scan that is killed at any moment leaves nothing half-published, and can be run again."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.app.test_run_scan import RULE, county, import_rows
from wattwarden.app.run_scan import ScanRequest, run_scan
from wattwarden.app.scan_files import all_scans

KILLS = 5
LONGEST_SECONDS = 3.0
PROGRAM = """
import sys
from pathlib import Path
from wattwarden.app.run_scan import ScanRequest, run_scan
run_scan(ScanRequest(Path(sys.argv[1])))
"""


def test_killed_at_random_moments(tmp_path: Path) -> None:
    """Whatever the moment, every scan that is visible is whole, and the next one finds the same."""
    import_rows(tmp_path, county())
    moments = random.Random(20261031)
    for _ in range(KILLS):
        process = subprocess.Popen([sys.executable, "-c", PROGRAM, str(tmp_path)])
        time.sleep(moments.uniform(0.2, LONGEST_SECONDS))
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
        process.wait()
        for scan in all_scans(tmp_path):
            assert scan.findings.num_rows == scan.facts["findings"]
            assert scan.life.num_rows >= scan.findings.num_rows
    result = run_scan(ScanRequest(tmp_path, rules=(RULE,)))
    assert result.findings == 1
    assert not [path for path in (tmp_path / "scans").iterdir() if path.name.startswith(".draft")]
