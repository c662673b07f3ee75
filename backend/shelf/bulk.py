"""For loads of a whole catalogue: the index of words is made in one pass at the end, and so are the blocks.

Word by word it takes most of the time of such a load. Until the end searches read what is pending from a
list, which is slow and not wrong; during the last pass writers wait.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from backend.shelf import blocks

_LONGEST_LIST_KIB = 1024 * 1024


@contextmanager
def loading() -> Iterator[None]:
    """Places that are put meanwhile, by whichever process, have their words indexed at the end."""
    _run(f"ALTER INDEX place_words SET (fastupdate = on, gin_pending_list_limit = {_LONGEST_LIST_KIB})")
    try:
        yield
    finally:
        with transaction.atomic():
            _run("SET LOCAL statement_timeout = 0")  # minutes, for millions
            _run("ALTER INDEX place_words SET (fastupdate = off)")
            _run("ALTER INDEX place_words RESET (gin_pending_list_limit)")
            _run("REINDEX INDEX place_words")
            blocks.rebuild()


def _run(command: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(command)
