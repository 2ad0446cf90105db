"""What a process file says; see docs/how-to/add-a-process.md for the tour."""

import hashlib
import json
from collections.abc import Mapping
from functools import cached_property
from typing import Literal

from pydantic import Field, model_validator

from wattwarden.calc.work_time.limits import Limit
from wattwarden.domain.labels import Label, Strict

Fact = bool | int | str
Name = str
HASH_LENGTH = 16
OWNER = "owner"
"""Stands among the roles of an action for whoever owns the case at that moment."""

Requirement = Literal[
    "note", "reason", "owner", "outcome", "cause", "amount", "until", "evidence", "checklist", "materials"
]
"""What an action cannot be done without."""


class FactKind(Label):
    """A fact about a case that decides limits or gates.

    Attributes:
        values: The codes it may have; none for a fact that is a number, a flag or free.
    """

    values: Mapping[str, Label] = Field(default_factory=dict)


class Material(Label):
    """A paper or a proof that belongs to a step.

    Attributes:
        when: Facts under which it is needed; none means always.
    """

    clause: str | None = None
    when: Mapping[str, Fact | tuple[Fact, ...]] = Field(default_factory=dict)


class Step(Strict):
    """A place where a case can stand.

    Attributes:
        kind: ``open`` is ours to work on; ``waiting`` is somebody else's turn; ``closed`` ends it.
        owner: Role that works on it.
        wakes: Action that the system takes when the date given on entering has come.
        verify_after_days: Days after which the rule's own data decide whether it was mended.
    """

    title: Label
    kind: Literal["open", "waiting", "closed"]
    owner: str
    checklist: tuple[Label, ...] = ()
    materials: Mapping[str, Material] = Field(default_factory=dict)
    wakes: str | None = None
    verify_after_days: int | None = Field(default=None, gt=0)


class Action(Strict):
    """Something that an actor may do.

    Attributes:
        origin: Steps from which it is possible; written ``from``.
        to: Step that it leads to; none where the case stays where it is.
        who: Roles that may; ``owner`` is whoever owns the case.
        not_by: Actions whose actors may not do this one: the second pair of eyes.
        gates: Gates of ``gates.yaml`` that must all be green.
        reopens: Begins a new round.
        takes: Whether the actor becomes the owner.
        keeps_owner: Whether the owner stays; otherwise the new step waits to be taken or assigned.
        returns_to: Actions; whoever took one of them last becomes the owner, for work that comes back.
        marks: Facts that it sets.
        asks: Facts that its form asks for.
        books: Entry of the ledger that the amount makes.
    """

    title: Label
    origin: tuple[str, ...] = Field(min_length=1, alias="from")
    to: str | None = None
    who: tuple[str, ...] = Field(min_length=1)
    requires: tuple[Requirement, ...] = ()
    reasons: Mapping[str, Label] = Field(default_factory=dict)
    outcomes: tuple[str, ...] = ()
    not_by: tuple[str, ...] = ()
    gates: tuple[str, ...] = ()
    clause: str | None = None
    reopens: bool = False
    takes: bool = False
    keeps_owner: bool = True
    returns_to: tuple[str, ...] = ()
    marks: Mapping[str, Fact] = Field(default_factory=dict)
    asks: tuple[str, ...] = ()
    books: Literal["claimed", "billed", "paid", "refunded", "waived"] | None = None

    @model_validator(mode="after")
    def _consistent(self) -> "Action":
        if ("reason" in self.requires) != bool(self.reasons):
            raise ValueError("reasons are listed exactly where a reason is required")
        if ("outcome" in self.requires) != bool(self.outcomes):
            raise ValueError("outcomes are listed exactly where an outcome is required")
        if self.books and "amount" not in self.requires:
            raise ValueError("an action that books requires an amount")
        return self


class Pause(Strict):
    """A lawful reason to stop clocks for a while.

    Attributes:
        steps: Steps in which it may begin.
        clocks: Clocks that it stops.
        longest: After so long the pause ends by itself; none means no limit.
    """

    title: Label
    who: tuple[str, ...] = Field(min_length=1)
    resumed_by: tuple[str, ...] = Field(min_length=1)
    steps: tuple[str, ...] = Field(min_length=1)
    clocks: tuple[str, ...] = Field(min_length=1)
    clause: str | None = None
    note: bool = True
    longest: Limit | None = None


