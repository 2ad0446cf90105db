"""Which rules there are, with the site's settings, and which the user chose."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from wattwarden.domain.content import BUILT_IN
from wattwarden.domain.errors import Problem, WattwardenError, fail
from wattwarden.rulekit.load import load_rules, load_site_rules, load_sound_rules, with_site
from wattwarden.rulekit.model import Rule

SITE_CONTENT = "content"
"""Folder below the home in which a site keeps its settings."""
OWN_RULES = Path(SITE_CONTENT) / "own"
"""Folder below the home in which a site keeps rules of its own."""


def all_rules(home: Path | None = None) -> dict[str, Rule]:
    """Built-in rules and the site's own, with the site's settings laid over them.

    Raises:
        WattwardenError: a rule file is faulty.
    """
    rules, faulty = sound_rules(home)
    if faulty:
        raise WattwardenError(*(problem for problems in faulty.values() for problem in problems))
    return rules


def sound_rules(home: Path | None) -> tuple[dict[str, Rule], dict[str, tuple[Problem, ...]]]:
    """The rules that load, and the problems of the site's own that do not, both by id.

    Raises:
        WattwardenError: a built-in rule or the site's settings are faulty.
    """
    built_in = load_rules(BUILT_IN)
    if home is None:
        return built_in, {}
    own, faulty = load_sound_rules(home / OWN_RULES)
    for rule_id in own.keys() & built_in.keys():
        expected = "an id of its own, or settings in content/rules/"
        faulty[rule_id] = (Problem(f"own rule {rule_id}", "a built-in rule of this id", expected),)
    return with_site({**own, **built_in}, load_site_rules(home / SITE_CONTENT)), faulty


def chosen_rules(wanted: Collection[str], home: Path | None = None) -> Sequence[Rule]:
    """The rules named, in catalogue order; all of them when none is named.

    A name may be a whole id, a chapter (``theft``) or a risk point (``1.2.2``).

    Raises:
        WattwardenError: a name fits no rule.
    """
    return choose(all_rules(home), wanted)


def choose(rules: Mapping[str, Rule], wanted: Collection[str]) -> Sequence[Rule]:
    """Those of ``rules`` that ``wanted`` names; all of them when it names none.

    Raises:
        WattwardenError: a name fits no rule.
    """
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
