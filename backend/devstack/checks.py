"""What can be known to fail is found before anything starts, and said in one line."""

import sys
from collections.abc import Mapping

import psycopg
import redis

from backend.devstack import environment, ports

_SECONDS = 3


class Unusable(RuntimeError):
    """The machine or a setting stands in the way; the text says what to do."""


def check_python() -> None:
    if sys.version_info < (3, 12):  # noqa: UP036
        raise Unusable(
            f"this is Python {sys.version.split()[0]}; install 3.12 or newer, or set PYTHON=/path/to/it"
        )


def check_port(settings: Mapping[str, str]) -> None:
    try:
        number = environment.port(settings)
    except ValueError:
        raise Unusable(f"PORT={settings['PORT']} is no port: give a number from 1 to 65535") from None
    if not ports.is_free(number):
        raise Unusable(f"port {number} is taken: stop what uses it, or run PORT={number + 1} make run")


def check_database(url: str) -> None:
    try:
        psycopg.connect(url, connect_timeout=_SECONDS).close()
    except psycopg.Error as error:
        raise Unusable(
            f"the database at DATABASE_URL does not answer ({_first_line(error)}): "
            "start it, correct the address, or unset DATABASE_URL to use the embedded one"
        ) from None


def check_redis(url: str) -> None:
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=_SECONDS, socket_timeout=_SECONDS) as client:
            client.ping()
    except (redis.RedisError, ValueError) as error:
        raise Unusable(
            f"the Redis at REDIS_URL does not answer ({_first_line(error)}): "
            "start it, correct the address, or unset REDIS_URL to use the embedded Valkey"
        ) from None


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
