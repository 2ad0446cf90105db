"""Work outside a request never leaves a row that says it is still going on."""

import threading

import pytest

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
    for thread in threading.enumerate():
        if thread.name == "sample":
            thread.join(timeout=30)
    job.refresh_from_db()
    assert job.state == state
