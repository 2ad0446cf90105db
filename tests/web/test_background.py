"""Work outside a request never leaves a row that says it is still going on."""

import threading

import pytest
from django.db import transaction

from wattwarden.app.background import in_background
from wattwarden.records.models import ImportJob, User


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("ends", "state"), [(True, "done"), (False, "failed")])
def test_a_job_without_an_end_is_told_as_failed(ends: bool, state: str) -> None:
    owner = User.objects.create(username="importer")
    job = ImportJob.objects.create(owner=owner, state="running")

    def work() -> None:
        if ends:
            ImportJob.objects.filter(pk=job.pk).update(state="done")

    in_background("sample", work, lambda: ImportJob.objects.filter(pk=job.pk, state="running"), "report")
    joined("sample")
    job.refresh_from_db()
    assert job.state == state


@pytest.mark.django_db(transaction=True)
def test_work_begins_when_its_row_can_be_seen() -> None:
    """A request with an idempotency key is one transaction around the row and the start of its work."""
    owner = User.objects.create(username="importer")
    seen: list[int] = []
    with transaction.atomic():
        job = ImportJob.objects.create(owner=owner, state="running")
        rows = ImportJob.objects.filter(pk=job.pk)
        in_background(
            "sample", lambda: seen.append(rows.count()), lambda: rows.filter(state="running"), "report"
        )
        assert not joined("sample")
    joined("sample")
    assert seen == [1]


def joined(name: str) -> list[threading.Thread]:
    """Threads of that name, when they have ended."""
    threads = [thread for thread in threading.enumerate() if thread.name == name]
    for thread in threads:
        thread.join(timeout=30)
    return threads
