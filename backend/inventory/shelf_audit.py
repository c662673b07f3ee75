"""What must hold between stock and the shelf, and within the shelf, for the audit of stock."""

from backend.shelf import blocks

PLACES = """
SELECT coalesce(min(stock.sku), '') AS sku, NULL::uuid AS order_id,
       concat(place.slug, ': lists take it for ', CASE WHEN is_buyable THEN 'one to buy' ELSE 'sold out' END,
              ', units left: ', coalesce(sum(on_hand - held), 0)) AS message
  FROM shelf_place AS place
  LEFT JOIN inventory_stock AS stock ON stock.product = place.slug
 GROUP BY place.product_id
HAVING is_buyable <> (NOT is_tracked OR coalesce(bool_or(held < on_hand), FALSE))
"""

LADDERS = """
SELECT '' AS sku, NULL::uuid AS order_id,
       concat('Category ', category_id, ': lists count ', coalesce(cardinality(ladder.buyable), 0),
              ' products to buy and ', coalesce(cardinality(ladder.sold_out), 0), ' sold out, there are ',
              coalesce(cardinality(places.buyable), 0), ' and ',
              coalesce(cardinality(places.sold_out), 0)) AS message
  FROM shelf_ladder AS ladder
  FULL JOIN (
       SELECT category_id,
              coalesce(array_agg(cents ORDER BY cents) FILTER (WHERE is_buyable), '{}') AS buyable,
              coalesce(array_agg(cents ORDER BY cents) FILTER (WHERE NOT is_buyable), '{}') AS sold_out
         FROM shelf_place WHERE is_active GROUP BY category_id
       ) AS places USING (category_id)
 WHERE coalesce(ladder.buyable, '{}') <> coalesce(places.buyable, '{}')
    OR coalesce(ladder.sold_out, '{}') <> coalesce(places.sold_out, '{}')
"""

# Up to each block, the places less what has shifted since are what was counted. One that is wrong makes those
# behind it wrong: the first of each order is told.
_BLOCKS = """
(SELECT '' AS sku, NULL::uuid AS order_id,
        concat('Block ', number, ' by {column}: lists count ', buyable, ' products to buy and ', sold_out,
               ' sold out before it, there are ', buyable_found, ' and ', sold_out_found) AS message
   FROM (SELECT number, buyable, sold_out, sum(is_buyable) OVER earlier AS buyable_found,
                sum(is_sold_out) OVER earlier AS sold_out_found
           FROM (SELECT number, {column}, product_id, buyable, sold_out, 0 AS is_buyable, 0 AS is_sold_out
                   FROM shelf_block WHERE ordering = '{column}'
                  UNION ALL
                 SELECT NULL, {column}, product_id, NULL, NULL, is_buyable::int, (NOT is_buyable)::int
                   FROM shelf_place WHERE is_active
                  UNION ALL
                 SELECT NULL, {column}, product_id, NULL, NULL, -buyable, -sold_out FROM shelf_shift) AS met
         WINDOW earlier AS (ORDER BY {order}, number ROWS UNBOUNDED PRECEDING)) AS compared
  WHERE (buyable, sold_out) <> (buyable_found, sold_out_found)
  ORDER BY number LIMIT 1)
"""
BLOCKS = "UNION ALL".join(
    _BLOCKS.format(column=column, order=order) for column, order in blocks.ORDERS.items()
)

# In each block, the category's places less what has shifted since are its share. Where the version before has
# counted or told, nobody can say.
_SHARES = """
(SELECT '' AS sku, NULL::uuid AS order_id,
        concat('Category ', category_id, ', block ', number, ' by {column}: lists count ',
               coalesce(kept.buyable, 0), ' products to buy and ', coalesce(kept.sold_out, 0),
               ' sold out in it, there are ', coalesce(found.buyable, 0), ' and ',
               coalesce(found.sold_out, 0)) AS message
   FROM (SELECT category_id, number, count(*) FILTER (WHERE is_buyable) AS buyable,
                count(*) FILTER (WHERE NOT is_buyable) AS sold_out
           FROM shelf_share, LATERAL (SELECT unnest(buyable), TRUE UNION ALL SELECT unnest(sold_out), FALSE)
                                  AS one(number, is_buyable)
          WHERE ordering = '{column}' GROUP BY category_id, number) AS kept
   FULL JOIN (
        SELECT category_id, number, sum(is_buyable) AS buyable, sum(is_sold_out) AS sold_out
          FROM (SELECT category_id, is_buyable, is_sold_out, count(number) OVER earlier AS number
                  FROM (SELECT number, NULL AS category_id, {column}, product_id,
                               0 AS is_buyable, 0 AS is_sold_out
                          FROM shelf_block WHERE ordering = '{column}'
                         UNION ALL
                        SELECT NULL, category_id, {column}, product_id, is_buyable::int, (NOT is_buyable)::int
                          FROM shelf_place WHERE is_active
                         UNION ALL
                        SELECT NULL, category_id, {column}, product_id, -buyable, -sold_out
                          FROM shelf_shift) AS met
                WINDOW earlier AS (ORDER BY {order}, number ROWS UNBOUNDED PRECEDING)) AS numbered
         WHERE category_id IS NOT NULL GROUP BY category_id, number
        ) AS found USING (category_id, number)
  WHERE (coalesce(kept.buyable, 0), coalesce(kept.sold_out, 0))
     <> (coalesce(found.buyable, 0), coalesce(found.sold_out, 0))
    AND EXISTS (SELECT FROM shelf_block WHERE has_shares)
    AND NOT EXISTS (SELECT FROM shelf_shift WHERE category_id IS NULL)
  ORDER BY number, category_id LIMIT 1)
"""
SHARES = "UNION ALL".join(
    _SHARES.format(column=column, order=order) for column, order in blocks.ORDERS.items()
)

# What costs less, less what has shifted since, is what was counted in all. Which categories a large branch
# has, only the catalogue knows; who reads its tallies compares them with its ladders.
TALLIES = """
(SELECT '' AS sku, NULL::uuid AS order_id,
        concat('Tally by ', ordering, ' below ', cents, ': lists count ', tally.buyable,
               ' products to buy and ', tally.sold_out, ' sold out, there are ', found.buyable, ' and ',
               found.sold_out) AS message
   FROM (SELECT ordering, cents, buyable[cardinality(buyable)], sold_out[cardinality(sold_out)]
           FROM shelf_tally WHERE branch = '') AS tally(ordering, cents, buyable, sold_out)
   JOIN (SELECT cents, is_place, sum(is_buyable) OVER cheaper AS buyable,
                sum(is_sold_out) OVER cheaper AS sold_out
           FROM (SELECT DISTINCT cents, 0, 0, FALSE FROM shelf_tally WHERE branch = ''
                  UNION ALL
                 SELECT cents, is_buyable::int, (NOT is_buyable)::int, TRUE FROM shelf_place WHERE is_active
                  UNION ALL
                 SELECT cents, -buyable, -sold_out, TRUE FROM shelf_shift
                ) AS met(cents, is_buyable, is_sold_out, is_place)
         WINDOW cheaper AS (ORDER BY cents, is_place ROWS UNBOUNDED PRECEDING)) AS found USING (cents)
  WHERE NOT is_place AND (tally.buyable, tally.sold_out) <> (found.buyable, found.sold_out)
    AND EXISTS (SELECT FROM shelf_block WHERE has_tallies)
  ORDER BY ordering, cents LIMIT 1)
"""
