"""Figures of scans, made when a scan is published, so that no page counts a million findings."""

from django.db import models


class FindingSum(models.Model):
    """疑点汇总: findings of one scan that agree in all of these columns, counted and added up.

    Findings about staff are not in it: a sum of one would tell what the row itself may not.

    Attributes:
        scan, today: Number and business date of the scan.
        change: ``new``, ``back`` or ``gone`` since the full scan before; empty where nothing changed.
        findings: How many.
        counted_fen: Likely money, each loss once.
        expected_fen: Money that confirming them would make good on average, each loss once.
    """

    scan = models.IntegerField()
    today = models.DateField()
    org_path = models.CharField(max_length=500)
    risk = models.CharField(max_length=10)
    rule_id = models.CharField(max_length=100)
    severity = models.CharField(max_length=10)
    direction = models.CharField(max_length=20)
    change = models.CharField(max_length=10, blank=True)
    findings = models.IntegerField()
    counted_fen = models.BigIntegerField()
    expected_fen = models.BigIntegerField()

    class Meta:
        indexes = (models.Index(fields=("scan", "org_path"), name="sum_by_scan"),)

    def __str__(self) -> str:
        return f"{self.scan} {self.org_path} {self.rule_id}"


class RuleFigure(models.Model):
    """规则实绩: what one rule did in one full scan.

    Attributes:
        kind, detail, seconds: Outcome of the run, as ``domain.finding.RuleOutcome``.
        inspected: Customers with a finding of the rule whom an inspection has looked at.
        confirmed: Those of them where the inspection found something.
        examples: The newest confirmed ones: ``finding_key, outcome, visited_on, claimed_fen``.
        overlap: Number of premises shared with other rules, by rule id; the largest few.
    """

    scan = models.IntegerField()
    today = models.DateField()
    rule_id = models.CharField(max_length=100)
    kind = models.CharField(max_length=20)
    detail = models.TextField(blank=True)
    seconds = models.FloatField()
    findings = models.IntegerField()
    inspected = models.IntegerField(default=0)
    confirmed = models.IntegerField(default=0)
    examples = models.JSONField(default=list)
    overlap = models.JSONField(default=dict)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("rule_id", "scan"), name="figure_once"),)

    def __str__(self) -> str:
        return f"{self.scan} {self.rule_id}"


class ScanPage(models.Model):
    """扫描快照: what a page shows of the last scan and that would take seconds to work out, as JSON.

    Attributes:
        name: Which page: ``quality``, ``units``.
    """

    name = models.CharField(primary_key=True, max_length=20)
    scan = models.IntegerField()
    data = models.JSONField()

    def __str__(self) -> str:
        return f"{self.name} {self.scan}"
