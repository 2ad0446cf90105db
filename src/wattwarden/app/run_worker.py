"""The worker: wakes what rests, queues notices, sends what is due; killed at any moment, it loses nothing."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import close_old_connections, transaction

from wattwarden.app.casework.act_on_case import append
from wattwarden.app.casework.channels import UnsentError, send
from wattwarden.app.casework.histories import history_of, view_of
from wattwarden.app.casework.settings import office, telling
from wattwarden.app.casework.tell import queue_deliveries, queue_notices
from wattwarden.app.casework.times import now, stored
from wattwarden.app.follow_scan import follow_new_scan
from wattwarden.cases.act import act
from wattwarden.cases.given import Actor, Given
from wattwarden.cases.history import SYSTEM
from wattwarden.cases.sending import next_try
from wattwarden.cases.situation import Situation
from wattwarden.domain.errors import WattwardenError
from wattwarden.records.case_store import locked_by_system
from wattwarden.records.connect import connect
from wattwarden.records.models import Case, Delivery
from wattwarden.records.outbox import has_failed, take_delivery, was_sent

_LOG = logging.getLogger(__name__)
PAUSE_SECONDS = 20
NOTICES_SECONDS = 300
"""How often clocks are looked at; a limit is counted in hours and days."""
_AT_ONCE = 1000


@dataclass
class Round:
    """What one round did."""

    woken: int = 0
    noticed: int = 0
    queued: int = 0
    sent: int = 0
    failed: int = 0
    opened: int = 0
    verified: int = 0


def run_worker(home: Path, *, once: bool, told: Callable[[Round], None] = lambda _: None) -> Round:
    """Work until interrupted, or one round.

    Args:
        home: The data folder.
        once: Do everything that is due now, and end.
        told: Called after each round that did something.
    """
    connect(home)
    looked = 0.0
    while True:
        done = Round()
        if once or time.monotonic() - looked > NOTICES_SECONDS or not looked:
            follow(home, done)
            done.woken, done.noticed = wake_cases(), queue_notices()
            looked = time.monotonic()
        done.queued = queue_deliveries()
        send_due(done)
        if any(vars(done).values()):
            told(done)
        if once:
            return done
        close_old_connections()
        time.sleep(PAUSE_SECONDS)


def follow(home: Path, done: Round) -> None:
    """Bring a scan that nobody followed yet into the cases; what stands in the way is logged."""
    try:
        followed = follow_new_scan(home)
    except WattwardenError:
        _LOG.exception("the newest scan was not brought into cases")
        return
    if followed:
        done.opened, done.verified = followed.opened.opened, followed.verified.looked_at


def send_due(done: Round) -> None:
    """Send every delivery that is due, each noted before the next is taken."""
    for _ in range(_AT_ONCE):
        delivery = take_delivery(stored(now()))
        if delivery is None:
            return
        try:
            send(delivery)
        except UnsentError as error:
            done.failed += 1
            has_failed(delivery, stored(now()), error.why, _again(delivery))
        else:
            done.sent += 1
            was_sent(delivery, stored(now()))


def wake_cases() -> int:
    """Take the waking action of every case whose rest is over; how many woke."""
    woken = 0
    for pk in list(Case.objects.filter(is_open=True, until__lt=now().date()).values_list("pk", flat=True)):
        with transaction.atomic():
            (case,) = locked_by_system([pk])
            events = history_of(case)
            seen = view_of(case, events)
            action = seen.process.steps[seen.state.step].wakes
            if action is None or seen.state.until is None or seen.state.until >= now().date():
                continue
            system = Actor(SYSTEM, frozenset({SYSTEM}))
            decision = act(seen, action, system, Given(version=seen.state.version), Situation(), office())
            append(case, events, decision.events)
            woken += decision.is_allowed
    return woken


def _again(delivery: Delivery) -> datetime | None:
    at = next_try(delivery.failures + 1, now(), delivery.key, telling())
    return stored(at) if at else None
