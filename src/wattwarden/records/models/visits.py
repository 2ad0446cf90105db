"""What a visit brought back: entries made on a phone, perhaps without connection, and photos."""

from django.conf import settings
from django.db import models

from wattwarden.records.models.cases import Case


class VisitEntry(models.Model):
    """One thing noted on site; the phone gives it its number, so that sending it again changes nothing.

    Attributes:
        kind: ``check`` (an entry of the checklist), ``measurement``, ``photo``, ``position`` or ``outcome``.
        noted_at: By the clock of the phone.
        version: Version of the case that the phone had when it was noted.
        data: What was noted; a measurement has name, value (as text) and unit.
        conflict: Why it could not be carried into the case, which had changed meanwhile; empty otherwise.
    """

    entry_id = models.UUIDField(primary_key=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="visit_entries")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    kind = models.CharField(max_length=20)
    noted_at = models.DateTimeField()
    received_at = models.DateTimeField(auto_now_add=True)
    version = models.IntegerField()
    data = models.JSONField(default=dict)
    conflict = models.TextField(blank=True)

    class Meta:
        indexes = (models.Index(fields=("case", "noted_at"), name="visit_by_case"),)

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind}"


class Photo(models.Model):
    """Metadata of a photo; the file lies below ``photos`` in the data folder under its digest.

    Attributes:
        sha256: Digest of the file, hexadecimal.
    """

    entry = models.OneToOneField(VisitEntry, primary_key=True, on_delete=models.PROTECT, related_name="photo")
    sha256 = models.CharField(max_length=64)
    media_type = models.CharField(max_length=20)
    size_bytes = models.IntegerField()
    latitude_deg = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    longitude_deg = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    accuracy_m = models.IntegerField(null=True)

    class Meta:
        indexes = (models.Index(fields=("sha256",), name="photo_by_digest"),)

    def __str__(self) -> str:
        return self.sha256[:12]
