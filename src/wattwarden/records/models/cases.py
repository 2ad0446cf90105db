"""Cases as histories of events; the columns beside them are what lists filter and sort by."""

from django.conf import settings
from django.db import models

from wattwarden.records.prefix import beginnings

_OPEN, _JUDGED = models.Q(is_open=True), ~models.Q(outcome="")
_GUARDED = ("staff_side", "staff_ids", "customer_id")
"""What the guard asks of a case beside its unit."""


class Case(models.Model):
    """工单: work on all findings of one premise, run by one process of ``content/processes``.

    Attributes:
        case_key: What the findings were merged by; one open case each.
        version: Number of events; an action names the version it saw, a stale one is refused.
        step, owner, owner_role, round, outcome, cause, due_at, until: From the events, kept for lists.
        area_id: Transformer area, for related cases and for routes.
        lead_rule: Rule of the leading finding, by which hit rates are counted.
        verify_on: First day on which the data may decide, while it waits for that.
        found_fen: Totals of its ledger, and so for the five books that follow.
        lease_by: Who took it from the queue a moment ago; nobody else is offered it until ``lease_until``.
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
    area_id = models.CharField(max_length=64, null=True)
    place = models.CharField(max_length=10)
    severity = models.CharField(max_length=10)
    lead_rule = models.CharField(max_length=100, blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT)
    owner_role = models.CharField(max_length=40, blank=True)
    round = models.IntegerField(default=1)
    outcome = models.CharField(max_length=20, blank=True)
    cause = models.CharField(max_length=40, blank=True)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    until = models.DateField(null=True)
    verify_on = models.DateField(null=True)
    closed_at = models.DateTimeField(null=True)
    probability = models.DecimalField(max_digits=6, decimal_places=4)
    money_low_fen = models.BigIntegerField(default=0)
    money_likely_fen = models.BigIntegerField(default=0)
    money_high_fen = models.BigIntegerField(default=0)
    net_value_fen = models.BigIntegerField(default=0)
    found_fen = models.BigIntegerField(default=0)
    claimed_fen = models.BigIntegerField(default=0)
    billed_fen = models.BigIntegerField(default=0)
    paid_fen = models.BigIntegerField(default=0)
    refunded_fen = models.BigIntegerField(default=0)
    waived_fen = models.BigIntegerField(default=0)
    drawn_at_random = models.BooleanField(default=False)
    draw_probability = models.DecimalField(max_digits=6, decimal_places=4, null=True)
    staff_side = models.BooleanField(default=False)
    lease_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="leases"
    )
    lease_until = models.DateTimeField(null=True)
    staff_ids = models.TextField(blank=True, default="")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("case_key",), condition=models.Q(is_open=True), name="one_open_case"
            ),
        )
        # Conditions, not leading columns: SQLite looks nothing up by a bare yes or no. The wide ones hold all
        # that a page counts and what the guard asks for, so that no row is read for a sum.
        indexes = (
            models.Index(fields=("-net_value_fen", "id"), condition=_OPEN, name="case_by_worth"),
            models.Index(fields=("step", "-net_value_fen", "id"), name="case_by_step"),
            models.Index(fields=("owner", "due_at"), condition=_OPEN, name="case_by_owner"),
            models.Index(fields=("due_at",), condition=_OPEN, name="case_by_due"),
            models.Index(
                fields=("org_path", "step", *_GUARDED, "process", "owner", "due_at", "opened_at", "found_fen"),
                condition=_OPEN, name="case_open_counts",
            ),
            models.Index(
                fields=("outcome", "org_path", *_GUARDED, "process", "lead_rule", "org_id", "owner", "paid_fen",
                        "refunded_fen"),
                condition=_JUDGED, name="case_judged_counts",
            ),
            models.Index(
                fields=("process", "org_path", *_GUARDED, "found_fen", "claimed_fen", "billed_fen", "paid_fen",
                        "refunded_fen", "waived_fen"),
                name="case_sums",
            ),
            models.Index(
                fields=("owner", "step", "id"), condition=models.Q(drawn_at_random=True), name="case_drawn"
            ),
            models.Index(fields=("closed_at",), name="case_by_closing"),
            models.Index(fields=("org_path", "-net_value_fen"), name="case_by_org"),
            beginnings("customer_id", "case_by_customer"),
            beginnings("premise_id", "case_by_premise"),
            beginnings("subject_id", "case_by_subject"),
            models.Index(fields=("area_id", "-net_value_fen", "id"), name="case_by_area"),
            models.Index(fields=("case_key",), name="case_by_key"),
        )  # fmt: skip

    def __str__(self) -> str:
        return f"{self.pk} {self.step}"


class CaseEvent(models.Model):
    """One thing that happened to a case; never changed, never removed.

    Attributes:
        actor_id: Staff number, ``user-7`` for an account without one, or ``system``.
        data: The fields of the event that are not empty, as ``cases.history.Event`` writes them.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="events")
    number = models.IntegerField()
    at = models.DateTimeField()
    actor_id = models.CharField(max_length=64)
    kind = models.CharField(max_length=40)
    data = models.JSONField(default=dict)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("case", "number"), name="event_once"),)

    def __str__(self) -> str:
        return f"{self.case_id}.{self.number} {self.kind}"


