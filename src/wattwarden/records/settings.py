"""Django's settings, all from the environment: see docs/how-to/run-the-console.md.

Importing this never fails: what is unsafe is refused when the server starts (``wattwarden serve``), so that
commands and type checks need no secrets.
"""

import os
from pathlib import Path

from wattwarden.records.database import SETTING, database

_PACKAGE = Path(__file__).resolve().parent.parent
HOME = Path(os.environ.get("WATTWARDEN_HOME") or "wattwarden-data").resolve()
DEMO = os.environ.get("WATTWARDEN_DEMO") == "1"
UNSAFE_SECRET = "not-a-secret"  # noqa: S105 the server refuses to start with it outside demo mode

SECRET_KEY = os.environ.get("WATTWARDEN_SECRET_KEY") or UNSAFE_SECRET
DEBUG = False
ALLOWED_HOSTS = [h for h in os.environ.get("WATTWARDEN_HOSTS", "127.0.0.1,localhost,[::1]").split(",") if h]
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("WATTWARDEN_ORIGINS", "").split(",") if o]
DATABASES = {"default": database(HOME, os.environ.get(SETTING))}
AUTH_USER_MODEL = "records.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = os.environ.get("WATTWARDEN_TIME_ZONE") or "Asia/Shanghai"
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
USE_I18N = True

INSTALLED_APPS = [
    "wattwarden.records",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "wattwarden.web.middleware.ViewerMiddleware",
    "wattwarden.web.errors.MethodPages",
]
CSRF_FAILURE_VIEW = "wattwarden.web.errors.stale_form"
ROOT_URLCONF = "wattwarden.web.urls"
WSGI_APPLICATION = "wattwarden.web.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [_PACKAGE / "web" / "templates"],
        "OPTIONS": {
            "environment": "wattwarden.web.jinja.environment",
            "context_processors": [
                "django.contrib.messages.context_processors.messages",
                "wattwarden.web.context.page",
            ],
        },
    },
    # allauth renders its own mails and a few pages with Django's templates.
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    },
]
STATIC_URL = "/static/"
STATICFILES_DIRS = [
    _PACKAGE / "web" / "static",
    # The report carries the chart library inside its page; the console serves the same file.
    ("vendor/echarts", _PACKAGE / "app" / "report" / "vendor"),
]
WHITENOISE_USE_FINDERS = True

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
ACCOUNT_ADAPTER = "wattwarden.web.accounts.Adapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_RATE_LIMITS = {"login_failed": "5/5m/key,20/m/ip"}
ACCOUNT_LOGOUT_ON_GET = False
LOGIN_REDIRECT_URL = "/"
LOGIN_URL = "account_login"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Wattwarden"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        # ECharts writes style attributes on its own elements; attributes cannot carry script.
        "style-src-attr": ["'unsafe-inline'"],
        "img-src": ["'self'", "data:", "blob:"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Over plain http on this machine only: demo and tests.
SESSION_COOKIE_SECURE = not DEMO
CSRF_COOKIE_SECURE = not DEMO
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 8 * 3600
