"""What settings are in force, and where each comes from; secrets are told as set or not, never shown."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import connection

from wattwarden.app.audit_log import public_key
from wattwarden.app.console.state import Check, checks
from wattwarden.app.rule_catalogue import SITE_CONTENT
from wattwarden.domain.access import Role, Viewer, roles
from wattwarden.domain.errors import forbidden
from wattwarden.domain.labels import Label
from wattwarden.records.database import SETTING
from wattwarden.records.seals import KEY_SETTING
from wattwarden.records.single_sign_on import ISSUER


@dataclass(frozen=True)
class Setting:
    """One setting.

    Args:
        variable: Of the environment, which is the only place where it can be changed.
        value: In force now; a word for a secret.
        is_default: The environment does not name it.
    """

    label: Label
    variable: str
    value: str
    is_default: bool


@dataclass(frozen=True)
class Installation:
    """What is in force here.

    Args:
        roles: Roles of staff by name.
        files: Files with which this site changes rules, prices and mappings.
    """

    settings: Sequence[Setting]
    roles: Mapping[str, Role]
    files: Sequence[str]
    checks: Sequence[Check]


def installation(viewer: Viewer) -> Installation:
    """Settings, roles, files of the site, and whether everything works.

    Raises:
        NotAllowedError: he is no administrator of settings.
    """
    if not viewer.may("manage_settings"):
        raise forbidden("settings", found="a role that may not see them", expected="an administrator")
    return Installation(_settings_in_force(), roles(), _site_content(), checks())


def _settings_in_force() -> Sequence[Setting]:
    return [
        Setting(Label(zh=zh, en=en), name, value(), not os.environ.get(name))
        for name, zh, en, value in _SETTINGS
    ]


def _site_content() -> Sequence[str]:
    folder = settings.HOME / SITE_CONTENT
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*.yaml"))


def _is_set(name: str) -> Callable[[], str]:
    return lambda: "✓" if os.environ.get(name) else "–"


_SETTINGS: Sequence[tuple[str, str, str, Callable[[], str]]] = (
    ("WATTWARDEN_HOME", "数据目录", "Data folder", lambda: str(settings.HOME)),
    (SETTING, "应用库", "Store", lambda: connection.vendor),
    ("WATTWARDEN_DEMO", "演示模式", "Demo mode", lambda: "✓" if settings.DEMO else "–"),
    ("WATTWARDEN_HOSTS", "允许的主机名", "Host names", lambda: ", ".join(settings.ALLOWED_HOSTS)),
    ("WATTWARDEN_ORIGINS", "可信来源", "Trusted origins", lambda: ", ".join(settings.CSRF_TRUSTED_ORIGINS)),
    (
        "WATTWARDEN_BEHIND_PROXY",
        "位于代理之后",
        "Behind a proxy",
        lambda: "✓" if settings.BEHIND_PROXY else "–",
    ),
    ("WATTWARDEN_TIME_ZONE", "时区", "Time zone", lambda: settings.TIME_ZONE),
    ("WATTWARDEN_SESSION_HOURS", "会话最长时间", "Longest session", lambda: str(settings.SESSION_LONGEST)),
    ("WATTWARDEN_IDLE_MINUTES", "会话闲置时间", "Idle session", lambda: str(settings.SESSION_IDLE)),
    (
        "WATTWARDEN_SUMS_KEPT_SECONDS",
        "汇总数保留秒数",
        "Seconds for which sums are kept",
        lambda: str(settings.SUMS_KEPT_SECONDS),
    ),
    ("WATTWARDEN_SECRET_KEY", "会话密钥", "Secret of sessions", _is_set("WATTWARDEN_SECRET_KEY")),
    (KEY_SETTING, "审计签名公钥", "Public key of the audit log", lambda: public_key() or "–"),
    ("WATTWARDEN_METRICS_TOKEN", "指标令牌", "Token for metrics", _is_set("WATTWARDEN_METRICS_TOKEN")),
    (ISSUER, "单点登录", "Single sign-on", lambda: os.environ.get(ISSUER) or "–"),
)
