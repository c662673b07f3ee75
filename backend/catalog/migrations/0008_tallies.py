"""Positions in a range of prices, and in a large branch, by the tallies of the shelf (shelf/tallies.py), as functions:
like those of the whole shop in 0006.

Two tallies say how many of what lies between them come before each stride of blocks. What lies in the range and not
between them, less than a step at either end, is looked at one by one. The answer is NULL where nothing is tallied,
where that is much of what there is, and where it all does not come to what was counted another way: after the
version before has written.
"""

from django.db import migrations

# How many of the places between two tallies were in the strides before this one.
BETWEEN = """
CREATE FUNCTION shelf_between(lower shelf_tally, upper shelf_tally, stride integer, stock boolean) RETURNS bigint
LANGUAGE sql IMMUTABLE AS $$
    SELECT shelf_side(stock, upper.buyable[stride] - lower.buyable[stride],
                      upper.sold_out[stride] - lower.sold_out[stride])
$$;
"""
# The last stride before which there are no more than there is room for. 0: there is none.
STRIDE = """
CREATE FUNCTION shelf_tallied_stride(lower shelf_tally, upper shelf_tally, room bigint, stock boolean)
RETURNS integer LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    low integer := 0;
    high integer := cardinality(upper.buyable) - 1;
    middle integer;
BEGIN
    WHILE low < high LOOP
        middle := (low + high + 1) / 2;
        IF shelf_between(lower, upper, middle, stock) <= room THEN
            low := middle;
        ELSE
            high := middle - 1;
        END IF;
    END LOOP;
    RETURN low;
END $$;
"""
PAGE = """
CREATE FUNCTION shelf_tallied_page_by_{column}(start bigint, size bigint, stock boolean, low bigint, high bigint,
                                               categories uuid[], named text, total bigint)
RETURNS uuid[] LANGUAGE plpgsql STABLE AS $$
DECLARE
    lower shelf_tally;
    upper shelf_tally;
    block shelf_block;
    stride integer;
    shifted bigint;
    come bigint;
    beyond bigint;
    at_ends bigint;
    ahead bigint;
BEGIN
    SELECT * INTO lower FROM shelf_tally
     WHERE ordering = '{column}' AND branch = named AND cents >= low ORDER BY cents LIMIT 1;
    SELECT * INTO upper FROM shelf_tally
     WHERE ordering = '{column}' AND branch = named AND cents - 1 <= high ORDER BY cents DESC LIMIT 1;
    IF (lower.cents < upper.cents) IS NOT TRUE THEN
        RETURN NULL;
    END IF;
    SELECT coalesce(sum(shelf_side(stock, buyable, sold_out)), 0),
           coalesce(sum(greatest(0, shelf_side(stock, buyable, sold_out))), 0)
      INTO shifted, come FROM shelf_shift WHERE cents >= lower.cents AND cents < upper.cents AND {in_branch};
    beyond := total - shifted - shelf_between(lower, upper, cardinality(upper.buyable), stock);
    stride := shelf_tallied_stride(lower, upper, start - come - beyond, stock);
    SELECT * INTO block FROM shelf_block
     WHERE ordering = '{column}' AND number = stride * upper.blocks AND has_tallies;
    IF NOT FOUND OR beyond > total / 8 THEN
        RETURN NULL;
    END IF;
    SELECT count(*), count(*) FILTER (WHERE {before}) INTO at_ends, ahead FROM (
        SELECT {column}, product_id FROM shelf_place
         WHERE is_active AND (stock IS NULL OR is_buyable = stock) AND {in_branch}
           AND cents >= low AND cents < lower.cents
         UNION ALL
        SELECT {column}, product_id FROM shelf_place
         WHERE is_active AND (stock IS NULL OR is_buyable = stock) AND {in_branch}
           AND cents >= upper.cents AND cents <= high) AS ends;
    IF at_ends <> beyond THEN
        RETURN NULL;
    END IF;
    ahead := start - ahead - shelf_between(lower, upper, stride, stock)
           - (SELECT coalesce(sum(shelf_side(stock, buyable, sold_out)), 0) FROM shelf_shift
               WHERE cents >= lower.cents AND cents < upper.cents AND {in_branch} AND {before});
    RETURN ARRAY(
        SELECT product_id FROM (
            (SELECT {column}, product_id FROM shelf_place
              WHERE is_active AND (stock IS NULL OR is_buyable = stock) AND {in_range} AND {in_branch}
                AND {column} = block.{column} AND product_id >= block.product_id
              ORDER BY {order} LIMIT ahead + size)
            UNION ALL
            (SELECT {column}, product_id FROM shelf_place
              WHERE is_active AND (stock IS NULL OR is_buyable = stock) AND {in_range} AND {in_branch}
                AND {column} {after} block.{column}
              ORDER BY {order} LIMIT ahead + size)
            ORDER BY {order} LIMIT size OFFSET ahead) AS page);
END $$;
"""
BEFORE = "({column} {less} block.{column} OR {column} = block.{column} AND product_id < block.product_id)"
# Written so, PostgreSQL does not think of reading the range, or the branch, and sorting it.
IN_RANGE = "(cents BETWEEN low AND high) IS TRUE"
IN_BRANCH = "(categories IS NULL OR category_id IN (SELECT unnest(categories))) IS TRUE"


def page(column, *, order, less, after):
    before = BEFORE.format(column=column, less=less)
    return PAGE.format(
        column=column, order=order, before=before, after=after, in_range=IN_RANGE, in_branch=IN_BRANCH
    )


PAGES = [
    page("cents", order="cents, product_id", less="<", after=">"),
    page("created_at", order="created_at DESC, product_id", less=">", after="<"),
    page("name", order="name, product_id", less="<", after=">"),
]
GONE = """
DROP FUNCTION shelf_tallied_page_by_name(bigint, bigint, boolean, bigint, bigint, uuid[], text, bigint);
DROP FUNCTION shelf_tallied_page_by_created_at(bigint, bigint, boolean, bigint, bigint, uuid[], text, bigint);
DROP FUNCTION shelf_tallied_page_by_cents(bigint, bigint, boolean, bigint, bigint, uuid[], text, bigint);
DROP FUNCTION shelf_tallied_stride(shelf_tally, shelf_tally, bigint, boolean);
DROP FUNCTION shelf_between(shelf_tally, shelf_tally, integer, boolean);
"""


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0007_shares'),
        ('shelf', '0006_tallies'),
    ]

    operations = [
        migrations.RunSQL([BETWEEN, STRIDE, *PAGES], GONE),
    ]
