import zlib

from django.db import migrations, models


def place(apps, schema_editor):
    """What waits right now belongs to its topic's shard, as everything after it."""
    events = apps.get_model("outbox", "Event").objects
    for topic in events.order_by("topic").values_list("topic", flat=True).distinct():
        events.filter(topic=topic).update(shard=zlib.crc32(topic.encode()) % 16)


class Migration(migrations.Migration):
    dependencies = [
        ("outbox", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="event",
            name="shard",
            field=models.PositiveSmallIntegerField(db_default=0),
        ),
        migrations.RunPython(place, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["shard", "id"], name="event_shard"),
        ),
    ]
