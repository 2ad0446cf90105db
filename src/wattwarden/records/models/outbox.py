"""The outbox: what somebody should hear, and every attempt to tell him; nothing is sent inside a request."""

from django.db import models

from wattwarden.records.models.cases import Case


class Notice(models.Model):
    """Something due to be told, once, by its key.

    Attributes:
        to: A staff number, ``user-7``, or ``role:<role>`` for whoever holds it for the case's unit.
        send_at: When it leaves, alone or in a digest.
        delivered: Whether its deliveries were written.
    """

    key = models.CharField(primary_key=True, max_length=80)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="notices")
    kind = models.CharField(max_length=20)
    clock = models.CharField(max_length=40, blank=True)
    to = models.CharField(max_length=80)
    since = models.DateTimeField()
    send_at = models.DateTimeField()
    is_urgent = models.BooleanField(default=False)
    text_zh = models.TextField()
    text_en = models.TextField()
    delivered = models.BooleanField(default=False)

    class Meta:
        indexes = (models.Index(fields=("delivered", "send_at"), name="notice_by_time"),)

    def __str__(self) -> str:
        return self.key


class Delivery(models.Model):
    """One message to one address by one channel; its key goes along, so that a receiver drops a repeat.

    Attributes:
        channel: ``email``, ``webhook``, ``wecom`` or ``dingtalk``.
        state: ``waiting``, ``sent`` or ``given_up``.
        held_until: A worker is at it until then; one that was killed lets go by itself.
    """

    key = models.CharField(primary_key=True, max_length=80)
    channel = models.CharField(max_length=10)
    address = models.CharField(max_length=300)
    language = models.CharField(max_length=2, default="zh")
    title_zh = models.CharField(max_length=300)
    title_en = models.CharField(max_length=300)
    text_zh = models.TextField()
    text_en = models.TextField()
    state = models.CharField(max_length=10, default="waiting")
    failures = models.IntegerField(default=0)
    next_try_at = models.DateTimeField()
    held_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=("state", "next_try_at"), name="delivery_by_time"),)

    def __str__(self) -> str:
        return f"{self.channel} {self.key}"


class DeliveryAttempt(models.Model):
    """One attempt and what came of it."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="attempts")
    at = models.DateTimeField()
    is_ok = models.BooleanField()
    detail = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.delivery_id} {'ok' if self.is_ok else self.detail}"
