"""Checks and tries on history outside the request: a thread works, the page follows its progress."""

from dataclasses import asdict
from datetime import timedelta

from django.utils import timezone

from wattwarden.app.background import in_background
from wattwarden.app.rule_workbench.backtest import OFF, Seen, run_backtest
from wattwarden.app.rule_workbench.check import check_draft
from wattwarden.app.rule_workbench.drafts import base_hash, one_draft, permissions, record_result, target_of
from wattwarden.app.rule_workbench.states import MOVES, State
from wattwarden.app.rule_workbench.versions import versions_of
from wattwarden.app.store import home
from wattwarden.domain.access import Viewer
from wattwarden.domain.errors import Problem, WattwardenError, fail, forbidden
from wattwarden.domain.finding import OutcomeKind
from wattwarden.records.guard import visible
from wattwarden.records.models import Case, RuleDraftRun, User

MOST_MONTHS = 12
_SILENT_AFTER = timedelta(minutes=15)
"""One rule may take minutes over a large lake, and gives no sign of life meanwhile."""
_SOUND = (OutcomeKind.FOUND, OutcomeKind.NONE, OFF)
_HIT = ("confirmed", "useful")


def start_run(viewer: Viewer, number: int, kind: str, months: int = 0) -> RuleDraftRun:
    """Note a run of the draft's present text; ``begin`` starts it.

    Raises:
        WattwardenError: the viewer may not write rules, it is not the turn of this run, or one is going on.
    """
    draft = one_draft(viewer, number)
    if "write_rules" not in permissions(viewer) or viewer.user_id is None:
        raise forbidden("run", found="a role that may not", expected="write_rules for the whole utility")
    if kind not in ("check", "backtest") or State(draft.state) not in MOVES[kind].since:
        raise fail(
            f"draft in state {draft.state}", found=kind[:20], expected="a check, then a try on history"
        )
    latest = latest_run(number, kind)
    if latest and latest.state in ("queued", "running"):
        raise fail(f"draft {number}", found="a run that is going on", expected="one at a time",
                   action="Wait until it ends.")  # fmt: skip
    return RuleDraftRun.objects.create(
        draft=draft, kind=kind, owner_id=viewer.user_id, text_hash=draft.text_hash,
        months=max(1, min(months, MOST_MONTHS)),
    )  # fmt: skip


def begin(run: RuleDraftRun) -> None:
    """Run in a thread of this process."""
    number = run.pk
    in_background(
        f"draft run {number}",
        lambda: do_run(number),
        lambda: RuleDraftRun.objects.filter(pk=number, state__in=("queued", "running")),
        "result",
    )


def latest_run(number: int, kind: str) -> RuleDraftRun | None:
    """The newest run of a draft; one that gave no sign of life for long is told as failed."""
    run = RuleDraftRun.objects.filter(draft_id=number, kind=kind).first()
    if run and run.state in ("queued", "running") and timezone.now() - run.beat_at > _SILENT_AFTER:
        died = Problem(f"{kind} {run.pk}", "its process ended", "an end of its own", "Start it again.")
        run.state, run.result = "failed", {"problems": [asdict(died)]}
        run.save(update_fields=["state", "result"])
    return run


def do_run(number: int) -> None:
    """Run, and write down what came out; the draft moves on when it is well."""
    run = RuleDraftRun.objects.select_related("draft").get(pk=number)
    viewer = User.objects.get(pk=run.owner_id).viewer()

    def progress(step: str, position: int, total: int) -> None:
        run.state, run.step, run.done, run.total, run.beat_at = (
            "running",
            step,
            position,
            total,
            timezone.now(),
        )
        run.save()

    progress(run.kind, 0, 1)
    try:
        if run.kind == "check":
            run.result = dict(check_draft(home(), target_of(run.draft), run.draft.text, progress))
            is_well = bool(run.result["is_green"])
        else:
            is_well = _backtest(run, viewer, progress)
        run.state = "done"
        if is_well:
            record_result(viewer, run.draft_id, run.kind, run.text_hash, str(run.result.get("base_hash", "")))
    except WattwardenError as error:
        run.result = {**run.result, "problems": [asdict(problem) for problem in error.problems]}
        run.state = "failed"
    run.save()


def _backtest(run: RuleDraftRun, viewer: Viewer, progress: object) -> bool:
    standing = base_hash(run.draft)
    versions = versions_of(home(), target_of(run.draft), run.draft.text)
    if versions.after is None or versions.faults:
        raise WattwardenError(*(fault.problem for fault in versions.faults))
    result, seen = run_backtest(home(), versions.before, versions.after, run.months, progress)  # type: ignore[arg-type]  # the closure of do_run
    newest = result["points"][-1]["after"]  # type: ignore[index]  # a list with the newest point at its end
    run.result = {**result, "base_hash": standing, "cases_lost": _cases_lost(viewer, run.draft.rule_id, seen)}
    if newest["kind"] in _SOUND:
        return True
    raise fail(
        f"rule {run.draft.rule_id}", found=f"{newest['kind']}: {newest['detail']}",
        expected="a result on the newest data that a scan would publish",
        action="Correct the query or its expected_per_10k, and check it again.",
    )  # fmt: skip


def _cases_lost(viewer: Viewer, rule_id: str, seen: Seen) -> list[int]:
    """Confirmed cases whose finding the rule in force made at these instants and the draft did not."""
    lost = seen.before - seen.after
    rows = visible(Case, viewer, "see_cases").filter(outcome__in=_HIT, joined__rule_id=rule_id)
    keys = rows.order_by().values_list("pk", "joined__finding_key")
    by_case: dict[int, set[str]] = {}
    for case, key in keys:
        by_case.setdefault(case, set()).add(key)
    return sorted(case for case, found in by_case.items() if found & lost and not found & seen.after)
