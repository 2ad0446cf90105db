"""The figures behind the ranking: ``content/scoring.yaml``."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from pydantic import Field, field_validator, model_validator

from wattwarden.domain.case import Place
from wattwarden.domain.content import BUILT_IN, overlaid
from wattwarden.domain.labels import Label, Strict

FILE = "scoring.yaml"


def _exact(value: object) -> object:
    # YAML reads 0.3 as a float; its shortest decimal is what the author wrote.
    return Decimal(repr(value)) if isinstance(value, float) else value


class PlaceCost(Strict):
    """What looking at a case costs at one kind of place.

    Attributes:
        cost_fen: One visit, or one look at the desk.
        harm_fen: Harm done when it turns out that nothing was wrong.
        subject_kinds: Subjects of findings that are looked at there.
    """

    cost_fen: int = Field(ge=0)
    cost_because: Label
    harm_fen: int = Field(ge=0)
    harm_because: Label
    subject_kinds: tuple[str, ...] = ()


class DeskRisks(Strict):
    """Risk points whose findings are settled at the desk, whatever their subject."""

    risks: tuple[str, ...]
    because: Label


class Share(Strict):
    """A number from 0 to 1 with its reason."""

    value: Decimal = Field(ge=0, le=1)
    because: Label

    _from_yaml = field_validator("value", mode="before")(_exact)


class RecoveredShare(Strict):
    """Share of a confirmed loss that is made good, by who loses; ``none`` for consequences not sized."""

    utility_loses: Decimal = Field(ge=0, le=1)
    customer_loses: Decimal = Field(ge=0, le=1)
    none: Decimal = Field(ge=0, le=1)
    because: Label

    _from_yaml = field_validator("utility_loses", "customer_loses", "none", mode="before")(_exact)


class ScoringParameters(Strict):
    """Everything that the ranking assumes.

    Attributes:
        places: Costs by place; all of ``Place`` must be there.
        same_cause_weight: How much a further rule of the same cause counts as evidence.
        probability_ceiling: Highest probability before anybody has looked.
    """

    places: Mapping[Place, PlaceCost]
    desk_risks: DeskRisks
    same_cause_weight: Share
    probability_ceiling: Share
    recovered_share: RecoveredShare

    @model_validator(mode="after")
    def _all_places(self) -> "ScoringParameters":
        missing = [place for place in Place if place not in self.places]
        if missing:
            raise ValueError(f"places: no costs for {', '.join(missing)}")
        return self


def load_scoring_parameters(root: Path = BUILT_IN, site: Path | None = None) -> ScoringParameters:
    """Load the parameters; a site's own ``scoring.yaml`` replaces the keys that it gives.

    Args:
        root: Content folder.
        site: Content folder of the site, which may not exist or may not have the file.

    Raises:
        WattwardenError: a key is unknown or missing, or a number out of range.
    """
    return overlaid(ScoringParameters, FILE, root, site)
