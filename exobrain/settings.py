"""Django's settings, derived from `exobrain.lib.config`."""

import sys
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.urls import reverse_lazy
from psycopg.conninfo import conninfo_to_dict
from redis.backoff import NoBackoff
from redis.retry import Retry

from exobrain.embedded import endpoints
from exobrain.lib.config import ROOT, get_config
from exobrain.logs import configure_logging

EXOBRAIN = get_config()
_ENDPOINTS = endpoints(EXOBRAIN.data_dir)

BASE_DIR = ROOT
SECRET_KEY = EXOBRAIN.django_secret_key.get_secret_value()
DEBUG = False  # tracebacks in a browser would show messages; use the log
ALLOWED_HOSTS = EXOBRAIN.allowed_hosts
ROOT_URLCONF = "exobrain.urls"
ASGI_APPLICATION = "exobrain.asgi.application"
APPEND_SLASH = False  # the contract has no trailing slashes

INSTALLED_APPS = [
    # First: its runserver replaces Django's. Only there: it takes half a second to import.
    *(["daphne"] if sys.argv[1:2] == ["runserver"] else []),
    "unfold.apps.BasicAppConfig",  # before admin: it overrides admin's templates
    "exobrain.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "ninja",  # so that /docs has its scripts from here and not from a CDN
    "csp",
    "channels",
    "exobrain",
    "accounts",
    "journal",
    "orchestrator",
    "knowledge",
    "chat",
]

MIDDLEWARE = [
    "exobrain.front_door.FrontDoorMiddleware",
    "exobrain.middleware.PageMiddleware",
]
PAGE_MIDDLEWARE = [  # the API passes these by
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "exobrain.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "exobrain.middleware.TimeZoneMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "exobrain.context.page",
            ],
        },
    }
]


# -- database: PostgreSQL is the ledger


def _database(dsn: str, *, prepare: bool) -> dict[str, Any]:
    parts = conninfo_to_dict(dsn)
    known = {
        name: str(parts.pop(key, ""))
        for key, name in (
            ("dbname", "NAME"),
            ("user", "USER"),
            ("password", "PASSWORD"),
            ("host", "HOST"),
            ("port", "PORT"),
        )
    }
    return {
        "ENGINE": "django.db.backends.postgresql",
        **known,
        "CONN_MAX_AGE": None,  # one lasting connection for each web thread
        "CONN_HEALTH_CHECKS": True,  # a restarted PostgreSQL costs a reconnect, not an error
        # Only where no connection pooler can stand between: one that hands a connection from
        # client to client loses what was prepared on it.
        "OPTIONS": {**parts, "prepare_threshold": 5 if prepare else None},
    }


DATABASES = {
    "default": _database(
        EXOBRAIN.assistant_db_dsn or _ENDPOINTS.postgres_dsn,
        prepare=EXOBRAIN.assistant_db_dsn is None,
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"
SILENCED_SYSTEM_CHECKS = [
    "auth.W004",  # the e-mail is unique, by a constraint on its lower case
    *("admin.E408", "admin.E409", "admin.E410"),  # what they miss is in PAGE_MIDDLEWARE
]

# -- Redis: sessions, caches, the live turn log

REDIS_URL = EXOBRAIN.assistant_cache_redis_url or _ENDPOINTS.redis_url
_REDIS_OPTIONS: dict[str, Any] = {
    "CLIENT_CLASS": "django_redis.client.DefaultClient",
    "SOCKET_CONNECT_TIMEOUT": 1,  # seconds: an outage slows a request, it does not hang it
    "SOCKET_TIMEOUT": 2,  # seconds
    # Once, at once, for a connection that died; redis-py would try for several seconds.
    "CONNECTION_POOL_KWARGS": {"retry": Retry(NoBackoff(), 1)},
}
CACHES = {
    "default": {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "exobrain",
        "OPTIONS": _REDIS_OPTIONS,
    },
    "sessions": {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": EXOBRAIN.assistant_cache_key_prefix.strip(":"),
        "KEY_FUNCTION": "accounts.sessions.make_key",
        # JSON, not pickle: who can write to Redis must not be able to run code here.
        "OPTIONS": {**_REDIS_OPTIONS, "SERIALIZER": "django_redis.serializers.json.JSONSerializer"},
    },
}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [REDIS_URL], "prefix": "exobrain:channels"},
    }
}

# -- sessions and sign-in

SESSION_ENGINE = "accounts.sessions"
SESSION_CACHE_ALIAS = "sessions"
SESSION_COOKIE_NAME = EXOBRAIN.auth_cookie_name
SESSION_COOKIE_AGE = EXOBRAIN.auth_refresh_token_ttl_seconds
SESSION_COOKIE_SECURE = not EXOBRAIN.is_local
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_SECURE = not EXOBRAIN.is_local
CSRF_TRUSTED_ORIGINS = (
    ["{0.scheme}://{0.netloc}".format(urlsplit(EXOBRAIN.public_url))] if EXOBRAIN.public_url else []
)
LOGIN_URL = reverse_lazy("login")
LOGIN_REDIRECT_URL = reverse_lazy("chat")
AUTHENTICATION_BACKENDS = ["accounts.auth.EmailBackend"]
PASSWORD_HASHERS = [
    "accounts.hashers.Argon2Hasher",
    "accounts.hashers.LegacyScryptHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# -- what a browser may do with our pages

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if EXOBRAIN.trusted_proxies else None
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],  # no remote image: that is how Markdown leaks secrets
        "font-src": [SELF],
        "connect-src": [SELF],
        "frame-src": [SELF],  # the frame that draws diagrams, sandboxed by journal/views.py
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# -- static files and language

STATIC_URL = "/static/"
STATIC_ROOT = None  # whitenoise serves them from where they are; nothing is collected
STATICFILES_DIRS = [ROOT / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False

# -- limits and logs

DATA_UPLOAD_MAX_MEMORY_SIZE = EXOBRAIN.max_request_bytes
LOGGING_CONFIG = None
configure_logging(level=EXOBRAIN.effective_log_level, pretty=EXOBRAIN.is_local)

UNFOLD = {
    "SITE_TITLE": "Exobrain",
    "SITE_HEADER": "Exobrain",
    "SITE_URL": "/",
    "SITE_SYMBOL": "neurology",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": f"{STATIC_URL}icons/favicon.svg"}
    ],
    "SHOW_HISTORY": True,
    "DASHBOARD_CALLBACK": "orchestrator.admin.with_queue_state",
    "COLORS": {
        "primary": {  # amber, as in gruvbox
            "50": "oklch(98.7% .022 95.3)",
            "100": "oklch(96.2% .059 95.6)",
            "200": "oklch(92.4% .12 95.7)",
            "300": "oklch(87.9% .169 91.6)",
            "400": "oklch(82.8% .189 84.4)",
            "500": "oklch(76.9% .188 70.1)",
            "600": "oklch(55.5% .163 49)",
            "700": "oklch(47.3% .137 46.2)",
            "800": "oklch(41.4% .112 45.9)",
            "900": "oklch(36% .095 45.6)",
            "950": "oklch(27.9% .077 45.6)",
        }
    },
}
