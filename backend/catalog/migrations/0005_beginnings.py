"""What search_text.remembered keeps of the words on the shelf: so far only what a typo may have meant was kept."""

from django.db import migrations

REMEMBER = """
SET LOCAL statement_timeout = 0;
SET LOCAL transaction_timeout = 0;
INSERT INTO catalog_searchword (word)
SELECT DISTINCT CASE WHEN letters = word THEN word ELSE letters || '*' END
  FROM (SELECT word, substring(word FROM '^[^0-9]+') AS letters
          FROM shelf_place, unnest(tsvector_to_array(words)) AS word
         WHERE left(word, 1) NOT IN ('=', '~')) AS known
 WHERE length(letters) >= 3
    ON CONFLICT DO NOTHING;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0004_page'),
    ]

    operations = [
        migrations.RunSQL(REMEMBER, "DELETE FROM catalog_searchword WHERE word LIKE '%*' OR length(word) < 6"),
    ]
