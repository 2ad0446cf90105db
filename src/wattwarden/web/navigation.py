"""The entries of the console's menu; the only place where a page enters it."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse

from wattwarden.domain.access import Permission, Viewer
from wattwarden.domain.labels import Label

GROUPS = (
    Label(zh="工作", en="Work"),
    Label(zh="规则", en="Rules"),
    Label(zh="数据", en="Data"),
    Label(zh="管理", en="Administration"),
)
WORK, RULES, DATA, ADMINISTRATION = range(len(GROUPS))


@dataclass(frozen=True)
class Entry:
    """One entry of the menu.

    Args:
        name: Name of the page in ``web/urls.py``.
        needs: Who sees it: those with any of these permissions anywhere; everybody when empty.
        icon: Name of a drawing in ``templates/parts.html``.
        group: Position in ``GROUPS``.
    """

    name: str
    label: Label
    needs: tuple[Permission, ...]
    icon: str = "dot"
    group: int = WORK


@dataclass(frozen=True)
class Shown:
    """An entry as one viewer sees it."""

    label: Label
    href: str
    is_here: bool
    icon: str
    group: int
    group_label: Label


ENTRIES = (
    Entry("today", Label(zh="今日", en="Today"), (), "today"),
    Entry("risk_map", Label(zh="风险地图", en="Risk map"), ("see_findings",), "map"),
    Entry("findings", Label(zh="疑点", en="Findings"), ("see_findings",), "findings"),
    Entry("queue", Label(zh="我的队列", en="My queue"), ("work_cases",), "queue"),
    Entry("cases", Label(zh="工单", en="Cases"), ("see_cases",), "cases"),
    Entry("board", Label(zh="看板", en="Board"), ("see_cases",), "board"),
    Entry("approvals", Label(zh="待我审批", en="Approvals"), ("approve_remedies",), "approve"),
    Entry("visits", Label(zh="现场作业", en="Field work"), ("work_cases",), "visit"),
    Entry("verification", Label(zh="数据验证", en="Verification"), ("see_cases",), "verify"),
    Entry("reviews", Label(zh="盲样复核", en="Second review"), ("see_audit",), "review"),
    Entry("resting", Label(zh="暂缓与接受", en="Snoozed, accepted"), ("see_cases",), "rest"),
    Entry("ledger", Label(zh="台账与成效", en="Ledger"), ("see_cases",), "ledger"),
    Entry("rules", Label(zh="规则目录", en="Rules"), ("see_findings", "write_rules"), "rules", RULES),
    Entry("rule_drafts", Label(zh="规则工作台", en="Rule workbench"), ("write_rules", "approve_rules"), "bench", RULES),
    Entry("imports", Label(zh="数据导入", en="Import"), ("import_files",), "import", DATA),
    Entry("quarantine", Label(zh="隔离区", en="Quarantine"), ("import_files",), "quarantine", DATA),
    Entry("quality", Label(zh="数据质量", en="Data quality"), ("import_files", "see_findings"), "quality", DATA),
    Entry("staff_findings", Label(zh="内部疑点", en="Staff inbox"), ("see_staff_findings",), "inbox"),
    Entry("organisation", Label(zh="组织", en="Organisation"), (), "organisation", DATA),
    Entry("people", Label(zh="用户", en="People"), ("manage_users",), "people", ADMINISTRATION),
    Entry("role_holders", Label(zh="岗位授权", en="Role holders"), ("manage_users",), "people", ADMINISTRATION),
    Entry("audit", Label(zh="审计日志", en="Audit log"), ("see_audit",), "audit", ADMINISTRATION),
    Entry("settings", Label(zh="设置", en="Settings"), ("manage_settings",), "settings", ADMINISTRATION),
    Entry("tokens", Label(zh="访问令牌", en="Access tokens"), (), "key", ADMINISTRATION),
)  # fmt: skip


def entries_for(viewer: Viewer, path: str) -> Iterator[Shown]:
    """What this viewer may open, with the one that ``path`` belongs to marked."""
    allowed = [e for e in ENTRIES if not e.needs or any(viewer.may(permission) for permission in e.needs)]
    addresses = {entry.name: reverse(entry.name) for entry in allowed}
    # One page may lie below another, as the drafts of rules below the rules.
    above = [href for href in addresses.values() if path == href or (href != "/" and path.startswith(href))]
    here = max(above, key=len, default=None)
    for entry in allowed:
        href = addresses[entry.name]
        yield Shown(entry.label, href, href == here, entry.icon, entry.group, GROUPS[entry.group])
