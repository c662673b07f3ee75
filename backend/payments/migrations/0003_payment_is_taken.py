from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('payments', '0002_intents_and_outcomes'),
    ]

    operations = [
        migrations.AddField(
            model_name='payment',
            name='is_taken',
            field=models.BooleanField(default=False, help_text='The order was paid by this money'),
        ),
    ]
