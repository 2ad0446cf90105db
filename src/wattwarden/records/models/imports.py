"""Imports that were started in the browser."""

from django.conf import settings
from django.db import models


class ImportJob(models.Model):
    """导入任务: files that somebody uploaded, and what became of them.

    Attributes:
        state: ``queued``, ``running``, ``done`` or ``failed``.
        step, done, total: Progress as the importer reports it.
        beat_at: Last sign of life; a job that gives none for a while died with its process.
        report: What the importer said: files, tables, problems.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    created_at = models.DateTimeField(auto_now_add=True)
    files = models.JSONField(default=list)
    mapping = models.CharField(max_length=100, blank=True)
    table = models.CharField(max_length=60, blank=True)
    is_dry = models.BooleanField(default=True)
    state = models.CharField(max_length=10, default="queued")
    step = models.CharField(max_length=200, blank=True)
    done = models.IntegerField(default=0)
    total = models.IntegerField(default=0)
    beat_at = models.DateTimeField(null=True)
    report = models.JSONField(default=dict)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.pk} {self.state}"
