"""Settings for every way of running Tsunagi; all differences come from the environment.

``TSUNAGI_MODE`` is ``production`` (the default), ``demo`` or ``test``. Production refuses to start
without its own ``SECRET_KEY``, ``DATABASE_URL`` and ``PUBLIC_BASE_URL``. The demo brings everything
with it and has no transport that could reach a real telephone. ``docs/settings.md`` lists all names.
"""

import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import django_stubs_ext
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import conninfo_to_dict

from config.push_key import own_push_key

django_stubs_ext.monkeypatch()  # generic classes such as Paginator[Request] at run time

BASE_DIR = Path(__file__).resolve().parent.parent
MODE = os.environ.get("TSUNAGI_MODE", "production")
if MODE not in {"production", "demo", "test"}:
    raise ImproperlyConfigured("TSUNAGI_MODE must be production, demo or test.")
PRODUCTION, DEMO, TESTING = MODE == "production", MODE == "demo", MODE == "test"
DEBUG = False
DEFAULT_SECRET = "not-secret-only-for-demo-and-tests-" + "x" * 32


def required(name: str, fallback: str) -> str:
    """The environment's value; outside production the fallback may stand in for it."""
    value = os.environ.get(name, "")
    if PRODUCTION and (not value or value == DEFAULT_SECRET or value.startswith("change-me")):
        raise ImproperlyConfigured(f"{name} must be set for production (see docs/settings.md).")
    return value or fallback


SECRET_KEY = required("SECRET_KEY", DEFAULT_SECRET)
if PRODUCTION and len(SECRET_KEY) < 50:
    raise ImproperlyConfigured("SECRET_KEY must have at least 50 characters.")
FIELD_KEYS = os.environ.get("FIELD_KEYS", "")  # id:secret,…; the first writes (accounts.encrypted)
PUBLIC_BASE_URL = required("PUBLIC_BASE_URL", "http://127.0.0.1:8000").rstrip("/")
_public = urlsplit(PUBLIC_BASE_URL)
HTTPS = _public.scheme == "https"
if PRODUCTION and not HTTPS:
    raise ImproperlyConfigured("PUBLIC_BASE_URL must start with https:// in production.")
ALLOWED_HOSTS = [
    _public.hostname or "",
    *filter(None, os.environ.get("ALLOWED_HOSTS", "").split(",")),
]
if not PRODUCTION:
    ALLOWED_HOSTS += ["127.0.0.1", "localhost", "[::1]", "testserver"]
if DEMO and os.environ.get("HOST", "127.0.0.1") not in {"127.0.0.1", "localhost"}:
    ALLOWED_HOSTS = ["*"]  # the demo shown to others in the room; it holds no real person
CSRF_TRUSTED_ORIGINS = [PUBLIC_BASE_URL]

INSTALLED_APPS = [
    "config.apps.ConfigConfig",
    "honoraria",
    "interpreting",
    "dispatch",
    "volunteers",
    "accounts",
    "realtime",
    "ui",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "channels",
    "csp",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "procrastinate.contrib.django",
    "rest_framework",
]

MIDDLEWARE = [
    "config.middleware.database_outage",
    "django.middleware.security.SecurityMiddleware",
    "servestatic.middleware.ServeStaticMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.middleware.device_permissions",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "ui.middleware.reader_language",
    "django.middleware.common.CommonMiddleware",
    "ui.furigana.readings_over_kanji",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.active_membership",
    "accounts.middleware.second_factor",
    "axes.middleware.AxesMiddleware",
    "config.middleware.storable_texts",
]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "csp.context_processors.nonce",
                "config.context.site",
            ],
        },
    }
]

