"""Two queues, each with workers of its own: a slow mail server, or a thousand mails, delay no order."""

SHOP = "celery"  # Celery's own default: what beat starts goes there too
MAIL = "mail"
MAILS = "%.%mail%"  # what their tasks are called, for PostgreSQL


def of(task: str) -> str:
    """The queue of a task; what mails is called so, as `orders.mail_shipped` or `alerts.address_mail`."""
    return MAIL if "mail" in task.partition(".")[2] else SHOP
