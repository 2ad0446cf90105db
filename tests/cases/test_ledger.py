"""Money of a case: what must hold whatever is booked."""

from hypothesis import given
from hypothesis import strategies as st

from tests.cases.practice import at
from wattwarden.cases.history import Event, EventKind
from wattwarden.cases.ledger import BOOKS, Book, Ledger, booking_problems, ledger, room


def entry(seq: int, book: str, fen: int) -> Event:
    return Event(
        seq=seq, at=at("11-23 09:00"), kind=EventKind.BOOKED, actor_id="b1", book=book, amount_fen=fen
    )


def test_a_case_booked_by_hand() -> None:
    booked = [("found", 90_000), ("found", 80_000), ("claimed", 60_000), ("billed", 50_000), ("paid", 20_000),
              ("waived", 5_000), ("refunded", 700)]  # fmt: skip
    found = ledger([entry(n, book, fen) for n, (book, fen) in enumerate(booked, start=1)])
    assert (found.found, found.claimed, found.billed, found.paid, found.waived) == (
        80_000,
        60_000,
        50_000,
        20_000,
        5_000,
    )
    assert (found.open_fen, found.made_good_fen) == (25_000, 20_700)
    assert len(found.entries) == 7


def test_nothing_booked_is_nothing() -> None:
    assert ledger([]) == Ledger()


wishes = st.lists(st.tuples(st.sampled_from(BOOKS), st.integers(-100, 10_000)), max_size=40)


@given(wishes)
def test_whatever_is_tried_the_books_hold(tries: list[tuple[Book, int]]) -> None:
    """Never more billed than claimed, nor more paid and waived than billed; every accepted fen is kept."""
    events: list[Event] = []
    sums: dict[Book, int] = dict.fromkeys(BOOKS, 0)
    for book, fen in tries:
        balance = ledger(events)
        if list(booking_problems(balance, book, fen)):
            left = room(balance, book)
            assert fen <= 0 or (left is not None and fen > left)
            continue
        events.append(entry(len(events) + 1, book, fen))
        sums[book] = fen if book == "found" else sums[book] + fen
    found = ledger(events)
    assert {book: getattr(found, book) for book in BOOKS} == sums
    assert 0 <= found.paid + found.waived <= found.billed <= found.claimed
    assert found.open_fen == found.billed - found.paid - found.waived >= 0
