"""Personal access tokens of the programming interface, and answers kept for requests that are sent again."""

from django.conf import settings
from django.db import models


class ApiToken(models.Model):
    """访问令牌: lets a program act in the name of its owner, within scopes, until it expires.

    Attributes:
        digest: SHA-256 of the token, hexadecimal; the token itself is shown once and stored nowhere.
        hint: Its first characters, by which the owner tells his tokens apart.
        scopes: Names of ``app.console.tokens.SCOPES``, separated by spaces.
        used_at: Last use, noted at most once a minute.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=12)
    scopes = models.CharField(max_length=60)
    made_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.owner_id} {self.hint}"


class KeptAnswer(models.Model):
    """The answer to a request that carried a key: sent again, it is answered the same and nothing happens.

    Attributes:
        digest: SHA-256 of method, address and body, so that a key is not used for two things.
        status: 0 while the request is worked on, which only its own transaction can see.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=100)
    digest = models.CharField(max_length=64)
    at = models.DateTimeField(auto_now_add=True)
    status = models.IntegerField(default=0)
    kind = models.CharField(max_length=100, blank=True)
    body = models.BinaryField(default=b"")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("owner", "key"), name="answered_once"),)
        indexes = (models.Index(fields=("at",), name="answer_by_age"),)

    def __str__(self) -> str:
        return f"{self.owner_id} {self.key}"
