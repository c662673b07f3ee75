"""What is loaded in bulk is found during and after the load, and indexed as ever then."""

import pytest
from django.db import connection

from backend.shelf import actions, bulk
from backend.shelf.models import Place
from tests.shelf.places import mugs

pytestmark = pytest.mark.django_db


def options():
    with connection.cursor() as cursor:
        cursor.execute("SELECT reloptions FROM pg_class WHERE relname = 'place_words'")
        return cursor.fetchone()[0]


def found():
    return Place.objects.extra(where=["words @@ 'mug'"]).count()


def test_a_load_in_bulk():
    before = options()

    with bulk.loading():
        assert "fastupdate=on" in options()
        actions.put([mugs(1), mugs(2)])
        assert found() == 2

    assert (found(), options()) == (2, before)
