"""Fill the outbox: notices of clocks, and deliveries when their time has come, one digest a receiver."""

import hashlib
from collections.abc import Iterable, Sequence
from itertools import groupby

from wattwarden.app.casework.channels import has_mail, robot_addresses
from wattwarden.app.casework.histories import events_of, users_by_number, view_of
from wattwarden.app.casework.settings import office, telling
from wattwarden.app.casework.times import local, now, stored
from wattwarden.cases import notices as pure
from wattwarden.cases.sending import digests, send_at
from wattwarden.domain.labels import Label
from wattwarden.records.models import Case, CaseEvent, Delivery, Notice, RoleGrant, User
from wattwarden.records.outbox import leaving, put_deliveries, put_notices

ROLE = "role:"
_BATCH = 500
_KEY_LENGTH = 32


def queue_notices(batch: int = _BATCH) -> int:
    """Put every notice that is due into the outbox, once each; how many are new.

    Cases are looked at by their earliest due day, far ones never: a clock without limit tells nothing.
    """
    rows = Case.objects.filter(is_open=True, due_at__isnull=False).order_by("pk")
    added, last = 0, 0
    while cases := list(rows.filter(pk__gt=last)[:batch]):
        last = cases[-1].pk
        added += put_notices([row for case, events in _histories(cases) for row in _due(case, events)])
    return added


def queue_deliveries() -> int:
    """Turn notices whose time has come into deliveries; how many were written."""
    due = leaving(stored(now()))
    if not due:
        return 0
    rules = telling()
    deliveries: list[Delivery] = []
    for to, group in groupby(sorted(due, key=_receiver), key=_receiver):
        rows = list(group)
        texts = digests([_pure(row) for row in rows], rules)
        for title, text in texts.values():
            key = hashlib.sha256("|".join(sorted(row.pk for row in rows)).encode()).hexdigest()[:_KEY_LENGTH]
            deliveries += _addressed(to, rows[0], key, title, text)
    put_deliveries(deliveries, [row.pk for row in due])
    return len(deliveries)


def _histories(cases: Sequence[Case]) -> Iterable[tuple[Case, list[CaseEvent]]]:
    events = CaseEvent.objects.filter(case__in=cases).order_by("case_id", "number")
    by_case = {pk: list(group) for pk, group in groupby(events, key=lambda e: e.case_id)}
    return [(case, by_case[case.pk]) for case in cases]


def _due(case: Case, events: Sequence[CaseEvent]) -> list[Notice]:
    seen = view_of(case, events_of(events))
    found = pure.due_notices(str(case.pk), seen, office(), telling())
    return [
        Notice(
            key=notice.key, case=case, kind=notice.kind, clock=notice.clock, to=notice.to, since=stored(notice.since),
            send_at=stored(send_at(notice, now(), telling())), is_urgent=notice.is_urgent, text_zh=notice.text.zh,
            text_en=notice.text.en,
        )
        for notice in found
    ]  # fmt: skip


def _receiver(row: Notice) -> tuple[str, str]:
    """Who hears it; holders of a role are those for the case's organisation."""
    return row.to, row.case.org_path if row.to.startswith(ROLE) else ""


def _pure(row: Notice) -> pure.Notice:
    text = Label(zh=row.text_zh, en=row.text_en)
    kind = next(k for k in ("warning", "breach", "escalation") if k == row.kind)
    return pure.Notice(
        row.pk, str(row.case_id), kind, row.clock, row.to, local(row.since), text, row.is_urgent
    )


def _addressed(to: tuple[str, str], row: Notice, key: str, title: Label, text: Label) -> list[Delivery]:
    """A mail to everybody meant; what a role hears goes to the robots too."""
    made = []
    if has_mail():
        made += [
            _delivery(f"{key}-{user.pk}", "email", user.email, user.language, title, text)
            for user in _people(*to, row)
        ]
    if to[0].startswith(ROLE):
        made += [
            _delivery(f"{key}-{c}", c, address, "zh", title, text) for c, address in robot_addresses().items()
        ]
    return made


def _people(to: str, org_path: str, row: Notice) -> list[User]:
    if not to.startswith(ROLE):
        found = list(users_by_number([to]).values())
    else:
        parts = org_path.strip("/").split("/")
        above = ["/" + "".join(f"{part}/" for part in parts[: n + 1]) for n in range(len(parts))]
        grants = RoleGrant.objects.filter(role=to.removeprefix(ROLE), org__path__in=above).select_related(
            "user"
        )
        found = list({grant.user_id: grant.user for grant in grants}.values())
    # Whom a case names hears nothing of it.
    return [
        u
        for u in found
        if u.is_active and u.email and not (u.staff_id and f"|{u.staff_id}|" in row.case.staff_ids)
    ]


def _delivery(key: str, channel: str, address: str, language: str, title: Label, text: Label) -> Delivery:
    return Delivery(
        key=key, channel=channel, address=address, language="en" if language == "en" else "zh", title_zh=title.zh,
        title_en=title.en, text_zh=text.zh, text_en=text.en, next_try_at=stored(now()),
    )  # fmt: skip
