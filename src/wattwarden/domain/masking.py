"""Hide personal data so that a list stays useful: who it is can be recognised, not contacted or copied.

The conventions are those of DOMAIN section I: telephone 3 + 4 digits, identity number 3 + 4, the first
character of a person's name, city and last four characters of a company's, an address up to the street or
town, the last four digits of an account, all but the middle four of a customer number. A value too short
for its convention is hidden as a whole. Masking twice changes nothing more.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from wattwarden.domain.tables import Contract, Mask

HIDDEN = "****"
_PHONE_KEEPS, _ID_KEEPS, _COMPANY_TAIL, _ACCOUNT_TAIL, _NUMBER_HIDES = (3, 4), (3, 4), 4, 4, 4
_SHORTEST_NUMBER = 6
_SHORTEST_ACCOUNT = 8
_LONGEST_PERSON = 4
_LETTERS_SHOWN = 2

_COMPANY = re.compile(
    r"公司|集团|厂|店|局|院|所|校|学|银行|中心|委员会|政府|合作社|商行|部|站|村|协会|酒店|超市"
    r"|\b(co|company|ltd|inc|plc|corp|works|factory|mill|school|hospital|bank|council|shop|hotel)\b",
    re.IGNORECASE,
)
_CITY = re.compile(r"^.{1,8}?(?:市|县|区|州)")
_STREET = re.compile(r"^.*?(?:街道|大道|[路街镇乡])")
_DISTRICT = re.compile(r"^.*[省市县区州]")
_HAN = re.compile(r"[\u3400-\u9fff]")


def mask(value: str, kind: Mask) -> str:
    """Hide ``value`` by the convention of its class; an empty value stays empty."""
    return _CONVENTIONS[kind](value) if value else value


@dataclass(frozen=True)
class Masker:
    """Masks values by the names of their columns.

    Attributes:
        kinds: Mask class by column name, of every column that some table masks.
        subjects: Name of the key column by table, for the subjects of findings.
    """

    kinds: Mapping[str, Mask]
    subjects: Mapping[str, str]

    @classmethod
    def of(cls, contract: Contract) -> "Masker":
        """The masker of a data contract; where tables differ about a name, it is hidden."""
        kinds = {
            name: column.mask
            for table in contract.tables.values()
            for name, column in table.columns.items()
            if column.mask is not None
        }
        return cls(kinds, {name: table.key[0] for name, table in contract.tables.items()})

    def showing(self, kind: Mask) -> "Masker":
        """The same masker, except that values of class ``kind`` are shown."""
        return Masker({name: k for name, k in self.kinds.items() if k != kind}, self.subjects)

    def value(self, column: str, value: object) -> object:
        """``value`` as it may be shown; unchanged when its column is not masked."""
        kind = self.kinds.get(column)
        return value if kind is None or value is None else mask(str(value), kind)

    def subject(self, table: str, subject_id: str | None) -> str | None:
        """Identifier of a finding's subject as it may be shown."""
        shown = self.value(self.subjects.get(table, ""), subject_id)
        return None if shown is None else str(shown)


def _keep(value: str, first: int, last: int) -> str:
    if len(value) < first + len(HIDDEN) + last:
        return HIDDEN + value[-last:] if len(value) >= len(HIDDEN) + last else HIDDEN
    return value[:first] + "*" * (len(value) - first - last) + value[len(value) - last :]


def _phone(value: str) -> str:
    return _keep(value, *_PHONE_KEEPS)


def _id_number(value: str) -> str:
    return _keep(value, *_ID_KEEPS)


def _name(value: str) -> str:
    is_person = len(value) <= _LONGEST_PERSON or not _HAN.search(value)
    if is_person and not _COMPANY.search(value):
        return value[0] + "**"
    city = _CITY.match(value)
    tail = value[-_COMPANY_TAIL:]
    head = city.group() if city and city.end() + len(tail) < len(value) else value[0]
    return f"{head}{HIDDEN}{tail}" if len(value) > len(head) + len(tail) else value[0] + "**"


def _address(value: str) -> str:
    shown = _STREET.match(value) or _DISTRICT.match(value)
    return shown.group() + HIDDEN if shown else HIDDEN


def _account(value: str) -> str:
    return HIDDEN + value[-_ACCOUNT_TAIL:] if len(value) >= _SHORTEST_ACCOUNT else HIDDEN


def _customer_no(value: str) -> str:
    if len(value) < _SHORTEST_NUMBER:
        return HIDDEN
    start = (len(value) - _NUMBER_HIDES) // 2
    return value[:start] + "*" * _NUMBER_HIDES + value[start + _NUMBER_HIDES :]


def _location(value: str) -> str:
    # One decimal of a degree is about 10 km: the county shows, the house does not.
    try:
        return f"{Decimal(value):.1f}"
    except InvalidOperation:
        return HIDDEN


def _text(value: str) -> str:
    return value[:_LETTERS_SHOWN] + HIDDEN if len(value) > _LETTERS_SHOWN + len(HIDDEN) else HIDDEN


_CONVENTIONS = {
    "name": _name,
    "phone": _phone,
    "id_number": _id_number,
    "address": _address,
    "account": _account,
    "location": _location,
    "customer_no": _customer_no,
    "text": _text,
}
