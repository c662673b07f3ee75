"""The shop's own settings and one address more: the yardstick of the REST rows (urls.py)."""

from backend.config.settings import *  # noqa: F403

ROOT_URLCONF = "backend.devstack.bench.urls"
