"""The outbox's queries: notices that are due, deliveries that a worker may take, and what came of them."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F, Q

from wattwarden.records.models import Delivery, DeliveryAttempt, Notice

WAITING, SENT, GIVEN_UP = "waiting", "sent", "given_up"
_HOLD = timedelta(minutes=5)
"""How long a worker has for one delivery; one that was killed loses it after that."""


def put_notices(notices: Sequence[Notice]) -> int:
    """Add notices; one that is there already stays as it is. How many are new."""
    before = Notice.objects.filter(pk__in=[n.pk for n in notices]).count()
    Notice.objects.bulk_create(notices, ignore_conflicts=True)
    return Notice.objects.filter(pk__in=[n.pk for n in notices]).count() - before


def leaving(at: datetime) -> list[Notice]:
    """Notices whose time has come and that have no delivery yet."""
    return list(
        Notice.objects.filter(delivered=False, send_at__lte=at)
        .select_related("case")
        .order_by("send_at", "pk")
    )


def put_deliveries(deliveries: Sequence[Delivery], of: Sequence[str]) -> None:
    """Write deliveries and mark their notices, together: a worker that is killed repeats both or neither."""
    with transaction.atomic():
        Delivery.objects.bulk_create(deliveries, ignore_conflicts=True)
        Notice.objects.filter(pk__in=of).update(delivered=True)


def take_delivery(at: datetime) -> Delivery | None:
    """The next delivery that is due, held for this worker alone; two workers never get the same."""
    free = Q(held_until__isnull=True) | Q(held_until__lt=at)
    with transaction.atomic():
        rows = Delivery.objects.filter(free, state=WAITING, next_try_at__lte=at).order_by("next_try_at", "pk")
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True)
        for delivery in rows[:20]:
            if Delivery.objects.filter(free, pk=delivery.pk, state=WAITING).update(held_until=at + _HOLD):
                return delivery
    return None


def was_sent(delivery: Delivery, at: datetime) -> None:
    """Note that a delivery arrived."""
    with transaction.atomic():
        DeliveryAttempt.objects.create(delivery=delivery, at=at, is_ok=True)
        Delivery.objects.filter(pk=delivery.pk).update(state=SENT, sent_at=at, held_until=None)


def has_failed(delivery: Delivery, at: datetime, why: str, again_at: datetime | None) -> None:
    """Note that an attempt failed; without a next time it is given up."""
    with transaction.atomic():
        DeliveryAttempt.objects.create(delivery=delivery, at=at, is_ok=False, detail=why)
        Delivery.objects.filter(pk=delivery.pk).update(
            failures=F("failures") + 1, held_until=None, state=WAITING if again_at else GIVEN_UP,
            **({"next_try_at": again_at} if again_at else {}),
        )  # fmt: skip


def backlog() -> int:
    """Deliveries that wait for their first or next attempt."""
    return Delivery.objects.filter(state=WAITING).count()


def given_up() -> int:
    """Deliveries that nobody tries again."""
    return Delivery.objects.filter(state=GIVEN_UP).count()
