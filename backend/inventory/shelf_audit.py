"""What must hold between stock and the shelf, for the audit of stock."""

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
