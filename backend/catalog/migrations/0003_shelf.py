"""The products of a shop that was there before the shelf take their places; their words are those of old."""

from django.db import migrations

PLACES = """
SET LOCAL statement_timeout = 0;
SET LOCAL transaction_timeout = 0;
INSERT INTO shelf_place
       (product_id, slug, category_id, cents, created_at, name, is_active, is_tracked, is_buyable, words)
SELECT id, slug, coalesce(category_id, '00000000-0000-0000-0000-000000000000'), price * 100, created_at, lower(name),
       is_active, track_inventory,
       NOT track_inventory OR EXISTS (SELECT FROM inventory_stock WHERE product = slug AND held < on_hand),
       coalesce((SELECT array_to_tsvector(array_agg(tag || lexeme))
                   FROM unnest(search) AS word,
                        unnest(CASE WHEN 'A' = ANY (weights) THEN ARRAY['', '~', '=']
                                    WHEN 'B' = ANY (weights) THEN ARRAY['', '~']
                                    ELSE ARRAY[''] END) AS tag), '')
  FROM catalog_product;
ALTER TABLE shelf_place ADD CONSTRAINT place_of_a_product
      FOREIGN KEY (product_id) REFERENCES catalog_product (id) ON DELETE CASCADE;
INSERT INTO shelf_ladder (category_id, buyable, sold_out)
SELECT category_id,
       coalesce(array_agg(cents ORDER BY cents) FILTER (WHERE is_buyable), '{}'),
       coalesce(array_agg(cents ORDER BY cents) FILTER (WHERE NOT is_buyable), '{}')
  FROM shelf_place WHERE is_active GROUP BY category_id;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0002_representation'),
        ('inventory', '0001_initial'),
        ('shelf', '0001_initial'),
    ]

    operations = [
        migrations.RunSQL(PLACES, 'ALTER TABLE shelf_place DROP CONSTRAINT place_of_a_product'),
        migrations.RemoveIndex(model_name='product', name='product_search'),
        migrations.RemoveIndex(model_name='product', name='product_by_category'),
        migrations.RemoveIndex(model_name='product', name='product_by_price'),
        migrations.RemoveIndex(model_name='product', name='product_newest'),
        migrations.RemoveField(model_name='product', name='search'),
    ]
