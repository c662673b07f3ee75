"""The Celery application: `celery -A backend.config worker`, `celery -A backend.config beat`."""

import os

from celery import Celery
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.config.settings")

app = Celery("shopwire")
app.conf.update(
    broker_url=settings.CELERY_BROKER_URL,
    broker_connection_retry_on_startup=True,
    broker_transport_options={"visibility_timeout": 600, "socket_timeout": 10, "socket_connect_timeout": 2},
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    task_time_limit=150,  # below the lease of a job (outbox/jobs.py), so that two never run at once
    task_soft_time_limit=120,
    worker_prefetch_multiplier=4,
    worker_hijack_root_logger=False,
    timezone="UTC",
)
app.autodiscover_tasks(["tasks"], related_name=None, force=False)
