"""Django's settings, all derived from the installation's environment (`environment.py`)."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.utils.functional import lazy

from fangpin.web.settings.environment import Environment, installation_secret

FANGPIN = Environment.read(os.environ)
"""The one typed settings object; the rest of this module is what Django makes of it."""

_WEB = Path(__file__).resolve().parent.parent


@cache
def _secret_key() -> str:
    return FANGPIN.secret_key or installation_secret(home=FANGPIN.home)


SECRET_KEY: Any = lazy(_secret_key, str)()
"""Made or read when it is first used: reading the settings writes nothing to disk."""
DEBUG = False
ALLOWED_HOSTS = list(FANGPIN.allowed_hosts)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django_htmx",
    "fangpin.casework.divisions",
    "fangpin.casework.officials",
    "fangpin.casework.audit",
    "fangpin.casework.receipts",
    "fangpin.casework.jobs",
    "fangpin.casework.uploads",
    "fangpin.casework.registry",
    "fangpin.casework.alerts",
    "fangpin.casework.claims",
    "fangpin.casework.cases",
    "fangpin.casework.declarations",
    "fangpin.casework.measures",
    "fangpin.casework.followup",
    "fangpin.web.console",
    "fangpin.web.field",
    "fangpin.web.public",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "fangpin.web.ground.security.PolicyMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "fangpin.web.ground.language.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "fangpin.web.ground.access.AccessMiddleware",
]
ROOT_URLCONF = "fangpin.web.urls"
WSGI_APPLICATION = "fangpin.web.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "fangpin.web.console.frame.frame",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "fangpin.web.ground.figures",
            ],
        },
    }
]

BRING_MONTHS = "fangpin.runs.loading.watched.bring_of_latest_run"
"""What fetches the months of a household whose case opens (casework/registry/brought.py)."""

DATABASES = {"default": FANGPIN.database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "overview"
LOGOUT_REDIRECT_URL = "sign-in"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [_WEB / "console" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = FANGPIN.time_zone

FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
"""Photos of households never lie on the disk in plain form, not even for a moment."""
FILE_UPLOAD_MAX_MEMORY_SIZE = 24 * 1024 * 1024
"""Of one form; a larger one brings no files, and the act says which are missing."""

STATIC_URL = "/static/"
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.AppDirectoriesFinder"]
WHITENOISE_USE_FINDERS = True
"""Files are served from the installed package: there is no collection step to forget."""
WHITENOISE_MAX_AGE = 300

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "blob:", "data:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = FANGPIN.https
SECURE_HSTS_SECONDS = 31_536_000 if FANGPIN.https else 0
SESSION_COOKIE_SECURE = FANGPIN.https
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_NAME = "fangpin_session"
CSRF_COOKIE_SECURE = FANGPIN.https
CSRF_COOKIE_NAME = "fangpin_csrf"
CSRF_FAILURE_VIEW = "fangpin.web.refusing.form_expired"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "loggers": {
        "django": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "django.request": {"handlers": ["console"], "level": "ERROR", "propagate": False},
    },
}
