"""Django's settings, made from the environment (see env.py for each variable and its check)."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

from backend.config import database, mail, storage
from backend.config import env as environment

BASE_DIR = Path(__file__).resolve().parents[2]
ENV = environment.load()
DATA_DIR = (BASE_DIR / ENV.shopwire_data_dir).resolve()

DEBUG = ENV.debug
SECRET_KEY = ENV.secret_key or "insecure-key-for-development-only-0123456789"
ALLOWED_HOSTS = ENV.allowed_hosts or ["*"]
ROOT_URLCONF = "backend.config.urls"
ASGI_APPLICATION = "backend.config.asgi.application"
WSGI_APPLICATION = "backend.config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "corsheaders",
    "ninja",
    "backend.core",
    "backend.outbox",
    "backend.alerts",
    "backend.accounts",
    "backend.shelf",
    "backend.inventory",
    "backend.catalog",
    "backend.cart",
    "backend.orders",
    "backend.payments",
    "backend.reviews",
    "backend.dashboard",
    "backend.asyncapi",
    "tasks",
    "fixtures",
]

MIDDLEWARE = [
    # These two are outside, so that errors get their headers too.
    "corsheaders.middleware.CorsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "api.middleware.ErrorsAsJson",
    "backend.config.pages.Files",
    "backend.config.pages.Sessions",
    "django.middleware.common.CommonMiddleware",
    "backend.config.pages.Forms",
    "backend.config.pages.Users",
    "backend.config.pages.Messages",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# Data

POOL = ENV.database_pool_size
DATABASES = {"default": database.settings(ENV.database_url, pool_size=POOL)}
if ENV.database_replica_url:
    replica = database.settings(ENV.database_replica_url, pool_size=POOL)
    DATABASES["replica"] = {**replica, "TEST": {"MIRROR": "default"}}
CATALOG_DATABASE = "replica" if ENV.database_replica_url else "default"
DATABASE_PREPARES = ENV.database_prepares

REDIS_URL = ENV.redis_url
REDIS_CLUSTER = ENV.redis_cluster
REDIS_PATIENCE = {"socket_timeout": 1.0, "socket_connect_timeout": 0.5}  # seconds for a question of a request
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": REDIS_PATIENCE,
    }
}

CELERY_BROKER_URL = ENV.celery_broker_url or REDIS_URL

# Files: local folders, or S3 where a bucket is named (every AWS_* name of django-storages is passed on)

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
WHITENOISE_USE_FINDERS = True
MEDIA_URL = "/media/"
MEDIA_ROOT = DATA_DIR / "media"
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
if os.environ.get(storage.BUCKET):
    STORAGES["default"] = {"BACKEND": storage.S3}
    globals().update(storage.aws_settings(os.environ))

# People

PASSWORD_HASHERS = ["django.contrib.auth.hashers.BCryptSHA256PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "backend.accounts.passwords.FourKindsOfCharacters"},
]
JWT_ACCESS = timedelta(minutes=ENV.jwt_access_minutes)
JWT_REFRESH = timedelta(days=ENV.jwt_refresh_days)
MAILERS = {"default": mail.mailer(ENV.email_url)}
DEFAULT_FROM_EMAIL = ENV.default_from_email
FRONTEND_URL = ENV.frontend_url.rstrip("/")
STAFF_ALERT_EMAILS = ENV.staff_alert_emails

# The edge

METRICS_TOKEN = ENV.metrics_token
TRUSTED_PROXIES = ENV.trusted_proxies
CORS_ALLOWED_ORIGINS = ENV.cors_allowed_origins
CORS_EXPOSE_HEADERS = ["Retry-After", "Idempotency-Replayed"]
CORS_ALLOW_HEADERS = ["accept", "authorization", "content-type", "idempotency-key"]
THROTTLES = {
    "login": ENV.throttle_login,
    "register": ENV.throttle_register,
    "user": ENV.throttle_user,
    "anon": ENV.throttle_anon,
}
SOCKETS_PER_USER = ENV.sockets_per_user
SOCKETS_DRAIN_SECONDS = ENV.sockets_drain_seconds
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
JSON_LIMIT_BYTES = 1024 * 1024
UPLOAD_LIMIT_BYTES = 10 * 1024 * 1024
SECURE_CONTENT_TYPE_NOSNIFF = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEBUG
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENV.trusted_proxies else None
SECURE_HSTS_SECONDS = 0 if DEBUG else 31_536_000

# The shop

TAX_RATE = ENV.tax_rate
SHIPPING_FLAT = ENV.shipping_flat
CURRENCY = ENV.currency
ORDER_PAYMENT_WINDOW = timedelta(minutes=ENV.order_payment_window_minutes)
LOW_STOCK_THRESHOLD = ENV.low_stock_threshold
STRIPE_SECRET_KEY = ENV.stripe_secret_key
STRIPE_WEBHOOK_SECRET = ENV.stripe_webhook_secret
STRIPE_API_BASE = ENV.stripe_api_base
SHIPPING_WEBHOOK_SECRET = ENV.shipping_webhook_secret

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "console": {"format": "%(levelname)s %(name)s: %(message)s"},
        "json": {"()": "backend.config.logs.JsonFormatter"},
    },
    "handlers": {"out": {"class": "logging.StreamHandler", "formatter": ENV.log_format}},
    "root": {"handlers": ["out"], "level": "INFO"},
    "loggers": {
        # Django's own handler, in DEBUG, would say everything twice, and not as JSON.
        "django": {"handlers": []},
        "django.request": {"level": "ERROR"},
        # A stranger who makes up host names gets a 400, and does not fill the log with tracebacks.
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        "stripe": {"level": "WARNING"},
    },
}
