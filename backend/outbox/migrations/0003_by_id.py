from django.db import migrations


class Migration(migrations.Migration):
    """Events are read by id, from the oldest on: one index less to write for each."""

    dependencies = [
        ("outbox", "0002_shards"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="event", name="event_shard"),
    ]
