from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('payments', '0001_initial'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='payment',
            name='payment_one_live_per_order',
        ),
        migrations.AlterField(
            model_name='payment',
            name='intent_id',
            field=models.CharField(max_length=255, unique=True),
        ),
        migrations.AddField(
            model_name='stripeevent',
            name='outcome',
            field=models.CharField(choices=[('waiting', 'Waiting'), ('applied', 'Applied'), ('unhandled', 'Of a type that tells us nothing'), ('not_ours', 'About a payment of somebody else')], default='waiting', max_length=10),
        ),
        migrations.AlterField(
            model_name='refund',
            name='reason',
            field=models.CharField(help_text="Why, in staff's words or ours", max_length=100),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.UniqueConstraint(condition=models.Q(('status__in', ['pending', 'processing', 'failed'])), fields=('order',), name='payment_one_open_per_order'),
        ),
    ]
