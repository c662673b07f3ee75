"""Tasks of inventory: staff hear of low stock by mail, and of payments that need a look."""

from uuid import UUID

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from backend.accounts import queries as accounts
from backend.alerts import actions as alerts
from backend.alerts import queries
from backend.alerts.shapes import alert_json
from tasks import jobs, mail


@shared_task(base=jobs.Tracked, name="alerts.address_mail")
def address_mail(*, alert_id: str) -> None:
    """Name who gets the mail: each address once, by a job of its own, so that no failure repeats another."""
    addresses = {address.lower() for address in [*settings.STAFF_ALERT_EMAILS, *accounts.staff_to_mail()]}
    alerts.address_mail(alert_id=UUID(alert_id), addresses=sorted(addresses), now=timezone.now())


@shared_task(base=jobs.Tracked, name="alerts.mail", transient=mail.TRANSIENT)
def mail_alert(*, alert_id: str, to: str) -> None:
    """Mail the alert to one address; templates are named after the kinds."""
    alert = queries.alert(UUID(alert_id))
    context = {"alert": alert_json(alert)}
    mail.send(to=to, template=alert.kind, context=context, key=f"alert:{alert.pk}")
