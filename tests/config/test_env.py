"""Settings are checked at the start: one line that names the wrong one, and nothing runs."""

import pytest

from backend.config import env


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("CURRENCY", "jpy", "jpy has not two decimal places"),
        ("CURRENCY", "usd2", "String should match pattern"),
        ("SHIPPING_FLAT", "5.005", "no more than 2 decimal places"),
        ("TAX_RATE", "1", "less than 1"),
        ("THROTTLE_LOGIN", "5 per minute", "String should match pattern"),
        ("THROTTLE_ANON", "0/m", "String should match pattern"),
        ("THROTTLE_USER", "5/0m", "String should match pattern"),
        ("DATABASE_URL", "shop.example/db", "String should match pattern"),
        ("DATABASE_REPLICA_URL", "mysql://h/d", "String should match pattern"),
        ("DATABASE_POOL_SIZE", "many", "valid integer"),
        ("REDIS_URL", "localhost:6379", "String should match pattern"),
        ("EMAIL_URL", "ftp://post.example", "must start with smtp://"),
        ("EMAIL_URL", "smtp://post.example:mail", "Port could not be cast"),
        ("TRUSTED_PROXIES", "proxy.example", "IPv4 or IPv6 network"),
    ],
)
def test_a_setting_that_makes_no_sense_stops_the_start(monkeypatch, name, value, told):
    monkeypatch.setenv(name, value)

    with pytest.raises(SystemExit) as stopped:
        env.load()

    line = str(stopped.value)
    assert line.startswith(f"shopwire: setting {name}: ")
    assert told in line
    assert "\n" not in line


@pytest.mark.parametrize("rate", ["off", "5/15m", "3/h", "1000/s"])
def test_a_rate_is_what_the_throttles_read(monkeypatch, rate):
    monkeypatch.setenv("THROTTLE_USER", rate)

    assert env.load().throttle_user == rate


def test_celery_needs_a_broker_that_is_no_cluster(monkeypatch):
    monkeypatch.setenv("REDIS_CLUSTER", "1")
    monkeypatch.delenv("CELERY_BROKER_URL", raising=False)

    with pytest.raises(SystemExit, match="setting CELERY_BROKER_URL is missing"):
        env.load()

    monkeypatch.setenv("CELERY_BROKER_URL", "amqp://queue.example")
    assert env.load().redis_cluster
