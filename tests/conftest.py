"""What every test starts from."""

from collections.abc import Iterator

import pytest

from wattwarden.cli.output import choose_language


@pytest.fixture(autouse=True)
def language_of_the_environment() -> Iterator[None]:
    """A language that one test chose by ``--lang`` does not reach the next."""
    yield
    choose_language(None)
