"""What the casework runs by: processes, calendar, notices and planning figures, loaded once a process."""

from collections.abc import Mapping
from functools import cache

from pydantic import Field

from wattwarden.app.rule_catalogue import SITE_CONTENT, all_rules
from wattwarden.app.store import home
from wattwarden.calc.work_time.build import work_calendar
from wattwarden.calc.work_time.calendar_index import WorkCalendar
from wattwarden.cases.load import load_processes
from wattwarden.cases.notice_content import NoticeRules, load_notice_rules
from wattwarden.cases.process import Process
from wattwarden.domain.content import BUILT_IN, overlaid
from wattwarden.domain.labels import Strict
from wattwarden.domain.office_calendar import load_office_calendar
from wattwarden.rulekit.model import Rule

RISK_CASE = "risk_case"
"""The process that findings are worked by."""
FILE = "casework.yaml"


class Planning(Strict):
    """``casework.yaml``: figures for queue, draws, reviews and photos."""

    visits_per_day: int = Field(gt=0)
    random_share_pct: int = Field(ge=5, le=10)
    lease_minutes: int = Field(gt=0)
    second_review_pct: int = Field(ge=0, le=100)
    minutes_per_day: int = Field(gt=0)
    minutes_per_visit: Mapping[str, int]
    photo_most_mb: int = Field(gt=0)


@cache
def planning() -> Planning:
    """The figures, with the site's own laid over ours."""
    return overlaid(Planning, FILE, BUILT_IN, home() / SITE_CONTENT)


@cache
def known_processes() -> Mapping[str, Process]:
    """Every process by id, the site's included."""
    return load_processes(site=home() / SITE_CONTENT)


@cache
def office() -> WorkCalendar:
    """Working days and office hours, the site's included."""
    return work_calendar(load_office_calendar(site=home() / SITE_CONTENT))


@cache
def telling() -> NoticeRules:
    """When notices leave, the site's own rules included."""
    return load_notice_rules(site=home() / SITE_CONTENT)


@cache
def known_rules() -> Mapping[str, Rule]:
    """Every rule by id, as this process read them when it was first asked."""
    return all_rules(home())
