"""Which step of a draft follows which, who may take it, and what binds an approval to a text."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from wattwarden.domain.access import Permission
from wattwarden.domain.errors import Problem, StaleError, fail, forbidden


class State(StrEnum):
    """Where a draft stands; a draft never vanishes."""

    DRAFT = "draft"
    CHECKED = "checked"
    BACKTESTED = "backtested"
    PROPOSED = "proposed"
    APPROVED = "approved"
    LIVE = "live"
    REPLACED = "replaced"
    RETIRED = "retired"


WAY = (
    State.DRAFT, State.CHECKED, State.BACKTESTED, State.PROPOSED, State.APPROVED, State.LIVE, State.RETIRED,
)  # fmt: skip
"""The steps in their order, as pages show them."""
OPEN = (State.DRAFT, State.CHECKED, State.BACKTESTED, State.PROPOSED, State.APPROVED)
"""States in which the text may still be edited; an edit begins anew."""


@dataclass(frozen=True)
class Move:
    """One step.

    Attributes:
        since: States in which it can be taken.
        to: State afterwards.
        needs: Whoever takes it has one of these permissions.
        by_another: Only by somebody who wrote no part of the text.
        says_why: Only with a reason.
    """

    since: tuple[State, ...]
    to: State
    needs: tuple[Permission, ...]
    by_another: bool = False
    says_why: bool = False


MOVES: Mapping[str, Move] = {
    "save": Move(OPEN, State.DRAFT, ("write_rules",)),
    "check": Move((State.DRAFT, State.CHECKED), State.CHECKED, ("write_rules",)),
    "backtest": Move((State.CHECKED, State.BACKTESTED), State.BACKTESTED, ("write_rules",)),
    "propose": Move((State.BACKTESTED,), State.PROPOSED, ("write_rules",), says_why=True),
    "approve": Move((State.PROPOSED,), State.APPROVED, ("approve_rules",), by_another=True),
    "reject": Move((State.PROPOSED, State.APPROVED), State.DRAFT, ("approve_rules",), says_why=True),
    "go_live": Move((State.APPROVED,), State.LIVE, ("write_rules", "approve_rules")),
    "replace": Move((State.LIVE,), State.REPLACED, ("write_rules", "approve_rules")),
    "retire": Move((State.LIVE,), State.RETIRED, ("approve_rules",), by_another=True, says_why=True),
}


@dataclass(frozen=True)
class Standing:
    """What a step depends on.

    Args:
        text_hash: Content hash of the text as it stands.
        approved_hash: Content hash that was approved; empty before.
        authors: Numbers of all accounts that wrote any part of it.
    """

    state: State
    text_hash: str
    approved_hash: str
    authors: frozenset[int]


@dataclass(frozen=True)
class Step:
    """What somebody wants to do.

    Args:
        name: A key of ``MOVES``.
        by: Number of his account.
        may: His permissions for the whole utility.
        seen_hash: Content hash of the text that he had before him.
    """

    name: str
    by: int
    may: Collection[Permission]
    seen_hash: str
    reason: str = ""


def next_state(standing: Standing, step: Step) -> State:
    """The state after the step.

    Raises:
        WattwardenError: it is not the turn of this step, he may not take it, he wrote the text himself, the
            text is not the one he saw, or a reason is missing.
    """
    move = MOVES.get(step.name)
    if move is None or standing.state not in move.since:
        possible = ", ".join(possible_steps(standing.state)) or "no step any more"
        raise fail(f"draft in state {standing.state}", found=f"step {step.name}", expected=possible)
    if not set(move.needs) & set(step.may):
        raise forbidden(
            f"step {step.name}", found="a role that may not",
            expected=" or ".join(move.needs) + " for the whole utility",
        )  # fmt: skip
    if move.by_another and step.by in standing.authors:
        raise forbidden(
            f"step {step.name}", found="an author of this text", expected="another person",
            action="Ask a colleague who may approve rules and wrote no part of this text.",
        )  # fmt: skip
    if step.seen_hash != standing.text_hash:
        raise StaleError(Problem(
            "text of the draft", f"content {standing.text_hash[:12]}",
            f"content {step.seen_hash[:12] or '(none)'}, which you had before you",
            "It was changed meanwhile; open the page again.",
        ))  # fmt: skip
    if step.name == "go_live" and standing.approved_hash != standing.text_hash:
        raise fail(
            "text of the draft", found=f"content {standing.text_hash[:12]}",
            expected=f"content {standing.approved_hash[:12] or '(none)'}, which was approved",
        )  # fmt: skip
    if move.says_why and not step.reason.strip():
        raise fail(f"step {step.name}", found="no reason", expected="why, for those who come later")
    return move.to


def possible_steps(state: State) -> tuple[str, ...]:
    """Names of the steps that can follow."""
    return tuple(name for name, move in MOVES.items() if state in move.since)
