"""The environment of the bench's shop: production's settings, with the limits off."""

import os
from pathlib import Path

from backend.devstack import environment, ports
from backend.devstack.bench import requests

API_WORKERS = 2
_OFF = ("THROTTLE_LOGIN", "THROTTLE_REGISTER", "THROTTLE_USER", "THROTTLE_ANON")
# Nothing else of the caller's: a DATABASE_URL that is set for a real shop must not be met here.
_PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR")


def settings(folder: Path, *, database_url: str, redis_url: str) -> dict[str, str]:
    """Of every process."""
    passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    ours = {
        "PORT": str(ports.find_free()),
        "API_PORT": str(ports.find_free()),
        "API_WORKERS": str(API_WORKERS),
        "DEBUG": "0",
        "ALLOWED_HOSTS": f"{requests.HOST},{requests.OTHER_HOSTS}",
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "DJANGO_SETTINGS_MODULE": "backend.devstack.bench.settings",
        **dict.fromkeys(_OFF, "off"),
    }
    return environment.complete(passed_on | ours, folder=folder)
