"""`manage.py audit_stock`: do stock, its ledger and the orders add up, on a live database?"""

from backend.orders.audit import STOCK
from tasks.audit_command import AuditCommand


class Command(AuditCommand):
    help = "Check in one moment that stock, its ledger and the orders add up; exit code 1 if not"
    audit = STOCK
