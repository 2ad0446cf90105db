"""A result with its worked steps: what was computed, from which numbers, by which clause, in both languages.

A clerk must be able to follow it with a pencil, so a step shows the numbers put into the formula, not names.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from wattwarden.domain.labels import VERIFICATION, Label, Language, Verification
from wattwarden.domain.money import yuan_text

YUAN = Label(zh="元", en="yuan")


@dataclass(frozen=True)
class Basis:
    """What a step rests on.

    Attributes:
        reference: A clause (``file.article``) or a price document.
        verified: How it was checked.
    """

    reference: str
    verified: Verification

    def text(self, language: Language) -> str:
        """The reference with its standing."""
        return f"{self.reference} [{VERIFICATION[self.verified].text(language)}]"


@dataclass(frozen=True)
class Step:
    """One line of a derivation.

    Attributes:
        what: What is computed.
        working: The formula with the numbers put in; empty where the value is given.
        value: The result: an exact figure, or whole fen where ``is_money``.
        unit: Unit of the value, None for a bare number; money is shown in yuan.
        basis: What it rests on.
    """

    what: Label
    value: Decimal | int
    unit: Label | None = YUAN
    working: Label | None = None
    basis: tuple[Basis, ...] = ()
    is_money: bool = False

    def amount(self) -> str:
        """The value as it is printed, without its unit."""
        if self.is_money:
            return yuan_text(int(self.value))
        if isinstance(self.value, Decimal) and self.value == self.value.to_integral_value():
            return f"{int(self.value):,}"
        return f"{self.value.normalize():,f}" if isinstance(self.value, Decimal) else f"{self.value:,}"

    def text(self, language: Language) -> str:
        """The step as one line."""
        working = f"{self.working.text(language)} = " if self.working else ""
        basis = "".join(f"  ({b.text(language)})" for b in self.basis)
        colon = "：" if language == "zh" else ": "
        unit = self.unit.text(language) if self.unit else ""
        return f"{self.what.text(language)}{colon}{working}{self.amount()}{' ' + unit if unit else ''}{basis}"


def money(what: Label, fen: int, working: Label | None = None, basis: Sequence[Basis] = ()) -> Step:
    """A step whose value is money in whole fen."""
    return Step(what, fen, YUAN, working, tuple(basis), is_money=True)


@dataclass(frozen=True)
class Worked:
    """A derivation: its title and steps in order; the last step is the result."""

    title: Label
    steps: tuple[Step, ...]

    def text(self, language: Language) -> str:
        """The derivation as numbered lines."""
        numbered = (f"{number:>2}. {step.text(language)}" for number, step in enumerate(self.steps, start=1))
        return "\n".join([self.title.text(language), *numbered])

    def rows(self, language: Language) -> list[dict[str, str]]:
        """The derivation as rows of a sheet: step, working, value, unit, basis."""
        return [
            {
                "what": step.what.text(language),
                "working": step.working.text(language) if step.working else "",
                "value": step.amount(),
                "unit": step.unit.text(language) if step.unit else "",
                "basis": "; ".join(b.text(language) for b in step.basis),
            }
            for step in self.steps
        ]
