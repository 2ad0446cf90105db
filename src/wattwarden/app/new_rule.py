"""Write a new rule file whose examples fail until it is filled in."""

from pathlib import Path

from wattwarden.domain.content import BUILT_IN
from wattwarden.domain.errors import fail
from wattwarden.rulekit.load import load_rule

_SKELETON = BUILT_IN / "templates" / "rule.yaml"


def new_rule(rule_id: str, folder: Path) -> Path:
    """Write ``<folder>/rules/<chapter>/<name>.yaml`` from the skeleton; returns its path.

    Args:
        folder: A content folder: the site's own (``<home>/content/own``) or the built-in one.

    Raises:
        WattwardenError: the id is not ``chapter.name``, or the file exists.
    """
    text = skeleton(rule_id)
    chapter, _, name = rule_id.partition(".")
    path = folder / "rules" / chapter / f"{name}.yaml"
    if path.exists():
        raise fail(f"rule {rule_id}", found=f"{path} exists", expected="a new id")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    load_rule(path)
    return path


def skeleton(rule_id: str) -> str:
    """The text of a new rule of that id.

    Raises:
        WattwardenError: the id is not ``chapter.name``.
    """
    chapter, _, name = rule_id.partition(".")
    if not (
        chapter.isascii()
        and chapter.isalpha()
        and name.isascii()
        and name.isidentifier()
        and rule_id.islower()
    ):
        raise fail(
            f"rule {rule_id[:60]}",
            found=rule_id[:60],
            expected="chapter.name in lower case, such as theft.new_trick",
        )
    return _SKELETON.read_text(encoding="utf-8").replace("chapter.name", rule_id)
