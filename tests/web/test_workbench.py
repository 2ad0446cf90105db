"""The rule workbench: what follows what, who may, what is shown, and what a tampered file does."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.app.test_run_scan import county, import_rows
from wattwarden.app.rule_workbench import drafts, runs
from wattwarden.app.rule_workbench.live import unapproved_rules
from wattwarden.app.run_scan import ScanRequest, run_scan
from wattwarden.domain.content import BUILT_IN
from wattwarden.domain.errors import WattwardenError
from wattwarden.records.models import AuditRecord, RoleGrant, RuleDraft, RuleDraftRun, User
from wattwarden.rulekit.load import load_rule

FROZEN = "metering.register_frozen"
RULE = "metering.still_meter"
EARNEST = "status: experimental"


@pytest.fixture
def author(signed_in: Callable[..., Client]) -> Client:
    return signed_in("rule_author")


@pytest.fixture
def approver(signed_in: Callable[..., Client], author: Client) -> Client:
    return signed_in("approver")


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs happen within the request: a thread of its own would not see the test's transaction."""
    monkeypatch.setattr(runs, "begin", lambda run: runs.do_run(run.pk))


def start(client: Client, rule_id: str) -> RuleDraft:
    assert client.post("/rules/drafts/new/", {"rule_id": rule_id}).status_code == 302
    return RuleDraft.objects.latest("pk")


def save(client: Client, draft: RuleDraft, text: str, then: str = "check") -> RuleDraft:
    draft.refresh_from_db()
    form = {"text": text, "content": draft.text_hash, "then": then}
    assert client.post(f"/rules/drafts/{draft.pk}/edit/", form).status_code == 302
    draft.refresh_from_db()
    return draft


def step(client: Client, draft: RuleDraft, move: str, reason: str = "because", content: str = "") -> int:
    draft.refresh_from_db()
    form = {"move": move, "reason": reason, "content": content or draft.text_hash}
    status = client.post(f"/rules/drafts/{draft.pk}/do/", form).status_code
    draft.refresh_from_db()
    return status


def own_rule() -> str:
    """A rule of the site: the built-in one about registers that stand still, under another id."""
    text = (BUILT_IN / "rules" / "metering" / "register_frozen.yaml").read_text(encoding="utf-8")
    return re.sub(
        r"^status:.*$", EARNEST, text.replace(f"id: {FROZEN}", f"id: {RULE}"), count=1, flags=re.MULTILINE
    )


LOSS_FEN = 8 * 4 * 60
"""Eight days without the 4 kWh of before, at 60 fen a kWh of the only bill."""


def fill(home: Path) -> None:
    """A lake with one meter that stands still, whose customer an inspection has confirmed."""
    visit = {
        "inspection_id": "I1",
        "customer_id": "C1",
        "visited_at": "2026-10-27 10:00:00",
        "outcome": "fault",
    }
    import_rows(home, {**county(), "inspection_result": [visit]})


def proposed(client: Client, home: Path, rule_id: str = RULE, text: str = "") -> RuleDraft:
    """A draft that was checked, tried on the sample lake, and proposed."""
    fill(home)
    draft = save(client, start(client, rule_id), text or own_rule())
    assert draft.state == "checked", RuleDraftRun.objects.latest("pk").result
    assert client.post(f"/rules/drafts/{draft.pk}/run/backtest/", {"months": "2"}).status_code == 302
    draft.refresh_from_db()
    assert draft.state == "backtested", RuleDraftRun.objects.filter(kind="backtest").latest("pk").result
    assert step(client, draft, "propose") == 302
    return draft


def test_from_draft_to_retired(author: Client, approver: Client, folder: Path) -> None:
    draft = proposed(author, folder)
    found = RuleDraftRun.objects.filter(kind="backtest").latest("pk").result
    newest = found["points"][-1]
    assert (newest["before"]["kind"], newest["after"]["kind"]) == ("off", "found")
    assert (newest["added"]["findings"], newest["added"]["likely_fen"]) == (1, LOSS_FEN)
    assert (newest["work_before"], newest["work_after"]) == (
        {"cases": 0, "minutes": 0}, {"cases": 1, "minutes": 60},
    )  # fmt: skip
    assert (newest["confirmed_lost"], newest["confirmed_won"]) == (0, 1)
    assert [point["is_newest"] for point in found["points"]] == [False, True]
    assert "nothing had arrived yet" in found["skipped"][0]["why"]
    assert step(author, draft, "approve") == 403
    assert step(approver, draft, "approve") == 302
    assert draft.approved_hash == draft.text_hash
    assert step(author, draft, "go_live") == 302
    path = folder / "content" / "own" / "rules" / "metering" / "still_meter.yaml"
    assert path.read_text(encoding="utf-8") == draft.text
    assert unapproved_rules(folder) == {}
    assert step(approver, draft, "retire", 'sold the "old" meters') == 302
    retired = load_rule(path)
    assert retired.retired is not None
    assert (retired.status, retired.retired.zh) == ("retired", 'sold the "old" meters')
    assert unapproved_rules(folder) == {}
    moves = [event.move for event in draft.events.all()]
    assert moves == ["start", "save", "check", "backtest", "propose", "approve", "go_live", "retire"]
    assert AuditRecord.objects.filter(action__in=[f"rule.{move}" for move in moves]).count() == len(moves)


