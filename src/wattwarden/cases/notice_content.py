"""What ``notices.yaml`` says: quiet hours, digests, texts, and when a failed sending is tried again."""

from collections.abc import Mapping
from datetime import datetime, time
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field

from wattwarden.domain.content import BUILT_IN, overlaid
from wattwarden.domain.labels import Label, Strict

FILE = "notices.yaml"
Kind = Literal["warning", "breach", "escalation"]


class Quiet(Strict):
    """Hours in which nobody is disturbed; ``from`` may lie after ``to``, over midnight."""

    start: time = Field(alias="from")
    end: time = Field(alias="to")

    def holds(self, at: datetime) -> bool:
        """Whether ``at`` lies in the quiet hours."""
        clock = at.time()
        if self.start <= self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end


class NoticeRules(Strict):
    """``notices.yaml``.

    Attributes:
        digest_at: Times of the day at which notices that can wait are sent together.
        urgent_within_minutes: A warning that leaves less than this does not wait for the digest, nor for
            the end of the quiet hours.
        retry_minutes: Minutes to wait after the first, second, … failure; after the last one it is given up.
    """

    quiet: Quiet
    digest_at: tuple[time, ...] = Field(min_length=1)
    urgent_within_minutes: int = Field(ge=0)
    retry_minutes: tuple[int, ...] = Field(min_length=1)
    titles: Mapping[Kind, Label]
    lines: Mapping[Kind, Label]
    digest: Label


def load_notice_rules(root: Path = BUILT_IN, site: Path | None = None) -> NoticeRules:
    """Load the rules; a site's own file replaces the keys that it gives.

    Raises:
        WattwardenError: a key is unknown or missing.
    """
    return overlaid(NoticeRules, FILE, root, site)


@cache
def notice_rules() -> NoticeRules:
    """The built-in rules, loaded once."""
    return load_notice_rules()
