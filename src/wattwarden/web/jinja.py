"""The template environment: both languages at the place of use, figures as the reports show them."""

import json
from datetime import datetime

from django.templatetags.static import static
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import get_language
from jinja2 import Environment
from markupsafe import Markup

from wattwarden.app.casework.settings import known_processes, known_rules
from wattwarden.app.columns import word
from wattwarden.app.shown_value import code_label, yuan
from wattwarden.domain.access import roles
from wattwarden.domain.content import contract
from wattwarden.domain.labels import Label, Language
from wattwarden.records.models import Case


def language() -> Language:
    """The language of this request."""
    return "en" if (get_language() or "").startswith("en") else "zh"


def say(zh: str, en: str) -> str:
    """The phrase in the language of this request."""
    return zh if language() == "zh" else en


def text(label: Label | None) -> str:
    """A bilingual phrase in the language of this request; nothing where there is none."""
    return label.text(language()) if label else ""


def shown_yuan(fen: int | None) -> str:
    """An amount of fen in yuan; a dash where none is sized."""
    return "–" if fen is None else yuan(fen, language())


def shown_word(group: str, code: object) -> str:
    """The word for a code, such as a severity or a state."""
    return word(group, code, language())


def data_json(data: object) -> Markup:
    """Data for a script, as the text of an attribute; quotes and angle brackets are escaped."""
    return Markup("{}").format(json.dumps(data, ensure_ascii=False, default=str))


def local(moment: datetime | None) -> str:
    """An instant as local time to the minute."""
    return localtime(moment).strftime("%Y-%m-%d %H:%M") if moment else "–"


def shown_role(name: str) -> str:
    """Title of a role; a name that content no longer knows is shown as it is."""
    role = roles().get(name)
    return role.title.text(language()) if role else name


def code_word(table: str, column: str, code: object) -> str:
    """The word for a code of the data contract."""
    return code_label(contract(), table, column, code, language()) or str(code)


def status_word(code: str) -> str:
    """The word for the status of a rule."""
    return say(*_STATUSES.get(code, (code, code)))


def job_word(code: str) -> str:
    """The word for the state of an import."""
    return say(*_JOB_STATES.get(code, (code, code)))


def step_word(case: Case) -> str:
    """Title of the step in which a case stands."""
    return known_processes()[case.process].steps[case.step].title.text(language())


def rule_word(rule_id: str) -> str:
    """Title of a rule; its number where this process knows none, as of a rule that is being written."""
    rule = known_rules().get(rule_id)
    return rule.title.text(language()) if rule is not None else rule_id


def case_word(case: Case) -> str:
    """What a case is about: the title of its leading rule, else of its process."""
    if case.lead_rule in known_rules():
        return rule_word(case.lead_rule)
    return (
        say("随机核查", "Random visit")
        if case.drawn_at_random
        else text(known_processes()[case.process].title)
    )


_STATUSES = {
    "draft": ("草稿", "draft"),
    "experimental": ("试行", "experimental"),
    "stable": ("稳定", "stable"),
    "retired": ("停用", "retired"),
}
_JOB_STATES = {
    "queued": ("排队中", "queued"),
    "running": ("正在导入", "running"),
    "done": ("完成", "done"),
    "failed": ("没有完成", "failed"),
}


def environment(**options: object) -> Environment:
    """Jinja2 with our words; escaping is on."""
    options["autoescape"] = True
    made = Environment(trim_blocks=True, lstrip_blocks=True, **options)  # type: ignore[arg-type]  # noqa: S701  # Django passes the rest; escaping is set above
    made.globals.update(static=static, url=reverse, say=say, text=text, word=shown_word, yuan=shown_yuan)
    made.globals.update(local=local, code_word=code_word, status_word=status_word, job_word=job_word)
    made.globals.update(step_word=step_word, case_word=case_word, rule_word=rule_word)
    made.filters.update(yuan=shown_yuan, text=text, data_json=data_json, moment=local, role=shown_role)
    return made
