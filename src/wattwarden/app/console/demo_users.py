"""One account for each role, for demonstrations only."""

from collections.abc import Mapping

from wattwarden.domain.access import roles
from wattwarden.domain.errors import fail
from wattwarden.records.models import OrgUnit, RoleGrant, User

DEMO_PASSWORD = "demo"  # noqa: S105 of accounts that exist in demo mode only


def make_demo_users(demo: bool) -> Mapping[str, str]:
    """Make an account named like each role, all with the password ``demo``; role by account name.

    Station workers hold their role for the first station, everybody else for the whole utility.

    Raises:
        WattwardenError: this is no demonstration, or no organisation is known yet.
    """
    if not demo:
        raise fail(
            "demo users",
            found="a server outside demo mode",
            expected="WATTWARDEN_DEMO=1",
            action="Make accounts with: wattwarden user add",
        )
    top, station = OrgUnit.objects.order_by("path").first(), OrgUnit.objects.filter(kind="station").first()
    if top is None:
        raise fail("demo users", found="no organisation", expected="a published scan")
    staff = roles()
    for name, role in staff.items():
        user, is_new = User.objects.get_or_create(username=name)
        if is_new:
            # Hashing a password is slow on purpose, so it is not repeated at every start.
            user.set_password(DEMO_PASSWORD)
            user.display_name = role.title.zh
            user.staff_id = f"demo-{name}"
            user.save()
        org = station if name == "station_worker" and station else top
        RoleGrant.objects.get_or_create(user=user, role=name, org=org)
    return {name: name for name in roles()}


def demo_accounts() -> list[str]:
    """Open accounts that still have the password of the demonstration."""
    users = User.objects.filter(is_active=True, username__in=roles()).order_by("username")
    return [user.username for user in users if user.check_password(DEMO_PASSWORD)]