_database = conninfo_to_dict(
    required("DATABASE_URL", "postgresql://tsunagi@127.0.0.1:5432/tsunagi")
)
DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _database.get("dbname", "tsunagi"),
        "USER": _database.get("user", ""),
        "PASSWORD": _database.get("password", ""),
        "HOST": _database.get("host", ""),
        "PORT": str(_database.get("port", "")),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "application_name": "tsunagi",
            "options": "-c idle_in_transaction_session_timeout=60000 -c lock_timeout=10000",
            **({"sslmode": _database["sslmode"]} if "sslmode" in _database else {}),
        },
        "TEST": {"NAME": f"test_tsunagi_{os.environ.get('TEST_DB_SUFFIX', 'main')}"},
    }
}
if not TESTING:
    DATABASES["default"]["OPTIONS"]["pool"] = {
        "min_size": 2,
        "max_size": int(os.environ.get("DATABASE_POOL", "20")),
        "timeout": 10,
        # give up soon: the next request then tries at once; left to itself, the pool would wait
        # twice as long after every failure and still be away when the database is back
        "reconnect_timeout": 4,
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = os.environ.get("REDIS_URL", "")
CHANNEL_LAYERS = {
    "default": (
        {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [REDIS_URL], "prefix": "tsunagi"},
        }
        if REDIS_URL
        else {"BACKEND": "realtime.memory_layer.MemoryChannelLayer"}
    )
}
CACHES = {
    "default": (
        {
            "BACKEND": "realtime.forgiving_cache.ForgivingRedisCache",
            "LOCATION": REDIS_URL,
            "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},
        }
        if REDIS_URL and not TESTING
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    )
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # staff are entered by an administrator, not by themselves
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ACCOUNT_EMAIL_SUBJECT_PREFIX = "【つなぎ】"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
# failures per address are counted by axes in the database, the same for every web process
ACCOUNT_RATE_LIMITS = {"login_failed": "30/m/ip"}
MFA_ADAPTER = "accounts.adapter.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Tsunagi"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
USERSESSIONS_TRACK_ACTIVITY = False
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "accounts.sign_in.lockout_name"
AXES_LOCKOUT_TEMPLATE = "accounts/locked.html"
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_NAME = "tsunagi_session"

LANGUAGE_CODE = "ja"
LANGUAGES = [("ja", "日本語"), ("ja-simple", "やさしい日本語"), ("en", "English")]
# made from English by code, to look at long texts and at pages that run from right to left
PSEUDO_LANGUAGES = [] if PRODUCTION else ["en-XA", "ar-XB"]
LOCALE_PATHS = [BASE_DIR / "ui" / "locale"]
TIME_ZONE = "Asia/Tokyo"
USE_TZ = True
USE_I18N = True
FORMAT_MODULE_PATH = ["ui.formats"]

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {
        "BACKEND": (
            "config.static_files.StaticFiles"
            if PRODUCTION
            else "django.contrib.staticfiles.storage.StaticFilesStorage"
        )
    },
}
SERVESTATIC_USE_FINDERS = not PRODUCTION
SERVESTATIC_AUTOREFRESH = False
SERVESTATIC_MAX_AGE = 31536000 if PRODUCTION else 60

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31536000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
if os.environ.get("BEHIND_PROXY", "1" if PRODUCTION else "") == "1":
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "media-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 12_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 3000

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.tokens.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "config.api_schema.ApiSchema",
    "DEFAULT_PAGINATION_CLASS": "config.api.Pagination",
    "EXCEPTION_HANDLER": "config.problems.handle_exception",
    "DEFAULT_THROTTLE_CLASSES": ["config.api.TokenThrottle"],
    "DEFAULT_THROTTLE_RATES": {"token": os.environ.get("API_RATE", "600/min")},
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Tsunagi API",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "ENUM_NAME_OVERRIDES": {
        "ModeEnum": "dispatch.models.Mode",
        "UrgencyEnum": "dispatch.models.Urgency",
        "FieldEnum": "volunteers.models.Field",
        "RequestStatusEnum": "dispatch.models.Request.Status",
        "NextActionEnum": "dispatch.models.Request.NextAction",
        "RungKindEnum": "dispatch.policy.KINDS",
        "OfferStateEnum": "dispatch.models.Offer.State",
        "ViaEnum": "dispatch.models.Offer.Via",
        "AssignmentStateEnum": "dispatch.models.Assignment.State",
        "RequirementKindEnum": "dispatch.models.Requirement.Kind",
        "VolunteerStatusEnum": "volunteers.models.Volunteer.Status",
        "GenderEnum": "volunteers.models.Volunteer.Gender",
        "MessageLanguageEnum": "django.conf.settings.LANGUAGES",
        "ReportStateEnum": "interpreting.models.Report.State",
        "ReportViaEnum": "interpreting.models.Report.Via",
        "TransportEnum": "interpreting.models.Report.Transport",
        "ReportOutcomeEnum": "interpreting.models.Report.Outcome",
        "HonorariumStateEnum": "honoraria.models.Honorarium.State",
        "HonorariumKindEnum": "honoraria.models.Honorarium.Kind",
    },
}

