"""Workers keep their connection to PostgreSQL from task to task: a new one costs more than most tasks do."""

from typing import Any

from celery import signals
from django.db import close_old_connections

# Celery closes it before and after each task, but for so many of them.
KEPT_FOR_TASKS = 100_000


@signals.task_prerun.connect
def look_at_connection(**about: Any) -> None:
    """One that broke, or that PostgreSQL ended meanwhile, is replaced (CONN_HEALTH_CHECKS)."""
    close_old_connections()
