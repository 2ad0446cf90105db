"""When notices leave, in which digest, and when a failed sending is tried again. The store sends."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from wattwarden.cases.notice_content import NoticeRules
from wattwarden.cases.notices import Notice
from wattwarden.domain.labels import Label


def send_at(notice: Notice, now: datetime, rules: NoticeRules) -> datetime:
    """When a notice leaves: at once if urgent, else with the next digest outside the quiet hours."""
    if notice.is_urgent:
        return now
    times = sorted(t for t in rules.digest_at if not rules.quiet.holds(datetime.combine(now.date(), t)))
    for day in (now.date(), now.date() + timedelta(days=1)):
        for moment in times:
            if (at := datetime.combine(day, moment)) >= now:
                return at
    return _quiet_end(now, rules)


def digests(notices: Sequence[Notice], rules: NoticeRules) -> dict[str, tuple[Label, Label]]:
    """One message per receiver: title and text, in both languages; a single notice keeps its own title."""
    groups: dict[str, list[Notice]] = {}
    for notice in sorted(notices, key=lambda n: (n.to, n.since, n.key)):
        groups.setdefault(notice.to, []).append(notice)
    return {to: (_title(group, rules), _body(group)) for to, group in groups.items()}


def next_try(failures: int, failed_at: datetime, key: str, rules: NoticeRules) -> datetime | None:
    """When to try again after so many failures; None when it is given up.

    A tenth of the wait is spread by the key, so that many messages do not return at the same moment.
    """
    if failures < 1:
        raise ValueError("a retry follows a failure")
    if failures > len(rules.retry_minutes):
        return None
    wait = timedelta(minutes=rules.retry_minutes[failures - 1])
    spread = int(hashlib.sha256(f"{key}|{failures}".encode()).hexdigest()[:4], 16) / 0xFFFF
    return failed_at + wait + wait * spread / 10


def _quiet_end(now: datetime, rules: NoticeRules) -> datetime:
    today = datetime.combine(now.date(), rules.quiet.end)
    if not rules.quiet.holds(now):
        return now
    return today if today >= now else today + timedelta(days=1)


def _title(group: Sequence[Notice], rules: NoticeRules) -> Label:
    if len(group) == 1:
        return rules.titles[group[0].kind]
    return Label(zh=rules.digest.zh.format(count=len(group)), en=rules.digest.en.format(count=len(group)))


def _body(group: Sequence[Notice]) -> Label:
    return Label(zh="\n".join(n.text.zh for n in group), en="\n".join(n.text.en for n in group))