# Reaching people. Without these the desk gets a call list instead; the demo never uses them.
TWILIO_ACCOUNT_SID = os.environ.get("TWILIO_ACCOUNT_SID", "")
TWILIO_AUTH_TOKEN = os.environ.get("TWILIO_AUTH_TOKEN", "")
TWILIO_FROM_NUMBER = os.environ.get("TWILIO_FROM_NUMBER", "")
TWILIO_API_BASE_URL = os.environ.get("TWILIO_API_BASE_URL", "")
# callbacks signed with the former token count as well while it is being changed
TWILIO_AUTH_TOKEN_OLD = os.environ.get("TWILIO_AUTH_TOKEN_OLD", "")
TWILIO_VOICE_NUMBER = os.environ.get("TWILIO_VOICE_NUMBER", "") or TWILIO_FROM_NUMBER
TWILIO_API_KEY_SID = os.environ.get("TWILIO_API_KEY_SID", "")
TWILIO_API_KEY_SECRET = os.environ.get("TWILIO_API_KEY_SECRET", "")
TWILIO_VIDEO_SDK = os.environ.get("TWILIO_VIDEO_SDK", "")  # the operator's own copy of the file
SMS_YEN_PER_SEGMENT = int(os.environ.get("SMS_YEN_PER_SEGMENT", "12"))  # an estimate for the cap
VOICE_YEN_PER_MINUTE = int(os.environ.get("VOICE_YEN_PER_MINUTE", "25"))  # likewise
# LINE: an official account with the Messaging API
LINE_CHANNEL_TOKEN = os.environ.get("LINE_CHANNEL_TOKEN", "")
LINE_CHANNEL_SECRET = os.environ.get("LINE_CHANNEL_SECRET", "")
LINE_CHANNEL_SECRET_OLD = os.environ.get("LINE_CHANNEL_SECRET_OLD", "")
LINE_ACCOUNT = os.environ.get("LINE_ACCOUNT", "")  # as people look it up, such as @tsunagi
LINE_API_BASE_URL = os.environ.get("LINE_API_BASE_URL", "")
LINE_YEN_PER_MESSAGE = int(os.environ.get("LINE_YEN_PER_MESSAGE", "3"))
# where test messages go every few minutes, through the whole path (realtime.canary)
CANARY_SMS_NUMBER = os.environ.get("CANARY_SMS_NUMBER", "")
CANARY_EMAIL = os.environ.get("CANARY_EMAIL", "")
VAPID_PRIVATE_KEY = os.environ.get("VAPID_PRIVATE_KEY", "")
VAPID_SUBJECT = os.environ.get("VAPID_SUBJECT", "")
if not PRODUCTION and not VAPID_PRIVATE_KEY:
    VAPID_PRIVATE_KEY = own_push_key(BASE_DIR / "var")
    VAPID_SUBJECT = "mailto:tsunagi@localhost"
PUSH_HOSTS = os.environ.get(
    "PUSH_HOSTS",
    "fcm.googleapis.com,*.push.services.mozilla.com,web.push.apple.com,*.notify.windows.com",
).split(",")

# Rooms: how browsers find each other. Without any server a room works within one network.
ICE_PROVIDER = os.environ.get("ICE_PROVIDER", "static")
ROOM_PROVIDER = os.environ.get("ROOM_PROVIDER", "mesh")
STUN_URLS = [*filter(None, os.environ.get("STUN_URLS", "").split(","))]
TURN_URLS = [*filter(None, os.environ.get("TURN_URLS", "").split(","))]
TURN_SECRET = os.environ.get("TURN_SECRET", "")
TURN_TTL = int(os.environ.get("TURN_TTL", "180"))  # seconds
ICE_RELAY_ONLY = os.environ.get("ICE_RELAY_ONLY", "") == "1"

_mail = urlsplit(os.environ.get("EMAIL_URL", ""))
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend"
    if _mail.hostname and not DEMO and not TESTING
    else "django.core.mail.backends.locmem.EmailBackend"
)
EMAIL_HOST, EMAIL_PORT = _mail.hostname or "", _mail.port or 587
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_mail.username or ""), unquote(_mail.password or "")
EMAIL_USE_TLS = _mail.scheme != "smtp"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL", "tsunagi@localhost")

# The worker may live in the web process (the demo); in production it is a process of its own.
EMBEDDED_WORKER = os.environ.get("EMBEDDED_WORKER", "1" if DEMO else "") == "1"
WORKER_POLL_SECONDS = float(os.environ.get("WORKER_POLL_SECONDS", "0.5"))

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {"secrets": {"()": "config.log_secrets.MaskSecrets"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "plain", "filters": ["secrets"]}
    },
    "root": {"handlers": ["console"], "level": os.environ.get("LOG_LEVEL", "INFO")},
    "loggers": {
        "django.request": {"level": "ERROR"},  # refusals name the path, and with it the secret
        "procrastinate": {"level": "WARNING"},
        "axes": {"level": "ERROR"},
        "httpx": {"level": "WARNING"},
        "twilio": {"level": "WARNING"},
        "uvicorn": {"propagate": True},  # through the handler above instead of its own
        "uvicorn.access": {"propagate": False},  # off: every line names the path
    },
}
