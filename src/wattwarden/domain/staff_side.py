"""Which findings are about the utility's own people: those that name a member of staff as proof.

The data contract says which columns name staff (``ref: staff``). A finding whose subject is a member of
staff, or whose proof has such a column, is about how the utility's people work: it goes to an inbox that the
department does not read. Who is named there never sees it, whatever his role.
"""

import functools
import json
import re
from collections.abc import Collection
from dataclasses import dataclass

from wattwarden.domain.tables import Contract

STAFF = "staff"
_SEPARATOR = "|"


@dataclass(frozen=True)
class NamedStaff:
    """What a finding says about staff.

    Args:
        is_staff_side: It belongs in the inbox of those who audit staff.
        staff_ids: The members of staff it names, or whose change it is about, in one text that ``mark`` finds
            them in.
    """

    is_staff_side: bool
    staff_ids: str


def named_staff(
    contract: Contract, subject_kind: str, subject_id: str, proof: str, authors: Collection[str] = ()
) -> NamedStaff:
    """What a finding says about staff.

    Args:
        authors: Who made the changes that the finding is about; the finding stays the department's, but not
            theirs.
        proof: The JSON object of the values that prove it. A column of staff without a value (nobody
            approved) still makes the finding staff-side: it is about the procedure of the office.
    """
    columns = contract.staff_columns
    values = json.loads(proof) if _mention(columns).search(proof) else {}
    present = columns & values.keys()
    named = {str(values[name]) for name in present if values[name] is not None} | set(authors)
    if subject_kind == STAFF:
        named.add(subject_id)
    return NamedStaff(bool(present) or subject_kind == STAFF, joined(named))


@functools.cache
def _mention(columns: frozenset[str]) -> re.Pattern[str]:
    """Finds what may be one of the columns; most proofs have none and need not be parsed."""
    return re.compile("|".join(f'"{re.escape(name)}"' for name in sorted(columns)))


def joined(staff_ids: set[str]) -> str:
    """Staff numbers as one text; empty for none."""
    return "".join(map(mark, sorted(staff_ids))).replace(_SEPARATOR * 2, _SEPARATOR)


def parted(text: str) -> frozenset[str]:
    """The staff numbers of a text that ``joined`` made."""
    return frozenset(number for number in text.split(_SEPARATOR) if number)


def mark(staff_id: str) -> str:
    """What a text of staff numbers contains when it names ``staff_id``."""
    return f"{_SEPARATOR}{staff_id}{_SEPARATOR}"
