"""Every guard of ours complains about a sample that breaks it, and stays silent about a good one."""

from collections.abc import Callable, Iterator

import pytest

from scripts import guards
from scripts.guards import Source, complaints

LONG_BODY = "def f() -> None:\n" + "    a = 1\n" * 71
BAD = [
    (guards.long_modules, "src/wattwarden/app/x.py", "a = 1\n" * 501),
    (guards.long_functions, "src/wattwarden/app/x.py", LONG_BODY),
    (guards.silent_handlers, "src/wattwarden/app/x.py", "try:\n    f()\nexcept OSError:\n    return\n"),
    (guards.silent_handlers, "src/wattwarden/app/x.py", "try:\n    f()\nexcept OSError:\n    pass\n"),
    (guards.float_money, "src/wattwarden/calc/x.py", "amount_fen = 0.5 * other\n"),
    (guards.float_money, "src/wattwarden/calc/x.py", "total = float(price)\n"),
    (guards.float_money, "src/wattwarden/calc/x.py", "def f(loss_fen: float) -> None: ...\n"),
    (guards.float_money, "src/wattwarden/calc/x.py", "x = bill.amount_fen.astype(np.float64)\n"),
    (guards.unexplained_ignores, "tests/x.py", "x = f()  # no" + "qa\n"),
    (guards.unexplained_ignores, "tests/x.py", "x = f()  # no" + "qa: S101\n"),
    (guards.unexplained_ignores, "tests/x.py", "x = f()  # ty" + "pe: ignore[arg-type]\n"),
    (guards.unexplained_ignores, "tests/x.py", "x = f()  # ty" + "pe: ignore because it is so\n"),
    (guards.foreign_words, "docs/x.md", "see /wo" + "rk/shared\n"),
    (guards.foreign_words, "docs/x.md", "written by Cla" + "ude\n"),
    (guards.unsourced_formulas, "src/wattwarden/calc/x.py", '"""Losses."""\n'),
]
GOOD = [
    (guards.long_modules, "src/wattwarden/app/x.py", "a = 1\n" * 500),
    (guards.long_functions, "src/wattwarden/app/x.py", LONG_BODY.replace("    a = 1\n", "", 2)),
    (
        guards.silent_handlers,
        "src/wattwarden/app/x.py",
        "try:\n    f()\nexcept OSError:\n    return None, 1\n",
    ),
    (guards.float_money, "src/wattwarden/calc/x.py", "amount_fen = 5\nload_kw = 0.5\n"),
    (guards.unexplained_ignores, "tests/x.py", "x = f()  # no" + "qa: S101 the sample must fail\n"),
    (
        guards.unexplained_ignores,
        "tests/x.py",
        "x = f()  # ty" + "pe: ignore[arg-type]  # a wrong type on purpose\n",
    ),
    (guards.foreign_words, "docs/x.md", "a workshop for customers\n"),
    (guards.unsourced_formulas, "src/wattwarden/calc/x.py", '"""Losses. Source: DL/T 686."""\n'),
    (guards.unsourced_formulas, "src/wattwarden/app/x.py", '"""No formula here."""\n'),
]
Guard = Callable[[Source], Iterator[str]]


@pytest.mark.parametrize(("guard", "path", "text"), BAD)
def test_guard_trips(guard: Guard, path: str, text: str) -> None:
    assert list(guard(Source(path, text)))


@pytest.mark.parametrize(("guard", "path", "text"), BAD)
def test_each_guard_is_part_of_the_run(guard: Guard, path: str, text: str) -> None:
    expected = next(guard(Source(path, text)))
    assert expected in set(complaints([Source(path, text)]))


@pytest.mark.parametrize(("guard", "path", "text"), GOOD)
def test_guard_stays_silent(guard: Guard, path: str, text: str) -> None:
    assert not list(guard(Source(path, text)))


@pytest.mark.parametrize("sizes", [[], [121] * 3, [10] * 8 + [301] * 2])
def test_spread_trips(sizes: list[int]) -> None:
    assert list(guards.spread("modules", sizes, guards.MODULE_LINES))


def test_spread_stays_silent_within_the_limits() -> None:
    assert not list(guards.spread("modules", [120, 120, 500], guards.MODULE_LINES))


def test_docstring_does_not_count_as_function_length() -> None:
    source = Source("x.py", 'def f() -> int:\n    """One.\n\n    Two.\n    """\n    return 1\n')
    assert guards.function_lines(source.functions[0]) == 2