def test_an_edit_after_approval_begins_anew(author: Client, approver: Client, folder: Path) -> None:
    draft = proposed(author, folder)
    assert step(approver, draft, "approve") == 302
    seen = draft.text_hash
    save(author, draft, draft.text + "\n# edited\n", then="")
    assert (draft.state, draft.approved_hash) == ("draft", "")
    assert step(author, draft, "go_live", content=seen) == 400
    assert step(approver, draft, "approve", content=seen) == 400
    assert not (folder / "content").exists()


def test_whoever_wrote_a_part_does_not_approve(author: Client, folder: Path) -> None:
    draft = proposed(author, folder)
    RoleGrant.objects.create(user=User.objects.get(username="rule_author"), role="approver", org_id="43")
    assert step(author, draft, "approve") == 403
    page = author.get(f"/rules/drafts/{draft.pk}/approval/").content.decode()
    assert "须由另一人批准" in page
    assert 'value="approve"' not in page


def test_a_tampered_file_is_told_and_not_run(author: Client, approver: Client, folder: Path) -> None:
    draft = proposed(author, folder)
    step(approver, draft, "approve")
    step(author, draft, "go_live")
    path = folder / "content" / "own" / "rules" / "metering" / "still_meter.yaml"
    assert run_scan(ScanRequest(folder, rules=(RULE,))).findings == 1
    path.write_text(path.read_text(encoding="utf-8").replace("value: 7", "value: 3"), encoding="utf-8")
    withheld = unapproved_rules(folder)
    assert set(withheld) == {RULE}
    with pytest.raises(WattwardenError, match="no live rule"):
        run_scan(ScanRequest(folder, rules=(RULE,), withheld=withheld))
    scan = run_scan(ScanRequest(folder, rules=(RULE, FROZEN), withheld=withheld))
    assert {outcome.rule_id: outcome.kind for outcome in scan.outcomes}[RULE] == "failed"
    assert "生效文件与批准内容不符" in author.get(f"/rules/drafts/{draft.pk}/").content.decode()
    path.unlink()
    assert "no file" in unapproved_rules(folder)[RULE][0].found


def test_settings_of_a_built_in_rule(author: Client, approver: Client, folder: Path) -> None:
    draft = proposed(author, folder, FROZEN, "params:\n  min_days: 30\n")
    newest = RuleDraftRun.objects.filter(kind="backtest").latest("pk").result["points"][-1]
    assert (newest["before"]["findings"], newest["removed"]["findings"], newest["added"]["findings"]) == (
        1,
        1,
        0,
    )
    assert newest["removed"]["likely_fen"] == LOSS_FEN
    assert newest["confirmed_lost"] == 1
    step(approver, draft, "approve")
    step(author, draft, "go_live")
    path = folder / "content" / "rules" / f"{FROZEN}.yaml"
    assert path.read_text() == "params:\n  min_days: 30\n"
    assert step(approver, draft, "retire") == 302
    assert not path.exists()
    assert unapproved_rules(folder) == {}


