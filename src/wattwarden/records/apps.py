"""The one Django application of the store."""

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    """Models below ``wattwarden.records.models``, tables named ``records_*``."""

    name = "wattwarden.records"
    label = "records"
    default_auto_field = "django.db.models.BigAutoField"
