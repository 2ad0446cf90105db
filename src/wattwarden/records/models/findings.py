"""Findings of the last scan and those that are gone, indexed for the lists of the console."""

from django.db import models

from wattwarden.records.prefix import beginnings


class Finding(models.Model):
    """疑点: what FINDING_SCHEMA and LIFE_SCHEMA say, with the worth of its case.

    Attributes:
        case_key: Candidate case it was merged into; empty once it is gone.
        net_value_fen: Expected net value of that case, by which lists are ordered; 0 when gone.
        case_rank: Place of that case in the scan, from 1; None when gone.
        counted_fen: Likely money where this finding stands for its loss; 0 where another of the case does.
        expected_fen: What confirming it would make good on average; 0 where another stands for the loss.
        change: ``new``, ``back`` or ``gone`` since the full scan before; empty where nothing changed.
        staff_side: It is about the utility's own staff or system, and kept from the department.
        staff_ids: Members of staff it names, who never see it; see ``domain/staff_side.py``.
        scan: Number of the scan that last saw it.
    """

    finding_key = models.CharField(primary_key=True, max_length=64)
    rule_id = models.CharField(max_length=100)
    rule_hash = models.CharField(max_length=32)
    risk = models.CharField(max_length=10)
    severity = models.CharField(max_length=10)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=100)
    customer_id = models.CharField(max_length=64, null=True)
    premise_id = models.CharField(max_length=64, null=True)
    org_id = models.CharField(max_length=64, null=True)
    org_path = models.CharField(max_length=500)
    period_from = models.DateField(null=True)
    period_to = models.DateField(null=True)
    direction = models.CharField(max_length=20)
    cause = models.CharField(max_length=60)
    loss_low_fen = models.BigIntegerField(null=True)
    loss_likely_fen = models.BigIntegerField(null=True)
    loss_high_fen = models.BigIntegerField(null=True)
    confidence = models.DecimalField(max_digits=6, decimal_places=4)
    proof = models.TextField()
    state = models.CharField(max_length=10)
    first_seen = models.DateField()
    last_seen = models.DateField()
    gone_since = models.DateField(null=True)
    times_back = models.IntegerField(default=0)
    case_key = models.CharField(max_length=64, blank=True)
    case_rank = models.IntegerField(null=True)
    net_value_fen = models.BigIntegerField(default=0)
    counted_fen = models.BigIntegerField(default=0)
    expected_fen = models.BigIntegerField(default=0)
    change = models.CharField(max_length=10, blank=True)
    staff_side = models.BooleanField(default=False)
    staff_ids = models.TextField(blank=True, default="")
    scan = models.IntegerField()

    class Meta:
        indexes = (
            models.Index(fields=("-net_value_fen", "finding_key"), name="finding_by_worth"),
            models.Index(fields=("-expected_fen", "finding_key"), name="finding_by_expected"),
            models.Index(fields=("-first_seen", "finding_key"), name="finding_by_age"),
            models.Index(fields=("change", "-net_value_fen"), name="finding_by_change"),
            models.Index(fields=("org_path", "-net_value_fen"), name="finding_by_org"),
            models.Index(fields=("rule_id", "-net_value_fen"), name="finding_by_rule"),
            models.Index(fields=("risk", "-net_value_fen"), name="finding_by_risk"),
            beginnings("customer_id", "finding_by_customer"),
            beginnings("premise_id", "finding_by_premise"),
            beginnings("subject_id", "finding_by_subject"),
            models.Index(fields=("case_key",), name="finding_by_case"),
        )

    def __str__(self) -> str:
        return self.finding_key
