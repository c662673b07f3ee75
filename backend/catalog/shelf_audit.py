"""What must hold between products and their places in lists, for the audit of stock."""

# A place that is missing is made by the next start (refresh_catalogue). Of a capital sigma, and of an I with
# a dot, Python makes other small letters than PostgreSQL: names that have them are not compared.
SHELVED = """
SELECT sku, NULL::uuid AS order_id,
       concat(product.slug, ': lists go by another ', concat_ws(', ',
              CASE WHEN place.slug <> product.slug THEN 'slug' END,
              CASE WHEN place.category_id <> kept_category_id THEN 'category' END,
              CASE WHEN place.name <> kept_name THEN 'name' END,
              CASE WHEN place.cents <> price * 100 THEN 'price' END,
              CASE WHEN place.created_at <> product.created_at THEN 'age' END,
              CASE WHEN (place.is_active, is_tracked) <> (product.is_active, track_inventory)
                   THEN 'state' END)) AS message
  FROM shelf_place AS place
  JOIN catalog_product AS product ON product.id = product_id,
       coalesce(product.category_id, '00000000-0000-0000-0000-000000000000') AS kept_category_id,
       coalesce(CASE WHEN product.name !~ '[Σİ]' THEN lower(product.name COLLATE "pg_c_utf8") END,
                place.name) AS kept_name
 WHERE (place.slug, place.category_id, place.name, place.cents, place.created_at)
    <> (product.slug, kept_category_id, kept_name, price * 100, product.created_at)
    OR (place.is_active, is_tracked) <> (product.is_active, track_inventory)
"""