@pytest.mark.parametrize(
    ("change", "line_of", "found"),
    [
        (("severity: high", "severity: [high"), None, "expected"),
        (("severity: high", "severity: huge"), "severity:", "huge"),
        (("s.frozen_days,", "s.frozen_daze,"), "frozen_daze", "frozen_daze"),
        (("FROM (", "FROM read_csv('/etc/passwd') AS f, ("), "read_csv", "read_csv"),
        (("SELECT s.meter_id", "DELETE FROM meter; SELECT s.meter_id"), "detect:", "Delete"),
        (("clauses: [dlt-448.fault]", "clauses: [no.such]"), "clauses", "no.such"),
        ((EARNEST, "status: draft"), "status", "draft"),
        ((f"id: {RULE}", "id: metering.other"), "id:", "metering.other"),
    ],
)  # fmt: skip
def test_faults_are_shown_with_their_line(
    change: tuple[str, str], line_of: str | None, found: str, author: Client, folder: Path
) -> None:
    text = own_rule()
    assert change[0] in text
    broken = text.replace(*change, 1)
    draft = save(author, start(author, RULE), broken)
    assert draft.state == "draft"
    faults = RuleDraftRun.objects.latest("pk").result["faults"]
    assert any(found.lower() in fault["found"].lower() for fault in faults), faults
    if line_of:
        wanted = next(n for n, line in enumerate(broken.splitlines(), 1) if line_of in line)
        assert any(fault["line"] in (wanted, wanted + 1) for fault in faults), (wanted, faults)
    else:
        assert faults[0]["line"]
    assert f"第 {faults[0]['line']} 行" in author.get(f"/rules/drafts/{draft.pk}/edit/").content.decode()


def test_an_example_that_fails_is_told(author: Client, folder: Path) -> None:
    text = own_rule().replace("min_days: {value: 7", "min_days: {value: 300", 1)
    draft = save(author, start(author, RULE), text)
    assert draft.state == "draft"
    result = RuleDraftRun.objects.latest("pk").result
    assert not result["faults"]
    assert [bool(one["problems"]) for one in result["examples"]].count(True) >= 1
    assert "不符" in author.get(f"/rules/drafts/{draft.pk}/edit/").content.decode()


def test_somebody_else_saved_meanwhile(author: Client, folder: Path) -> None:
    draft = start(author, RULE)
    seen = draft.text_hash
    save(author, draft, "a: 1\n", then="")
    answer = author.post(f"/rules/drafts/{draft.pk}/edit/", {"text": "b: 2\n", "content": seen})
    draft.refresh_from_db()
    assert (answer.status_code, draft.text) == (400, "a: 1\n")


def test_what_is_in_force_changed_since_the_try(author: Client, approver: Client, folder: Path) -> None:
    draft = proposed(author, folder, FROZEN, "params:\n  min_days: 30\n")
    path = folder / "content" / "rules" / f"{FROZEN}.yaml"
    path.parent.mkdir(parents=True)
    path.write_text("params:\n  min_days: 9\n")
    assert step(approver, draft, "approve") == 400
    assert draft.state == "proposed"


@pytest.mark.parametrize("role", ["controller", "auditor", "administrator", "station_worker"])
def test_drafts_are_forbidden_to_others(
    role: str, author: Client, signed_in: Callable[..., Client], folder: Path
) -> None:
    draft = start(author, RULE)
    client = signed_in(role)
    for page in ("", f"{draft.pk}/", f"{draft.pk}/edit/", f"{draft.pk}/trial/", f"{draft.pk}/approval/"):
        assert client.get(f"/rules/drafts/{page}").status_code == 403


def test_an_author_of_one_station_writes_no_rules_for_all(
    signed_in: Callable[..., Client], folder: Path
) -> None:
    client = signed_in("rule_author", "own1")
    assert client.post("/rules/drafts/new/", {"rule_id": RULE}).status_code == 403
    assert drafts.permissions(User.objects.get(username="rule_author").viewer()) == frozenset()


@pytest.mark.parametrize(("language", "word"), [("zh-hans", "规则工作台"), ("en", "Rule workbench")])
def test_pages_in_both_languages_with_constant_queries(
    language: str, word: str, author: Client, folder: Path
) -> None:
    User.objects.filter(username="rule_author").update(language=language)
    fill(folder)
    draft = save(author, start(author, FROZEN), "params:\n  min_days: 30\n")
    author.post(f"/rules/drafts/{draft.pk}/run/backtest/", {"months": "1"})
    pages = ("", f"{draft.pk}/", f"{draft.pk}/edit/", f"{draft.pk}/trial/", f"{draft.pk}/approval/")
    counts = []
    for more in (0, 3):
        for n in range(more):
            save(author, start(author, f"metering.more_{n}"), "a: 1\n", then="")
        # A message that waits is shown, and forgotten, by the first page.
        author.get("/rules/drafts/")
        for page in pages:
            with CaptureQueriesContext(connection) as asked:
                answer = author.get(f"/rules/drafts/{page}")
            assert answer.status_code == 200
            assert word in answer.content.decode()
            counts.append(len(asked))
    assert counts[:5] == counts[5:]
    assert max(counts) <= 15
