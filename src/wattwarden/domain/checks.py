"""Checks of readings and of metering physics: what each says, and the limits that a site may set.

One file under ``content/checks/`` is one check. What it computes is the function of the same name that
``calc.readings`` or ``calc.metering`` registers; a site changes limits, or switches a check off, by a file of
the same name in its own content folder.
"""

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Literal

from pydantic import Field

from wattwarden.domain.content import content_files, read_yaml, validate
from wattwarden.domain.errors import Problem, WattwardenError, fail
from wattwarden.domain.labels import Label, Strict
from wattwarden.domain.params import Param, Scalar

FOLDER = "checks"
Of = Literal["register", "curve", "phase"]
"""What is looked at: daily registers, the energy of a curve, or voltage, current and power of the phases."""


class Check(Strict):
    """One check.

    Attributes:
        id: Its name, for ever.
        of: What it looks at.
        why: What a hit means, and how it comes about.
        first: What to look at first when it hits.
        source: Where the limit comes from.
        corrects: Whether a hit makes the reading unusable, so that an estimate takes its place.
        params: Limits, which a site may change.
    """

    id: str
    of: Of
    zh: str
    en: str
    why: Label
    first: Label
    source: str
    corrects: bool = False
    params: Mapping[str, Param] = Field(default_factory=dict)

    @property
    def label(self) -> Label:
        """Name of the check in both languages."""
        return Label(zh=self.zh, en=self.en)

    def number(self, name: str) -> float:
        """A limit as a number.

        Raises:
            WattwardenError: there is no such limit, or it is no number.
        """
        param = self.params.get(name)
        if param is None or isinstance(param.value, bool) or not isinstance(param.value, int | Decimal):
            found = "no such limit" if param is None else repr(param.value)
            raise fail(f"check {self.id}: {name}", found=found, expected="a number")
        return float(param.value)


class SiteCheck(Strict):
    """What a site changes of one check, in ``<site content>/checks/<id>.yaml``."""

    enabled: bool = True
    params: Mapping[str, Scalar] = Field(default_factory=dict)


@dataclass(frozen=True)
class Checks:
    """The checks in force, by name."""

    by_id: Mapping[str, Check]

    def of(self, kind: Of) -> Iterator[Check]:
        """Those that look at ``kind``, in the order of their names."""
        return (check for check in self.by_id.values() if check.of == kind)


@functools.cache
def built_in_checks() -> Checks:
    """The checks as they are delivered, loaded once per process."""
    files = content_files(FOLDER)
    return Checks({f.stem: validate(Check, {"id": f.stem, **read_yaml(f)}, str(f)) for f in files})


def load_checks(site: Path | None = None) -> Checks:
    """The checks in force at a site.

    Args:
        site: Content folder of the site, which may not exist.

    Raises:
        WattwardenError: the site names a check or a limit that does not exist.
    """
    checks = dict(built_in_checks().by_id)
    for path in content_files(FOLDER, site) if site else ():
        own = validate(SiteCheck, read_yaml(path), str(path))
        check = checks.get(path.stem)
        if check is None:
            raise fail(str(path), found="no such check", expected=f"one of {', '.join(checks)}")
        checks[path.stem] = _adapted(check, own, path)
        if not own.enabled:
            del checks[path.stem]
    return Checks(checks)


def _adapted(check: Check, own: SiteCheck, path: Path) -> Check:
    unknown = [
        Problem(f"{path}: params.{name}", found="no such limit", expected=f"one of {', '.join(check.params)}")
        for name in own.params
        if name not in check.params
    ]
    if unknown:
        raise WattwardenError(*unknown)
    data = {name: {**param.model_dump(), "value": own.params.get(name, param.value)}
            for name, param in check.params.items()}  # fmt: skip
    params = {name: validate(Param, fields, str(path)) for name, fields in data.items()}
    return check.model_copy(update={"params": params})
