"""Drafts of rules and of rule settings, every step they took, and what was tried with them."""

from django.conf import settings
from django.db import models


class RuleDraft(models.Model):
    """规则草稿: a text that is to become a rule of the site, or the site's settings of a rule.

    Attributes:
        rule_id: Rule that it is or that it sets.
        kind: ``rule`` for a rule of the site's own, ``settings`` for what the site changes of a rule.
        text_hash: Content hash of the text as it stands.
        approved_hash: Content hash that a second person approved; empty before.
        base_hash: Content hash of what was in force when it was tried on history.
        live_hash: Content hash of the file that was written; a file that differs was changed by hand.
        text_before: What was in force when it went live, so that retiring settings restores it.
    """

    rule_id = models.CharField(max_length=100)
    kind = models.CharField(max_length=10)
    text = models.TextField()
    state = models.CharField(max_length=12, default="draft")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    text_hash = models.CharField(max_length=64)
    approved_hash = models.CharField(max_length=64, blank=True)
    base_hash = models.CharField(max_length=64, blank=True)
    live_hash = models.CharField(max_length=64, blank=True)
    text_before = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("-changed_at", "-id")
        indexes = (models.Index(fields=("rule_id", "kind", "state"), name="draft_by_rule"),)

    def __str__(self) -> str:
        return f"{self.rule_id} {self.state}"


class RuleDraftEvent(models.Model):
    """One step of a draft; never changed, never removed.

    Attributes:
        move: A step of ``app/rule_workbench/states.py``, or ``start``.
        state: State afterwards.
        text: The text where the step changed it.
    """

    draft = models.ForeignKey(RuleDraft, on_delete=models.PROTECT, related_name="events")
    number = models.IntegerField()
    at = models.DateTimeField(auto_now_add=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    move = models.CharField(max_length=12)
    state = models.CharField(max_length=12)
    text_hash = models.CharField(max_length=64)
    text = models.TextField(blank=True)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ("number",)
        constraints = (models.UniqueConstraint(fields=("draft", "number"), name="draft_step_once"),)

    def __str__(self) -> str:
        return f"{self.draft_id}.{self.number} {self.move}"


class RuleDraftRun(models.Model):
    """A check or a try on history of one text, run outside the request.

    Attributes:
        kind: ``check`` or ``backtest``.
        months: Month ends that a try on history looks at.
        state: ``queued``, ``running``, ``done`` or ``failed``.
        beat_at: Last sign of life; a run that gives none for long died with its process.
        result: What came out; its shape is that of ``app/rule_workbench/check.py`` and ``backtest.py``.
    """

    draft = models.ForeignKey(RuleDraft, on_delete=models.PROTECT, related_name="runs")
    kind = models.CharField(max_length=10)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    text_hash = models.CharField(max_length=64)
    months = models.IntegerField(default=0)
    state = models.CharField(max_length=10, default="queued")
    step = models.CharField(max_length=200, blank=True)
    done = models.IntegerField(default=0)
    total = models.IntegerField(default=0)
    beat_at = models.DateTimeField(auto_now_add=True)
    result = models.JSONField(default=dict)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.draft_id} {self.kind} {self.state}"