class LimitRule(Strict):
    """The limit that holds under some facts.

    Attributes:
        when: Facts that must all be so; a list means any of its values.
        limit: None means that there is no limit, and so never a breach.
        clause: What it rests on; a limit without one is the site's own.
    """

    when: Mapping[str, Fact | tuple[Fact, ...]] = Field(default_factory=dict)
    limit: Limit | None
    clause: str | None = None


class Clock(Strict):
    """A time limit on part of the work.

    Attributes:
        runs_in: Steps in which it runs.
        stands_in: Steps in which it stands still and goes on afterwards.
        per_owner: Whether every new owner gets his own clock, from the hand-over on.
        on_return: What happens when the case comes back to the clock's steps within one round.
        on_reopen: What happens in a new round.
        limits: The first whose ``when`` fits holds; the last has none.
        warn_at_pct: Shares of the limit at which the owner is warned.
    """

    title: Label
    runs_in: tuple[str, ...] = Field(min_length=1)
    stands_in: tuple[str, ...] = ()
    per_owner: bool = False
    on_return: Literal["continue", "restart"] = "continue"
    on_reopen: Literal["continue", "restart"] = "restart"
    limits: tuple[LimitRule, ...] = Field(min_length=1)
    warn_at_pct: tuple[int, ...] = (80,)

    @model_validator(mode="after")
    def _consistent(self) -> "Clock":
        if self.limits[-1].when or not all(rule.when for rule in self.limits[:-1]):
            raise ValueError("limits: the last entry, and only it, has no 'when'")
        if both := set(self.runs_in) & set(self.stands_in):
            raise ValueError(f"{min(both)}: a clock either runs or stands in a step")
        if any(not 0 < share < 100 for share in self.warn_at_pct):  # noqa: PLR2004 - per cent
            raise ValueError("warn_at_pct: shares lie between 0 and 100")
        return self


class Escalation(Strict):
    """Who hears of a breach, and how long after it."""

    title: Label
    clock: str
    after: Limit | None = None
    to: tuple[str, ...] = Field(min_length=1)


class Outcome(Strict):
    """What a visit or an answer found; ``counts_as`` feeds the hit rate of rules."""

    title: Label
    counts_as: Literal["confirmed", "useful", "false", "cannot_tell", "not_done"]


class Returning(Strict):
    """What happens when a finding comes back after its case was closed.

    Attributes:
        action: Reopens the case, by the system.
        within_days: After the closing; later it makes a new case, related to the old one.
    """

    action: str
    within_days: int = Field(gt=0)


class Process(Strict):
    """One kind of work: one file below ``content/processes/``.

    Attributes:
        id: Name of the file.
        serves: Risk points and controls of ``risks.yaml``.
        subject: Table whose row the case is about.
        starts_in: First step.
    """

    id: str = Field(pattern=r"^[a-z_]+$")
    title: Label
    about: Label
    serves: tuple[str, ...] = Field(min_length=1)
    clauses: tuple[str, ...] = Field(min_length=1)
    subject: str
    starts_in: str
    facts: Mapping[str, FactKind] = Field(default_factory=dict)
    outcomes: Mapping[str, Outcome] = Field(default_factory=dict)
    causes: Mapping[str, Label] = Field(default_factory=dict)
    steps: Mapping[str, Step] = Field(min_length=2)
    actions: Mapping[str, Action] = Field(min_length=1)
    pauses: Mapping[str, Pause] = Field(default_factory=dict)
    clocks: Mapping[str, Clock] = Field(min_length=1)
    escalation: tuple[Escalation, ...] = ()
    returning: Returning | None = None

    @cached_property
    def hash(self) -> str:
        """Digest of everything the process says; recorded with each case."""
        canonical = json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()[:HASH_LENGTH]


def holds(when: Mapping[str, Fact | tuple[Fact, ...]], facts: Mapping[str, Fact]) -> bool:
    """Whether all the facts are so; a fact that is not known does not hold."""
    return all(
        facts.get(name) in (wanted if isinstance(wanted, tuple) else (wanted,)) and name in facts
        for name, wanted in when.items()
    )
