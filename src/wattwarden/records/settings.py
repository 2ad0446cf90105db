"""Django's settings, all from the environment: see docs/how-to/run-the-console.md.

Importing this never fails: what is unsafe is refused when the server starts (``wattwarden serve``), so that
commands and type checks need no secrets.
"""

import os
from datetime import timedelta
from pathlib import Path

from wattwarden.records.database import SETTING, database
from wattwarden.records.single_sign_on import origin_of, provider

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
    "wattwarden.web",
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
    "wattwarden.web.metrics.MetricsMiddleware",
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
    "wattwarden.web.middleware.ViewerMiddleware",
    "wattwarden.web.session_rules.SessionRulesMiddleware",
    # Last: every page needs a signed-in person unless it says otherwise.
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
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

# Counts of failed sign-ins; shared by the processes of this machine, and kept through a restart.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": HOME / "tmp" / "cache",
    }
}

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
_VALIDATORS = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{_VALIDATORS}.UserAttributeSimilarityValidator"},
    {"NAME": f"{_VALIDATORS}.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": f"{_VALIDATORS}.CommonPasswordValidator"},
    {"NAME": f"{_VALIDATORS}.NumericPasswordValidator"},
]
ACCOUNT_ADAPTER = "wattwarden.web.accounts.Adapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
# After five wrong passwords an account is locked for fifteen minutes, whoever tries.
ACCOUNT_RATE_LIMITS = {"login_failed": "5/15m/key,20/m/ip", "login": "60/m/ip", "reauthenticate": "5/m/user"}
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_LOGOUT_REDIRECT_URL = "/account/login/"
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_SESSION_REMEMBER = False
LOGIN_REDIRECT_URL = "/"
LOGIN_URL = "account_login"
MFA_ADAPTER = "wattwarden.web.accounts.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Wattwarden"
MFA_TOTP_TOLERANCE = 1
MFA_ALLOW_UNVERIFIED_EMAIL = True
SECOND_FACTOR_OBLIGATORY = not DEMO
USERSESSIONS_TRACK_ACTIVITY = True

# Requests that one account may send to the programming interface within a minute.
API_REQUESTS_A_MINUTE = int(os.environ.get("WATTWARDEN_API_REQUESTS_A_MINUTE") or 600)

# Seconds for which sums over all cases are kept; 0 counts anew for each page.
SUMS_KEPT_SECONDS = int(os.environ.get("WATTWARDEN_SUMS_KEPT_SECONDS") or 60)

# Single sign-on by OpenID Connect, where the environment names a provider.
if SSO := provider(os.environ):
    INSTALLED_APPS += ["allauth.socialaccount", "allauth.socialaccount.providers.openid_connect"]
    SOCIALACCOUNT_ADAPTER = "wattwarden.web.single_sign_on.Adapter"
    SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [SSO]}}
    SOCIALACCOUNT_LOGIN_ON_GET = False

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
        # The button of single sign-on is a form that leads to the provider.
        "form-action": ["'self'", *([origin_of(SSO)] if SSO else [])],
        "frame-ancestors": ["'none'"],
    }
}
# Behind a proxy that ends TLS: which header tells that the browser's side was safe.
BEHIND_PROXY = os.environ.get("WATTWARDEN_BEHIND_PROXY") == "1"
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ALLAUTH_TRUSTED_PROXY_COUNT = 1
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 0 if DEMO else 365 * 24 * 3600
X_FRAME_OPTIONS = "DENY"
# Over plain http on this machine only: demo and tests.
SESSION_COOKIE_SECURE = not DEMO
CSRF_COOKIE_SECURE = not DEMO
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_LONGEST = timedelta(hours=float(os.environ.get("WATTWARDEN_SESSION_HOURS") or 10))
SESSION_IDLE = timedelta(minutes=float(os.environ.get("WATTWARDEN_IDLE_MINUTES") or 30))
SESSION_COOKIE_AGE = int(SESSION_LONGEST.total_seconds())
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
# A page that broke leaves its trace with the server's other output; Django alone would mail it to nobody.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    "loggers": {"django.request": {"handlers": ["stderr"], "level": "ERROR", "propagate": False}},
}
