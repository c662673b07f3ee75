"""Tallies of prices; and names and ages in the indexes of prices, so that a range of them is sorted in whichever order
without reading its places. The next count, within a minute, makes the tallies.
"""

import django.contrib.postgres.fields
from django.db import migrations, models

UNHURRIED = 'SET LOCAL statement_timeout = 0; SET LOCAL transaction_timeout = 0'


class Migration(migrations.Migration):

    dependencies = [
        ('shelf', '0005_shares'),
    ]

    operations = [
        migrations.RunSQL(UNHURRIED, UNHURRIED),
        migrations.CreateModel(
            name='Tally',
            fields=[
                ('pk', models.CompositePrimaryKey('ordering', 'branch', 'cents', blank=True, editable=False, primary_key=True, serialize=False)),
                ('ordering', models.TextField(help_text='As of the blocks')),
                ('branch', models.TextField(help_text='As its categories are called together; the whole shop has no name')),
                ('cents', models.BigIntegerField(help_text='Less than this')),
                ('blocks', models.IntegerField(help_text='From one number to the next')),
                ('buyable', django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField())),
                ('sold_out', django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField())),
            ],
        ),
        migrations.AddIndex(
            model_name='place',
            index=models.Index(condition=models.Q(('is_active', True)), fields=['category_id', 'cents', 'product_id'], include=('created_at', 'is_buyable', 'name'), name='place_in_category'),
        ),
        migrations.AddIndex(
            model_name='place',
            index=models.Index(condition=models.Q(('is_active', True)), fields=['cents', 'product_id'], include=('category_id', 'is_buyable', 'created_at', 'name'), name='place_by_cents'),
        ),
        migrations.RemoveIndex(
            model_name='place',
            name='place_by_category',
        ),
        migrations.RemoveIndex(
            model_name='place',
            name='place_by_price',
        ),
        migrations.AddField(
            model_name='block',
            name='has_tallies',
            field=models.BooleanField(db_default=False, default=False, help_text='And with the tallies; the version before made none'),
        ),
        migrations.AlterField(
            model_name='block',
            name='has_shares',
            field=models.BooleanField(db_default=False, default=False, help_text='Counted with the shares; a version before made none'),
        ),
    ]
