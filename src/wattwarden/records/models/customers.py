"""What is needed to search for a customer; his file itself is read from the lake."""

from django.db import models

from wattwarden.records.prefix import beginnings


class Customer(models.Model):
    """用电客户: the words he is looked for by."""

    customer_id = models.CharField(primary_key=True, max_length=64)
    name = models.CharField(max_length=200)
    address = models.CharField(max_length=300, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    meter_ids = models.CharField(max_length=300, blank=True)
    premise_id = models.CharField(max_length=64, null=True)
    org_id = models.CharField(max_length=64)
    org_path = models.CharField(max_length=500)
    status = models.CharField(max_length=20)
    customer_type = models.CharField(max_length=20, blank=True)

    class Meta:
        indexes = (
            beginnings("name", "customer_by_name"),
            models.Index(fields=("phone",), name="customer_by_phone"),
            models.Index(fields=("org_path", "customer_id"), name="customer_by_org"),
        )

    def __str__(self) -> str:
        return self.customer_id