class CaseFinding(models.Model):
    """A finding that joined a case, and whether the case still counts it as there.

    Attributes:
        data: The finding as it was last seen, by the names of FINDING_SCHEMA; it stays when it is gone.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="joined")
    finding_key = models.CharField(max_length=64)
    rule_id = models.CharField(max_length=100, blank=True)
    is_gone = models.BooleanField(default=False)
    data = models.JSONField(default=dict)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("case", "finding_key"), name="joined_once"),)
        indexes = (models.Index(fields=("finding_key",), name="joined_by_finding"),)

    def __str__(self) -> str:
        return f"{self.case_id} {self.finding_key}"


class LedgerEntry(models.Model):
    """One booking of a case, as an event made it; for sums over time and places."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="ledger_entries")
    number = models.IntegerField()
    at = models.DateTimeField()
    book = models.CharField(max_length=10)
    amount_fen = models.BigIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("case", "number"), name="booked_once"),)
        indexes = (models.Index(fields=("book", "at"), name="ledger_by_book"),)

    def __str__(self) -> str:
        return f"{self.case_id}.{self.number} {self.book}"


class Submitted(models.Model):
    """A form that was taken, by the key it carries: sent twice, it is taken once."""

    key = models.CharField(primary_key=True, max_length=80)
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT)
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.key


class RandomDraw(models.Model):
    """A visit drawn at random on a day in a unit, with its chance, for estimates weighted by the inverse.

    Attributes:
        stratum: ``flagged`` or ``not_flagged`` by the rules.
        population: Premises of the stratum that day.
    """

    day = models.DateField()
    org_id = models.CharField(max_length=64)
    stratum = models.CharField(max_length=20)
    premise_id = models.CharField(max_length=64)
    population = models.IntegerField()
    probability = models.DecimalField(max_digits=10, decimal_places=8)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="draws")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("day", "org_id", "stratum", "premise_id"), name="drawn_once"),
        )

    def __str__(self) -> str:
        return f"{self.day} {self.org_id} {self.premise_id}"


class SecondReview(models.Model):
    """A case that is judged again by somebody who does not see the first verdict."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="second_review")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    drawn_at = models.DateTimeField(auto_now_add=True)
    probability = models.DecimalField(max_digits=10, decimal_places=8)
    outcome = models.CharField(max_length=20, blank=True)
    note = models.TextField(blank=True)
    judged_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.case_id} {self.outcome or '?'}"


class CaseVerification(models.Model):
    """What later data said about a remedy, with the series that was compared.

    Attributes:
        number: Number of the event that tells of it.
        why: Reasons in both languages.
        series: For each finding ``key``, ``x``, ``y`` and the means ``before`` and ``after`` the remedy.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="verifications")
    number = models.IntegerField()
    round = models.IntegerField()
    at = models.DateTimeField(auto_now_add=True)
    verdict = models.CharField(max_length=20)
    remedied_on = models.DateField()
    why = models.JSONField(default=list)
    series = models.JSONField(default=list)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("case", "number"), name="verified_once"),)

    def __str__(self) -> str:
        return f"{self.case_id} {self.verdict}"
