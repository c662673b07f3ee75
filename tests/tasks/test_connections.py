"""A worker's connection to PostgreSQL: kept from task to task, and replaced when it broke."""

import pytest
from celery.fixups.django import DjangoWorkerFixup
from django.db import connection

from tasks.app import app
from tasks.connections import KEPT_FOR_TASKS, look_at_connection


def backend_pid() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_a_connection_is_kept_from_task_to_task():
    fixup = DjangoWorkerFixup(app)
    before = backend_pid()

    fixup.close_database()
    look_at_connection()

    assert fixup.db_reuse_max == KEPT_FOR_TASKS
    assert backend_pid() == before


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_broke_is_replaced_before_the_next_task():
    before = backend_pid()
    connection.connection.close()

    look_at_connection()

    assert backend_pid() != before
