"""Load rule files, and the settings that a site lays over them."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

from pydantic import Field

from wattwarden.domain.content import BUILT_IN, content_files, read_yaml, validate
from wattwarden.domain.errors import Problem, WattwardenError, fail
from wattwarden.domain.labels import Strict
from wattwarden.domain.params import Scalar
from wattwarden.rulekit.model import Rule


class Excused(Strict):
    """A subject that the site accepts for a time: who answers for it, why, until when."""

    subject_id: str
    owner: str = Field(min_length=1)
    reason: str = Field(min_length=1)
    expires: date


class SiteRule(Strict):
    """What a site changes of one rule, in ``<site content>/rules/<rule id>.yaml``."""

    enabled: bool = True
    params: Mapping[str, Scalar | tuple[Scalar, ...]] = Field(default_factory=dict)
    expected_per_10k: tuple[Decimal, Decimal] | None = None
    exceptions: tuple[Excused, ...] = ()


def load_rule(path: Path) -> Rule:
    """Load one rule file.

    Raises:
        WattwardenError: it is not a valid rule, or its id and its place disagree.
    """
    rule = validate(Rule, read_yaml(path), str(path))
    if path.stem != rule.id.partition(".")[2] or path.parent.name != rule.chapter:
        expected = f"{path.parent.name}.{path.stem}"
        raise fail(str(path), found=f"id {rule.id}", expected=f"id {expected}, as the path says")
    return rule


def load_rules(root: Path = BUILT_IN) -> dict[str, Rule]:
    """Load every rule below ``root/rules``, by id.

    Raises:
        WattwardenError: with the problems of all faulty files.
    """
    rules, faulty = load_sound_rules(root)
    if faulty:
        raise WattwardenError(*(problem for problems in faulty.values() for problem in problems))
    return rules


def load_sound_rules(root: Path) -> tuple[dict[str, Rule], dict[str, tuple[Problem, ...]]]:
    """The rules below ``root/rules`` that load, and the problems of those that do not, both by id."""
    rules: dict[str, Rule] = {}
    faulty: dict[str, tuple[Problem, ...]] = {}
    for path in content_files("rules", root):
        try:
            rule = load_rule(path)
        except WattwardenError as error:
            faulty[f"{path.parent.name}.{path.stem}"] = error.problems
        else:
            rules[rule.id] = rule
    return rules, faulty


def load_site_rules(site: Path) -> dict[str, SiteRule]:
    """Load the site's own settings, by rule id; an absent folder means none."""
    return {
        path.stem: validate(SiteRule, read_yaml(path), str(path)) for path in content_files("rules", site)
    }


def with_site(rules: Mapping[str, Rule], site: Mapping[str, SiteRule]) -> dict[str, Rule]:
    """Lay the site's parameters and bands over the rules; disabled rules are left out.

    Raises:
        WattwardenError: the site names a rule or parameter that does not exist.
    """
    unknown = [
        Problem(f"site rule {rule_id}", found="no such rule", expected="the id of a rule")
        for rule_id in site
        if rule_id not in rules
    ]
    if unknown:
        raise WattwardenError(*unknown)
    kept = {rule_id: rule for rule_id, rule in rules.items() if rule_id not in site or site[rule_id].enabled}
    return {rule_id: _adapt(rule, site.get(rule_id)) for rule_id, rule in kept.items()}


def _adapt(rule: Rule, site: SiteRule | None) -> Rule:
    if site is None:
        return rule
    for name in site.params:
        if name not in rule.params:
            raise fail(
                f"site rule {rule.id}: params.{name}",
                found="no such parameter",
                expected=f"one of {', '.join(rule.params)}",
            )
    params = {
        name: param.model_copy(update={"value": site.params.get(name, param.value)})
        for name, param in rule.params.items()
    }
    band = site.expected_per_10k or rule.expected_per_10k
    return rule.model_copy(update={"params": params, "expected_per_10k": band})
