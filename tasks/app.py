"""The Celery application: `celery -A tasks.app worker`, `celery -A tasks.app beat`."""

import os

from celery import Celery
from django.conf import settings

from tasks import queues
from tasks.connections import KEPT_FOR_TASKS
from tasks.schedule import BEAT

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.config.settings")

MODULES = [
    "tasks.accounts",
    "tasks.audits",
    "tasks.catalog",
    "tasks.housekeeping",
    "tasks.inventory",
    "tasks.orders",
    "tasks.payments",
]

app = Celery("shopwire")
app.conf.update(
    broker_url=settings.CELERY_BROKER_URL,
    broker_connection_retry_on_startup=True,
    broker_transport_options={"visibility_timeout": 600, "socket_timeout": 10, "socket_connect_timeout": 2},
    imports=[*MODULES, "tasks.jobs", "tasks.logs"],
    beat_schedule=BEAT,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    task_soft_time_limit=120,
    task_time_limit=150,  # of the sweeps; jobs have shorter ones (tasks/jobs.py)
    worker_prefetch_multiplier=1,  # a message is several jobs
    task_default_queue=queues.SHOP,
    worker_hijack_root_logger=False,
    timezone="UTC",
    CELERY_DB_REUSE_MAX=KEPT_FOR_TASKS,
)
