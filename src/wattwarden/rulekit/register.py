"""The risk register and the clauses that rules point at."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import Field

from wattwarden.domain.content import BUILT_IN, content_files, read_yaml, validate
from wattwarden.domain.labels import Label, Strict, Verification


class RiskPoint(Strict):
    """A risk point or control of the mission.

    Attributes:
        consequence_fen: What one confirmed case costs where the rule itself sizes no money
            (handling, compensation, reputation); an assumption of the site.
    """

    title: Label
    goes_wrong: Label
    kind: Literal["risk", "control"]
    consequence_fen: int = Field(ge=0)
    consequence_because: Label


class Register(Strict):
    """``risks.yaml``."""

    source: Label
    points: Mapping[str, RiskPoint]


class Article(Strict):
    """One article of a law or policy, told in our own words.

    Attributes:
        number: As printed, for example "Art. 39".
        verified: How well the text is known; anything but ``verified`` is shown as such.
    """

    number: str
    zh: str
    en: str
    verified: Verification


class Law(Strict):
    """One law, rule or policy: one file below ``content/clauses/``."""

    title: Label
    issuer: Label
    document: str
    source: str
    in_force_from: date | None
    in_force_to: date | None = None
    articles: Mapping[str, Article]


class Clause(Strict):
    """An article together with its law, as findings cite it."""

    ref: str
    law: Law
    article: Article


def load_register(root: Path = BUILT_IN) -> Register:
    """Load the risk register."""
    path = root / "risks.yaml"
    return validate(Register, read_yaml(path), str(path))


def load_clauses(root: Path = BUILT_IN) -> dict[str, Clause]:
    """Load all articles by ``file.article``."""
    clauses = {}
    for path in content_files("clauses", root):
        law = validate(Law, read_yaml(path), str(path))
        for name, article in law.articles.items():
            ref = f"{path.stem}.{name}"
            clauses[ref] = Clause(ref=ref, law=law, article=article)
    return clauses
