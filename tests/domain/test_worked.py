"""A derivation reads like a clerk's sheet, in both languages."""

from decimal import Decimal

from wattwarden.domain.labels import Label
from wattwarden.domain.worked import Basis, Step, Worked, money

KWH = Label(zh="千瓦时", en="kWh")
BASIS = Basis("(83)水电财字215号", "verified_by_copy")
SHEET = Worked(
    Label(zh="尖段电费", en="Sharp-peak energy"),
    (
        Step(Label(zh="电量", en="Energy"), Decimal("60000.00"), KWH),
        Step(Label(zh="单价", en="Price"), Decimal("1.15008000"), Label(zh="元/千瓦时", en="yuan/kWh")),
        money(
            Label(zh="金额", en="Amount"),
            6_900_480,
            Label(zh="60,000 × 1.15008", en="60,000 × 1.15008"),
            (BASIS,),
        ),
    ),
)


def test_each_step_shows_its_numbers_unit_and_basis() -> None:
    assert SHEET.text("en").splitlines() == [
        "Sharp-peak energy",
        " 1. Energy: 60,000 kWh",
        " 2. Price: 1.15008 yuan/kWh",
        " 3. Amount: 60,000 × 1.15008 = 69,004.80 yuan  ((83)水电财字215号 [verified from a copy])",
    ]
    assert (
        SHEET.text("zh").splitlines()[3]
        == " 3. 金额：60,000 × 1.15008 = 69,004.80 元  ((83)水电财字215号 [据转载核实])"
    )


def test_rows_for_a_sheet() -> None:
    assert SHEET.rows("en")[2] == {
        "what": "Amount", "working": "60,000 × 1.15008", "value": "69,004.80", "unit": "yuan",
        "basis": "(83)水电财字215号 [verified from a copy]",
    }  # fmt: skip
