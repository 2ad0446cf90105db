"""Who acts, what he hands in, and what comes of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from wattwarden.cases.history import Event
from wattwarden.cases.process import Fact
from wattwarden.cases.situation import GateResult
from wattwarden.domain.errors import Problem


@dataclass(frozen=True)
class Actor:
    """Who acts. The organisation is checked by the loader of the store, before it comes to this."""

    id: str
    roles: frozenset[str]


@dataclass(frozen=True)
class Given:
    """What the actor hands in with an action.

    Attributes:
        version: Number of the latest event that the actor has seen.
        owner_id: Who gets the case; an empty text puts it back for anybody to take.
        facts: Facts that change.
        checked: Indexes of checklist entries that were ticked, as texts.
        materials: Materials that are there.
        evidence: Digests of photos and papers.
    """

    version: int
    owner_id: str | None = None
    reason: str = ""
    note: str = ""
    outcome: str = ""
    cause: str = ""
    amount_fen: int | None = None
    until: date | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict)
    checked: tuple[str, ...] = ()
    materials: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class Decision:
    """New events, or why there are none; ``gates`` tells how each gate of the action stands."""

    events: tuple[Event, ...] = ()
    problems: tuple[Problem, ...] = ()
    gates: tuple[GateResult, ...] = ()

    @property
    def is_allowed(self) -> bool:
        """Whether it happened."""
        return not self.problems


@dataclass(frozen=True)
class Opening:
    """What a case begins with.

    Attributes:
        subject_staff_ids: Staff whom it is about.
        author_ids: Staff whose change it is about.
    """

    facts: Mapping[str, Fact] = field(default_factory=dict)
    owner_id: str | None = None
    note: str = ""
    subject_staff_ids: tuple[str, ...] = ()
    author_ids: tuple[str, ...] = ()
