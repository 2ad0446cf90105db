"""Exact figures as options of a command."""

from decimal import Decimal, InvalidOperation
from typing import Any

import typer

from wattwarden.cli.output import say


def figure(text: str) -> Decimal:
    """An exact figure as it was typed.

    Raises:
        BadParameter: it is not a number.
    """
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        raise typer.BadParameter(
            say(f"{text} 不是数字，应如 1234.5", f"found {text}, expected a number such as 1234.5")
        )
    return value


def number(help_text: str) -> Any:  # noqa: ANN401 - typer's parameter, as its own functions return it
    """A figure that is kept exact: typer would make it a float."""
    return typer.Option(parser=figure, metavar="<number>", help=help_text)
