"""Cases as histories of events; the columns beside them are what lists filter and sort by."""

from django.conf import settings
from django.db import models


class Case(models.Model):
    """工单: work on all findings of one premise, run by one process of ``content/processes``.

    Attributes:
        case_key: What the findings were merged by; one open case each.
        version: Number of events; an action names the version it saw, a stale one is refused.
        step, owner, due_at: Derived from the events, kept for lists.
        staff_side: It is about the utility's own staff or system, and kept from the department.
        staff_ids: Members of staff it names, who never see it; see ``domain/staff_side.py``.
    """

    case_key = models.CharField(max_length=64)
    process = models.CharField(max_length=60)
    step = models.CharField(max_length=60)
    is_open = models.BooleanField(default=True)
    version = models.IntegerField(default=0)
    customer_id = models.CharField(max_length=64, null=True)
    premise_id = models.CharField(max_length=64, null=True)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=100)
    org_id = models.CharField(max_length=64, null=True)
    org_path = models.CharField(max_length=500)
    place = models.CharField(max_length=10)
    severity = models.CharField(max_length=10)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    probability = models.DecimalField(max_digits=6, decimal_places=4)
    money_low_fen = models.BigIntegerField(default=0)
    money_likely_fen = models.BigIntegerField(default=0)
    money_high_fen = models.BigIntegerField(default=0)
    net_value_fen = models.BigIntegerField(default=0)
    drawn_at_random = models.BooleanField(default=False)
    draw_probability = models.DecimalField(max_digits=6, decimal_places=4, null=True)
    staff_side = models.BooleanField(default=False)
    staff_ids = models.TextField(blank=True, default="")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("case_key",), condition=models.Q(is_open=True), name="one_open_case"
            ),
        )
        indexes = (
            models.Index(fields=("is_open", "-net_value_fen", "id"), name="case_by_worth"),
            models.Index(fields=("owner", "is_open", "due_at"), name="case_by_owner"),
            models.Index(fields=("is_open", "due_at"), name="case_by_due"),
            models.Index(fields=("org_path", "is_open", "-net_value_fen"), name="case_by_org"),
            models.Index(fields=("customer_id",), name="case_by_customer"),
        )

    def __str__(self) -> str:
        return f"{self.pk} {self.step}"


class CaseEvent(models.Model):
    """One thing that happened to a case; never changed, never removed."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="events")
    number = models.IntegerField()
    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT)
    kind = models.CharField(max_length=40)
    data = models.JSONField(default=dict)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("case", "number"), name="event_once"),)

    def __str__(self) -> str:
        return f"{self.case_id}.{self.number} {self.kind}"
