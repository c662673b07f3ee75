"""What processes of the version before do meanwhile: it knew nothing of categories in blocks and shifts."""

from importlib import import_module

from django.db import connection

from backend.shelf import blocks
from backend.shelf.models import Shift

_BLOCKS = import_module("backend.catalog.migrations.0006_blocks").BLOCKS


def count():
    """Blocks anew, and no shares."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM shelf_block; DELETE FROM shelf_shift")
        cursor.execute(_BLOCKS.replace("500", str(blocks.SIZE)))


def tell():
    """What has shifted, and not in which category."""
    Shift.objects.update(category_id=None)
