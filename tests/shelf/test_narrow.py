"""Words lie outside the row, whatever happens to it: else every search reads them."""

import pytest
from django.db import connection, transaction

from backend.shelf import actions, queries
from tests.shelf.places import mugs

pytestmark = pytest.mark.django_db
WORDS = " ".join(f"'word{number}'" for number in range(60))  # as many as a short description has


def row():
    """Whether the words are outside, the bytes of the rest, and how often a word is found."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_column_toast_chunk_id(words) IS NOT NULL,"
            " pg_column_size(shelf_place.*) - pg_column_size(words) < 256,"
            " (words @@ 'word59')::int FROM shelf_place"
        )
        return cursor.fetchone()


def mug(**fields):
    place = mugs(1, **fields)
    place.words = WORDS
    return place


def test_words_lie_outside_once_written():
    actions.put([mug()])

    assert row() == (True, True, 1)


def test_words_lie_outside_once_written_again():
    actions.put([mug()])

    actions.put([mug(cents=200)])

    assert row() == (True, True, 1)


def test_words_stay_outside_when_the_place_turns():
    actions.put([mug()])

    with transaction.atomic():
        actions.turn(places=queries.lock_labelled(["mug-1"]), buyable=[])

    assert row() == (True, True, 1)
