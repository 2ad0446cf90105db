"""Columns and codes of the lists that leave the system: ``content/lists.yaml``."""

import functools
from collections.abc import Mapping
from typing import Literal

from wattwarden.domain.content import BUILT_IN, read_yaml, validate
from wattwarden.domain.labels import Label, Language, Strict

FILE = "lists.yaml"
Kind = Literal["text", "code", "fen", "date", "int", "share", "number", "seconds"]


class ListColumn(Strict):
    """One column of a list.

    Attributes:
        kind: How it is formatted; ``fen`` is whole fen in files for machines and yuan on screen.
        label: Name on screen.
        means: What it says, for the glossary.
    """

    kind: Kind
    label: Label
    means: Label


class Lists(Strict):
    """All lists by name with their columns in order, and the labels of codes by column."""

    lists: Mapping[str, Mapping[str, ListColumn]]
    words: Mapping[str, Mapping[str, Label]]


@functools.cache
def load_lists() -> Lists:
    """The lists, loaded once per process."""
    path = BUILT_IN / FILE
    return validate(Lists, read_yaml(path), str(path))


def word(kind: str, code: object, language: Language) -> str:
    """Label of ``code``; a code that is not known is shown as it is, an absent one as a dash.

    Args:
        kind: Which words, for example ``severity``.
        code: The code.
        language: Language of the label.
    """
    if code is None:
        return "–"
    label = load_lists().words[kind].get(str(code))
    return label.text(language) if label else str(code)
