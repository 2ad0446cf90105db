"""Open cases for findings that somebody chose, from the scan that the store shows."""

from collections.abc import Sequence

from wattwarden.app.casework.candidates import STAFF_SIDE
from wattwarden.app.console.traces import Subject, done
from wattwarden.app.open_cases import Opened, open_cases
from wattwarden.app.open_scan import chosen_scan, scan_number
from wattwarden.app.store import home
from wattwarden.domain.access import Viewer
from wattwarden.domain.errors import NotAllowedError, Problem, fail
from wattwarden.domain.finding import LifeState
from wattwarden.records.guard import visible
from wattwarden.records.models import Finding
from wattwarden.records.publish import published_scan

MOST = 500
"""Findings of one request; the whole scan is brought in by the worker or by ``wattwarden cases open``."""


def open_chosen(viewer: Viewer, keys: Sequence[str]) -> Opened:
    """Open, feed or raise the cases of these findings; doing it again changes nothing. Recorded.

    Args:
        viewer: Needs to assign cases where the findings belong.
        keys: Keys of findings; one that he may not see counts as not there.

    Raises:
        WattwardenError: none or too many chosen, none that he may work on, or a newer scan waits.
    """
    if not 0 < len(keys) <= MOST:
        raise fail("findings chosen", found=str(len(keys)), expected=f"1 to {MOST}")
    if not viewer.may("assign_cases"):
        raise NotAllowedError(
            Problem("cases", "a role that may not assign cases", "a controller or a leader")
        )
    rows = visible(Finding, viewer, "see_findings").filter(pk__in=keys).exclude(state=LifeState.GONE.value)
    mine = [row for row in rows if row.case_key and viewer.may_at("assign_cases", row.org_path)]
    if not mine:
        raise fail("findings chosen", found="none that is still there and that you may work on",
                   expected="findings of your organisation")  # fmt: skip
    if scan_number(chosen_scan(home())) != published_scan():
        raise fail("findings chosen", found="a newer scan than the one shown", expected="the newest scan in the console",
                   action="Wait for the worker, or run: wattwarden cases open")  # fmt: skip
    cases = {f"{row.case_key}{STAFF_SIDE if row.staff_side else ''}" for row in mine}
    opened = open_cases(home(), only=cases)
    told = {
        "findings": sorted(row.finding_key for row in mine),
        "opened": opened.opened,
        "changed": opened.changed,
    }
    done(viewer, "case.open_chosen", Subject("case", "chosen"), new=told)
    return opened
