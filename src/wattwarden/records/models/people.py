"""Accounts, and the roles they hold for organisations."""

from django.contrib.auth.models import AbstractUser
from django.db import models

from wattwarden.domain.access import Grant, Viewer
from wattwarden.records.models.organisation import OrgUnit


class User(AbstractUser):
    """An account of the console.

    Attributes:
        display_name: Name as shown to colleagues.
        staff_id: Number in the utility's staff list; what concerns it is kept from him.
        customer_ids: Customer numbers of his own home and business, separated by spaces; what concerns
            them is kept from him too.
    """

    display_name = models.CharField(max_length=100, blank=True)
    staff_id = models.CharField(max_length=64, null=True, blank=True, unique=True)
    customer_ids = models.CharField(max_length=300, blank=True)
    language = models.CharField(max_length=10, default="zh-hans")

    def viewer(self) -> Viewer:
        """Who this is, for everything that is read or done in his name; one query."""
        grants = self.role_grants.select_related("org").order_by("role", "org__path")
        return Viewer(
            user_id=self.pk,
            name=self.display_name or self.username,
            staff_id=self.staff_id,
            grants=tuple(Grant(g.role, g.org.path) for g in grants),
            language="en" if self.language == "en" else "zh",
            customer_ids=tuple(self.customer_ids.split()),
        )


class RoleGrant(models.Model):
    """A role held for an organisation and all below it; names of roles are in ``content/roles.yaml``."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="role_grants")
    role = models.CharField(max_length=40)
    org = models.ForeignKey(OrgUnit, on_delete=models.PROTECT)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("user", "role", "org"), name="grant_once"),)

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} {self.org_id}"
