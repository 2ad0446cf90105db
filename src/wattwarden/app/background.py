"""Long work outside the request: a thread of this process does it, and its row tells how it goes."""

import logging
import threading
from collections.abc import Callable
from typing import TypeVar

from django.db import connections, transaction
from django.db.models import Model, QuerySet

_LOG = logging.getLogger(__name__)
Job = TypeVar("Job", bound=Model)


def in_background(
    name: str, work: Callable[[], None], unfinished: Callable[[], QuerySet[Job]], result: str
) -> None:
    """Do ``work`` in a thread of this process.

    Args:
        name: What the work is called in the log.
        work: Writes its own end, good or bad, into its row.
        unfinished: The row, if it still says that it is going on.
        result: Field of the row that holds problems; a row left without an end is told as failed.
    """

    def run() -> None:
        try:
            work()
        finally:
            if unfinished().update(state="failed", **{result: {"problems": []}}):
                _LOG.error("%s ended without a result", name)
            connections.close_all()

    # A request with an idempotency key is one transaction: before its end the thread would not see the row.
    transaction.on_commit(threading.Thread(target=run, name=name, daemon=True).start)
