"""Who may stand in a process file: the roles of the console, the customer, and the program itself."""

from collections.abc import Mapping

from wattwarden.domain.access import roles
from wattwarden.domain.labels import Label

CUSTOMER, SYSTEM_ROLE = "customer", "system"
OUTSIDERS: Mapping[str, Label] = {
    CUSTOMER: Label(zh="客户", en="Customer"),
    SYSTEM_ROLE: Label(zh="系统", en="System"),
}
"""Parties that hold no role of the console."""


def parties() -> dict[str, Label]:
    """Every party with its title."""
    return {**{name: role.title for name, role in roles().items()}, **OUTSIDERS}
