"""Organisation units, each with its path from the top."""

from django.db import models


class OrgUnit(models.Model):
    """供电单位: one unit of the utility, as the lake has it.

    Attributes:
        path: Numbers from the top down to this unit, for example ``/43/4312/431207/``; everything of a
            subtree begins with the path of its root, so one condition guards a query.
    """

    org_id = models.CharField(primary_key=True, max_length=64)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    path = models.CharField(max_length=500, unique=True)

    class Meta:
        ordering = ("path",)

    def __str__(self) -> str:
        return self.name
