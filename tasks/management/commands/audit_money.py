"""`manage.py audit_money`: do payments, refunds and the orders they paid add up, on a live database?"""

from backend.payments.audit import MONEY
from tasks.audit_command import AuditCommand


class Command(AuditCommand):
    help = "Check in one moment that payments, refunds and orders add up; exit code 1 if not"
    audit = MONEY
