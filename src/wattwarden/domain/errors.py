"""The one error type: it names the subject, what was found, what was expected and what to do."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, as a value, so that a check can report them all in one run.

    Args:
        subject: Which file, row, rule or setting it is about.
        found: What is there.
        expected: What should be there.
        action: What the reader can do about it.
    """

    subject: str
    found: str
    expected: str
    action: str = ""

    def __str__(self) -> str:
        text = f"{self.subject}: found {self.found}; expected {self.expected}"
        return f"{text}. {self.action}" if self.action else text


@dataclass(frozen=True)
class Barred(Problem):
    """What forbids it to this person, by his role or his part in it, whatever he hands in."""


class WattwardenError(Exception):
    """Raised when one operation cannot go on; carries every problem that was seen."""

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__("\n".join(map(str, problems)))


class NotFoundError(WattwardenError):
    """What was asked for does not exist, or not for who asks: an answer never tells which."""


class StaleError(WattwardenError):
    """What the action was decided on has changed meanwhile; it must be looked at again."""


class NotAllowedError(WattwardenError):
    """The role does not allow it, or this person may not do it here, whatever he hands in."""


def fail(subject: str, *, found: object, expected: str, action: str = "") -> WattwardenError:
    """Build the error of a single problem, to be raised by the caller."""
    return WattwardenError(Problem(subject, str(found), expected, action))


def forbidden(subject: str, *, found: str, expected: str, action: str = "") -> NotAllowedError:
    """The error for what the role does not allow, whatever the row."""
    return NotAllowedError(Problem(subject, found, expected, action))


def absent(subject: str, *, expected: str) -> NotFoundError:
    """The error for what does not exist for who asks."""
    return NotFoundError(Problem(subject, "nothing that you may see", expected))
