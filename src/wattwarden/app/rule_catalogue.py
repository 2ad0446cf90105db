"""Which rules there are, with the site's settings, and which the user chose."""

from collections.abc import Collection, Sequence
from pathlib import Path

from wattwarden.domain.content import BUILT_IN
from wattwarden.domain.errors import fail
from wattwarden.rulekit.load import load_rules, load_site_rules, with_site
from wattwarden.rulekit.model import Rule

SITE_CONTENT = "content"
"""Folder below the home in which a site keeps its settings."""
OWN_RULES = Path(SITE_CONTENT) / "own"
"""Folder below the home in which a site keeps rules of its own."""


def all_rules(home: Path | None = None) -> dict[str, Rule]:
    """Built-in rules and the site's own, with the site's settings laid over them."""
    rules = load_rules(BUILT_IN)
    if home is None:
        return rules
    site = home / SITE_CONTENT
    return with_site({**rules, **load_rules(home / OWN_RULES)}, load_site_rules(site))


def chosen_rules(wanted: Collection[str], home: Path | None = None) -> Sequence[Rule]:
    """The rules named, in catalogue order; all of them when none is named.

    A name may be a whole id, a chapter (``theft``) or a risk point (``1.2.2``).

    Raises:
        WattwardenError: a name fits no rule.
    """
    rules = all_rules(home)
    for name in wanted:
        if not any(_fits(rule, name) for rule in rules.values()):
            raise fail(
                f"rule {name}",
                found="nothing of that name",
                expected="a rule id, chapter or risk point",
                action="See 'wattwarden rules list'.",
            )
    return [rule for rule in rules.values() if not wanted or any(_fits(rule, name) for name in wanted)]


def _fits(rule: Rule, name: str) -> bool:
    return name in (rule.id, rule.chapter, rule.risk)
