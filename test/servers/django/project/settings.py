"""As a small project has them; what is there for tests only says so."""

import os
import tempfile
from datetime import timedelta
from pathlib import Path

SECRET_KEY = os.environ.get("DJANGO_SECRET_KEY", "for tests on this machine only, never elsewhere")
ALLOWED_HOSTS = ["127.0.0.1", ".localhost"]
ROOT_URLCONF = "project.urls"
USE_TZ = True

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "rest_framework",
    "rest_framework_simplejwt.token_blacklist",
    "silent_refresh",
    "shop",
    # For tests only.
    "control",
]

MIDDLEWARE = [
    # For tests only.
    "control.middleware.observe",
    # Redirects what lacks its slash: see the tests of redirects.
    "django.middleware.common.CommonMiddleware",
    # It also sets the cookie: the decorator csrf_protect alone doesn't, where it refuses.
    "django.middleware.csrf.CsrfViewMiddleware",
]

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": Path(os.environ.get("DJANGO_DATABASE_FOLDER", tempfile.gettempdir())) / "db.sqlite3",
        # Seconds that a writer waits for another one.
        "OPTIONS": {"timeout": 30},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Signing in is no test of how long a hash takes.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

REST_FRAMEWORK = {
    # SimpleJWT's, and one that tests can tell to refuse the tokens of now.
    "DEFAULT_AUTHENTICATION_CLASSES": ["control.authentication.ExpirableAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
}

SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=5),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=1),
    "ROTATE_REFRESH_TOKENS": True,
    "BLACKLIST_AFTER_ROTATION": True,
}

CSRF_FAILURE_VIEW = "silent_refresh.views.csrf_failure"
CSRF_COOKIE_SAMESITE = "Strict"
# Not every browser takes a Secure cookie from http, even from this machine.
REFRESH_COOKIE_SECURE = False
# Seconds, where a test waits for it.
REFRESH_OVERLAP = timedelta(seconds=float(os.environ.get("DJANGO_OVERLAP", 10)))
