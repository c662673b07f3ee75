"""Positions and counts in the whole shop by the blocks of the shelf (shelf/blocks.py), as functions: PostgreSQL
keeps their plans. To plan these walks takes three times as long as to go them.

Each looks for the last block that can't be too far, adds what has shifted before it, and walks from there. A
shop without blocks is walked through from its start.
"""

from django.db import migrations

# Of a block, a shift or a place: how many to buy, or sold out, or, if that is not asked, of both.
SIDE = """
CREATE FUNCTION shelf_side(stock boolean, buyable bigint, sold_out bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN stock IS NULL THEN buyable + sold_out WHEN stock THEN buyable ELSE sold_out END
$$;
"""
# Before everything, in each order.
START = "('', 0, '00000000-0000-0000-0000-000000000000', -1, 'infinity', '', 0, 0)"
CHEAPER = f"""
CREATE FUNCTION shelf_cheaper(than bigint, stock boolean) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
DECLARE
    block shelf_block;
BEGIN
    SELECT * INTO block FROM shelf_block
     WHERE ordering = 'cents' AND cents < than ORDER BY number DESC LIMIT 1;
    IF NOT FOUND THEN
        block := {START};
    END IF;
    RETURN shelf_side(stock, block.buyable, block.sold_out)
         + (SELECT coalesce(sum(shelf_side(stock, buyable, sold_out)), 0) FROM shelf_shift
             WHERE (cents, product_id) < (block.cents, block.product_id))
         + (SELECT count(*) FROM shelf_place
             WHERE is_active AND (stock IS NULL OR is_buyable = stock)
               AND (cents, product_id) >= (block.cents, block.product_id) AND cents < than);
END $$;
"""
# All that has come since the blocks were counted may lie before one of them: there must be room for it. The walk
# has two parts since keys whose columns differ in direction can't be compared as a whole, and a whole import
# has one age.
PAGE = """
CREATE FUNCTION shelf_page_by_{column}(start bigint, size bigint, stock boolean) RETURNS uuid[]
LANGUAGE plpgsql STABLE AS $$
DECLARE
    block shelf_block;
    ahead bigint;
BEGIN
    SELECT * INTO block FROM shelf_block
     WHERE ordering = '{column}' AND shelf_side(stock, buyable, sold_out) <= start
         - (SELECT coalesce(sum(greatest(0, shelf_side(stock, buyable, sold_out))), 0) FROM shelf_shift)
     ORDER BY number DESC LIMIT 1;
    IF NOT FOUND THEN
        block := {start};
    END IF;
    ahead := start - shelf_side(stock, block.buyable, block.sold_out)
           - (SELECT coalesce(sum(shelf_side(stock, buyable, sold_out)), 0) FROM shelf_shift
               WHERE {column} {before} block.{column}
                  OR {column} = block.{column} AND product_id < block.product_id);
    RETURN ARRAY(
        SELECT product_id FROM (
            (SELECT {column}, product_id FROM shelf_place
              WHERE is_active AND (stock IS NULL OR is_buyable = stock)
                AND {column} = block.{column} AND product_id >= block.product_id
              ORDER BY {order} LIMIT ahead + size)
            UNION ALL
            (SELECT {column}, product_id FROM shelf_place
              WHERE is_active AND (stock IS NULL OR is_buyable = stock) AND {column} {after} block.{column}
              ORDER BY {order} LIMIT ahead + size)
            ORDER BY {order} LIMIT size OFFSET ahead) AS page);
END $$;
"""
UP = {"before": "<", "after": ">", "start": START}
DOWN = {"before": ">", "after": "<", "start": START}
PAGES = [
    PAGE.format(column="cents", order="cents, product_id", **UP),
    PAGE.format(column="created_at", order="created_at DESC, product_id", **DOWN),
    PAGE.format(column="name", order="name, product_id", **UP),
]
# As shelf.blocks.rebuild does.
COUNTED = """
SELECT '{column}' AS ordering, product_id, row_number() OVER places - 1 AS before,
       count(*) FILTER (WHERE is_buyable) OVER places - is_buyable::int AS buyable
  FROM shelf_place WHERE is_active WINDOW places AS (ORDER BY {order} ROWS UNBOUNDED PRECEDING)
"""
BLOCKS = f"""
SET LOCAL statement_timeout = 0;
SET LOCAL transaction_timeout = 0;
INSERT INTO shelf_block (ordering, number, product_id, cents, created_at, name, buyable, sold_out)
SELECT ordering, before / 500, product_id, cents, created_at, name, first.buyable, before - first.buyable
  FROM ({COUNTED.format(column="cents", order="cents, product_id")} UNION ALL
        {COUNTED.format(column="created_at", order="created_at DESC, product_id")} UNION ALL
        {COUNTED.format(column="name", order="name, product_id")}) AS first
  JOIN shelf_place USING (product_id)
 WHERE before > 0 AND before % 500 = 0;
"""
GONE = """
DROP FUNCTION shelf_page_by_name(bigint, bigint, boolean);
DROP FUNCTION shelf_page_by_created_at(bigint, bigint, boolean);
DROP FUNCTION shelf_page_by_cents(bigint, bigint, boolean);
DROP FUNCTION shelf_cheaper(bigint, boolean);
DROP FUNCTION shelf_side(boolean, bigint, bigint);
DELETE FROM shelf_block;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0005_beginnings'),
        ('shelf', '0004_blocks'),
    ]

    operations = [
        migrations.RunSQL([SIDE, CHEAPER, *PAGES, BLOCKS], GONE),
    ]
