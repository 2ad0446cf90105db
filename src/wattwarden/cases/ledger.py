"""Money of a case, derived from its events: found, claimed, billed, paid, refunded, waived; whole fen."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from wattwarden.cases.history import Event
from wattwarden.domain.errors import Problem
from wattwarden.domain.money import yuan_text

Book = Literal["found", "claimed", "billed", "paid", "refunded", "waived"]
BOOKS: tuple[Book, ...] = ("found", "claimed", "billed", "paid", "refunded", "waived")
CEILINGS: dict[str, str] = {"billed": "claimed", "paid": "billed", "waived": "billed"}
"""A book, and the one that it never exceeds; paid and waived together never exceed what was billed."""


@dataclass(frozen=True)
class Ledger:
    """Totals in fen. What nobody has sized or booked is 0 here and has no entry; see ``entries``."""

    found: int = 0
    claimed: int = 0
    billed: int = 0
    paid: int = 0
    refunded: int = 0
    waived: int = 0
    entries: tuple[tuple[int, Book, int], ...] = ()

    @property
    def open_fen(self) -> int:
        """Billed and neither paid nor waived."""
        return self.billed - self.paid - self.waived

    @property
    def made_good_fen(self) -> int:
        """What the case has put right, for whoever had lost."""
        return self.paid + self.refunded


def ledger(events: Sequence[Event]) -> Ledger:
    """Add up the entries of a history.

    The latest sizing of what was found replaces earlier ones; the other books add up.
    """
    entries = tuple((e.seq, book, e.amount_fen) for e in events for book in BOOKS
                    if e.book == book and e.amount_fen is not None)  # fmt: skip
    totals: dict[Book, int] = dict.fromkeys(BOOKS, 0)
    for _, book, amount_fen in entries:
        totals[book] = amount_fen if book == "found" else totals[book] + amount_fen
    return Ledger(**totals, entries=entries)


def booking_problems(balance: Ledger, book: str, amount_fen: int) -> Iterator[Problem]:
    """Why an amount cannot be booked: it is not positive, or more than the book before it holds."""
    if amount_fen <= 0:
        yield Problem(f"book {book}", found=f"{yuan_text(amount_fen)} yuan", expected="more than 0")
    left = room(balance, book)
    if left is not None and amount_fen > left:
        yield Problem(
            f"book {book}",
            found=f"{yuan_text(amount_fen)} yuan",
            expected=f"at most {yuan_text(left)} yuan, what is {CEILINGS[book]} and not yet {book}",
            action=f"Correct the amount, or enter what was {CEILINGS[book]} first.",
        )


def room(balance: Ledger, book: str) -> int | None:
    """How much more may be booked; None where nothing bounds it."""
    if book == "billed":
        return balance.claimed - balance.billed
    return balance.open_fen if book in CEILINGS else None
