"""The audit log; ``domain/audit_chain.py`` says how its records hang together."""

from django.db import models


class AuditRecord(models.Model):
    """审计记录: who did or read what, when and why; written once, never changed, never removed.

    Attributes:
        sequence: The order of the log; the clock may be set back, the sequence not.
        actor_id: Number of the account, no foreign key: the record outlives the account.
        old, new: Canonical JSON as text, because a database may reorder JSON of its own.
    """

    sequence = models.BigIntegerField(primary_key=True)
    previous = models.CharField(max_length=64)
    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    actor = models.CharField(max_length=150)
    action = models.CharField(max_length=60)
    subject_kind = models.CharField(max_length=40, blank=True)
    subject_id = models.CharField(max_length=200, blank=True)
    org_path = models.CharField(max_length=500, blank=True)
    old = models.TextField(default="null")
    new = models.TextField(default="null")
    reason = models.TextField(blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        indexes = (
            models.Index(fields=("subject_kind", "subject_id", "-sequence"), name="audit_by_subject"),
            models.Index(fields=("actor_id", "-sequence"), name="audit_by_actor"),
            models.Index(fields=("action", "-sequence"), name="audit_by_action"),
        )

    def __str__(self) -> str:
        return f"{self.sequence} {self.action}"


class AuditHead(models.Model):
    """The end of the log, one row: who appends locks it, so that appends stand in one line.

    Attributes:
        sealed: Number of the last record that was signed.
    """

    sequence = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64)
    sealed = models.BigIntegerField(default=0)
    sealed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.sequence)
