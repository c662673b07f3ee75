"""The shop's settings as the environment gives them, checked once at start."""

import sys
from decimal import Decimal
from ipaddress import ip_network
from typing import Annotated, Literal, NoReturn

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from backend.config import mail

CommaList = Annotated[list[str], NoDecode]
Rate = Annotated[str, Field(pattern=r"^(off|[1-9]\d*/([1-9]\d*)?[smhd])$")]
PostgresUrl = Annotated[str, Field(pattern="^(|postgres(ql)?://.+)$")]
RedisUrl = Annotated[str, Field(pattern="^(|(rediss?|unix)://.+)$")]
# Money has two places here (core/money.py): Stripe would take 10.00 of these as 1000, or as 1.000.
OTHER_PLACES = "bif clp djf gnf isk jpy kmf krw mga pyg rwf ugx vnd vuv xaf xof xpf bhd jod kwd omr tnd"


class Env(BaseSettings):
    """One attribute per variable of `.env.example`; an empty value counts as unset."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore")

    secret_key: str = ""
    debug: bool = False
    allowed_hosts: CommaList = []
    cors_allowed_origins: CommaList = []
    trusted_proxies: CommaList = []
    staff_alert_emails: CommaList = []
    database_url: PostgresUrl = ""
    database_replica_url: PostgresUrl = ""
    database_pool_size: Annotated[int, Field(ge=0)] = 0  # the web process asks for 20
    database_prepares: bool = True
    redis_url: RedisUrl = ""
    redis_cluster: bool = False
    celery_broker_url: str = ""
    stripe_secret_key: str = ""
    stripe_webhook_secret: str = ""
    stripe_api_base: str = "https://api.stripe.com"
    email_url: str = "console://"
    default_from_email: str = "Shopwire <shop@shopwire.example>"
    frontend_url: str = "http://localhost:8000"
    shipping_webhook_secret: str = ""
    throttle_login: Rate = "5/15m"
    throttle_register: Rate = "3/h"
    throttle_user: Rate = "100/m"
    throttle_anon: Rate = "20/m"
    tax_rate: Annotated[Decimal, Field(ge=0, lt=1)] = Decimal("0.10")
    shipping_flat: Annotated[Decimal, Field(ge=0, decimal_places=2)] = Decimal("5.00")
    currency: Annotated[str, Field(pattern="^[a-z]{3}$")] = "usd"
    order_payment_window_minutes: Annotated[int, Field(gt=0)] = 30
    low_stock_threshold: Annotated[int, Field(ge=0)] = 10
    jwt_access_minutes: Annotated[int, Field(gt=0, le=24 * 60)] = 60  # accounts/endings.py: KEPT
    jwt_refresh_days: Annotated[int, Field(gt=0)] = 7
    sockets_per_user: Annotated[int, Field(gt=0)] = 10
    sockets_drain_seconds: Annotated[float, Field(ge=0)] = 2.0
    metrics_token: str = ""
    log_format: Literal["console", "json"] = "console"
    shopwire_data_dir: str = ".data"
    port: int = 8000
    api_port: int = 8100
    api_workers: Annotated[int, Field(ge=0)] = 0  # one a core
    api_threads: Annotated[int, Field(gt=0)] = 8
    web_server: Literal["daphne", "uvicorn"] = "daphne"

    @field_validator(
        "allowed_hosts", "cors_allowed_origins", "trusted_proxies", "staff_alert_emails", mode="before"
    )
    @classmethod
    def split_commas(cls, value: str | list[str]) -> list[str]:
        parts = value.split(",") if isinstance(value, str) else value
        return [part.strip() for part in parts if part.strip()]

    @field_validator("currency")
    @classmethod
    def check_places(cls, value: str) -> str:
        if value in OTHER_PLACES.split():
            raise ValueError(f"{value} has not two decimal places, as all money here has")
        return value

    @field_validator("email_url")
    @classmethod
    def check_mailer(cls, value: str) -> str:
        mail.mailer(value)
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def check_networks(cls, value: list[str]) -> list[str]:
        return [str(ip_network(part, strict=False)) for part in value]


def load() -> Env:
    """Read the environment; stop the process with one line if it can't be used."""
    try:
        env = Env()
    except ValidationError as error:
        first = error.errors()[0]
        stop(f"setting {str(first['loc'][0]).upper()}: {first['msg']}")
    for name in () if env.debug else ("secret_key", "allowed_hosts"):
        if not getattr(env, name):
            stop(f"setting {name.upper()} is missing (it may only be left out with DEBUG=1)")
    for name in ("database_url", "redis_url"):
        if not getattr(env, name):
            stop(f"setting {name.upper()} is missing (make run brings its own; otherwise see .env.example)")
    if env.redis_cluster and not env.celery_broker_url:
        stop("setting CELERY_BROKER_URL is missing (Celery can't use a cluster: name a Redis or RabbitMQ)")
    return env


def stop(reason: str) -> NoReturn:
    """End the process with one readable line."""
    sys.exit(f"shopwire: {reason}")
