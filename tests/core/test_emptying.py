"""The database is empty after a test, although others read and write it."""

import threading

import pytest
from django.contrib.auth.models import Permission
from django.contrib.sessions.models import Session
from django.db import connection

from backend.accounts.models import User
from tests import emptying, factories
from tests.concurrency import rivals

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def other():
    with rivals.rival() as opened:
        yield opened


@pytest.fixture
def emptying_aside():
    """In a thread of its own; what it raised, if it did."""
    raised = []

    def run():
        try:
            emptying.empty()
        except Exception as error:  # noqa: BLE001 - it is told of
            raised.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()

    def end():
        thread.join(rivals.PATIENCE)
        return raised

    yield end
    end()


def test_who_reads_one_table_after_the_other_is_waited_for(alice, other, request):
    """A deadlock, whose victim is never the other (see rivals)."""
    factories.product(sku="MUG")
    other.execute("SELECT 1 FROM catalog_product")  # emptied after the users

    end = request.getfixturevalue("emptying_aside")
    rivals.wait_until_waiting()
    other.execute("SELECT 1 FROM accounts_user")
    other.rollback()

    assert end() == []
    assert not User.objects.exists()


def test_what_is_just_being_written_is_taken_out_too(db, other, request):
    other.execute("INSERT INTO django_session VALUES ('key', 'data', now())")

    end = request.getfixturevalue("emptying_aside")
    rivals.wait_until_waiting()
    other.commit()

    assert end() == []
    assert not Session.objects.exists()


def test_what_the_migrations_made_stays(db):
    emptying.empty()

    assert Permission.objects.exists()
