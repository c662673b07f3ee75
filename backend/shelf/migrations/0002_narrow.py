"""Words lie outside the rows they are of, so that what a search finds is counted on a tenth of the pages.

PostgreSQL moves a column out only of a row of more than 2 kB. The padding makes every row that long until it
is stored; then it is compressed to 35 bytes. Django does not know of it: nobody reads it.
"""

from django.db import migrations

OUTSIDE = """
SET LOCAL statement_timeout = 0;
SET LOCAL transaction_timeout = 0;  -- the rows are written anew, with their indexes
ALTER TABLE shelf_place
    SET (toast_tuple_target = 256),
    ALTER words SET STORAGE EXTERNAL,
    ADD padding text NOT NULL GENERATED ALWAYS AS (repeat(' ', 2000)) STORED;
"""
INSIDE = """
SET LOCAL statement_timeout = 0;
SET LOCAL transaction_timeout = 0;
ALTER TABLE shelf_place RESET (toast_tuple_target), ALTER words SET STORAGE EXTENDED, DROP padding;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('shelf', '0001_initial'),
    ]

    operations = [
        migrations.RunSQL(OUTSIDE, INSIDE),
    ]
