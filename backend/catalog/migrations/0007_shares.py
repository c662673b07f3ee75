"""Positions in a category and all under it, by their shares of the blocks (shelf/blocks.py), as functions: like those
of the whole shop in 0006.

If shares and shifts don't come to what ladders count, the branch is walked through from its start. So it is while
the version before still counts blocks or tells shifts, neither of which it knows categories of.
"""

from django.db import migrations

SHARED = """
CREATE FUNCTION shelf_shared(by text, block integer, stock boolean, branch uuid[]) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT coalesce(sum(shelf_side(stock, width_bucket(block - 1, buyable),
                                           width_bucket(block - 1, sold_out))), 0)
              FROM shelf_share WHERE ordering = by AND category_id = ANY (branch));
END $$;
"""
# The number of the last block before which the branch has no more than there is room for.
BLOCK = """
CREATE FUNCTION shelf_shared_block(by text, room bigint, stock boolean, branch uuid[]) RETURNS integer
LANGUAGE plpgsql STABLE AS $$
DECLARE
    low integer := 0;
    high integer := coalesce((SELECT max(number) FROM shelf_block WHERE ordering = by AND has_shares), 0);
    middle integer;
BEGIN
    WHILE low < high LOOP
        middle := (low + high + 1) / 2;
        IF shelf_shared(by, middle, stock, branch) <= room THEN
            low := middle;
        ELSE
            high := middle - 1;
        END IF;
    END LOOP;
    RETURN low;
END $$;
"""
# 2147483647: behind all blocks.
PAGE = """
CREATE FUNCTION shelf_branch_page_by_{column}(start bigint, size bigint, stock boolean, branch uuid[], total bigint)
RETURNS uuid[] LANGUAGE plpgsql STABLE AS $$
DECLARE
    block shelf_block;
    nearest integer := 0;
    shifted bigint;
    come bigint;
    ahead bigint;
BEGIN
    SELECT coalesce(sum(shelf_side(stock, buyable, sold_out)), 0),
           coalesce(sum(greatest(0, shelf_side(stock, buyable, sold_out))), 0)
      INTO shifted, come FROM shelf_shift WHERE {in_branch};
    IF NOT EXISTS (SELECT FROM shelf_shift WHERE category_id IS NULL)
       AND shelf_shared('{column}', 2147483647, stock, branch) + shifted = total THEN
        nearest := shelf_shared_block('{column}', start - come, stock, branch);
    END IF;
    SELECT * INTO block FROM shelf_block WHERE ordering = '{column}' AND number = nearest;
    IF NOT FOUND THEN
        block := ('', 0, '00000000-0000-0000-0000-000000000000', -1, 'infinity', '', 0, 0, TRUE);
    END IF;
    ahead := start - shelf_shared('{column}', nearest, stock, branch)
           - (SELECT coalesce(sum(shelf_side(stock, buyable, sold_out)), 0) FROM shelf_shift
               WHERE {in_branch}
                 AND ({column} {before} block.{column}
                   OR {column} = block.{column} AND product_id < block.product_id));
    RETURN ARRAY(
        SELECT product_id FROM (
            (SELECT {column}, product_id FROM shelf_place
              WHERE is_active AND (stock IS NULL OR is_buyable = stock) AND {in_branch}
                AND {column} = block.{column} AND product_id >= block.product_id
              ORDER BY {order} LIMIT ahead + size)
            UNION ALL
            (SELECT {column}, product_id FROM shelf_place
              WHERE is_active AND (stock IS NULL OR is_buyable = stock) AND {in_branch}
                AND {column} {after} block.{column}
              ORDER BY {order} LIMIT ahead + size)
            ORDER BY {order} LIMIT size OFFSET ahead) AS page);
END $$;
"""
# Written so, categories are looked up in a hash on the way, and PostgreSQL does not think of sorting the branch.
IN_BRANCH = "(category_id IN (SELECT unnest(branch))) IS TRUE"
UP = {"before": "<", "after": ">", "in_branch": IN_BRANCH}
DOWN = {"before": ">", "after": "<", "in_branch": IN_BRANCH}
PAGES = [
    PAGE.format(column="cents", order="cents, product_id", **UP),
    PAGE.format(column="created_at", order="created_at DESC, product_id", **DOWN),
    PAGE.format(column="name", order="name, product_id", **UP),
]
GONE = """
DROP FUNCTION shelf_branch_page_by_name(bigint, bigint, boolean, uuid[], bigint);
DROP FUNCTION shelf_branch_page_by_created_at(bigint, bigint, boolean, uuid[], bigint);
DROP FUNCTION shelf_branch_page_by_cents(bigint, bigint, boolean, uuid[], bigint);
DROP FUNCTION shelf_shared_block(text, bigint, boolean, uuid[]);
DROP FUNCTION shelf_shared(text, integer, boolean, uuid[]);
"""


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0006_blocks'),
        ('shelf', '0005_shares'),
    ]

    operations = [
        migrations.RunSQL([SHARED, BLOCK, *PAGES], GONE),
    ]
