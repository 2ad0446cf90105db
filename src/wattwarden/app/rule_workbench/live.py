"""Which files of the site are no longer what was approved for them."""

from collections.abc import Mapping
from pathlib import Path

from django.db import connection

from wattwarden.app.rule_workbench.files import Target, tampered
from wattwarden.app.rule_workbench.states import State
from wattwarden.domain.errors import Problem
from wattwarden.records.connect import connect, has_store


def unapproved_rules(home: Path) -> Mapping[str, tuple[Problem, ...]]:
    """Problems, by rule, of files that were changed behind the workbench; a scan does not run these rules.

    Files that never went through the workbench are the site's own business.
    """
    if not has_store(home):
        return {}  # nothing was ever approved here, and a scan need not wait for Django
    connect(home)
    # Models can be imported only once Django knows its settings.
    from wattwarden.app.rule_workbench.drafts import target_of  # noqa: PLC0415 see the line above
    from wattwarden.records.models import RuleDraft  # noqa: PLC0415 see the line above

    if RuleDraft._meta.db_table not in connection.introspection.table_names():  # noqa: SLF001 Django's public name
        return {}
    written = RuleDraft.objects.filter(state__in=(State.LIVE.value, State.RETIRED.value)).exclude(
        live_hash=""
    )
    newest: dict[Target, tuple[str, str]] = {}
    # What is in force decides over what was retired before it, and the later one of the retired.
    for draft in written.order_by("changed_at"):
        target = target_of(draft)
        if (
            draft.state == State.LIVE.value
            or newest.get(target, (State.RETIRED.value,))[0] == State.RETIRED.value
        ):
            newest[target] = (draft.state, draft.live_hash)
    return tampered(home, [(target, wanted) for target, (_, wanted) in newest.items()])
