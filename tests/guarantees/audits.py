"""The audits: what does not add up is found on a live database, and staff hear of it."""

from tests.guarantees.promise import Break, Edit, Promise

AUDIT = "tests/orders/test_audit.py"
AUDIT_ORDERS = "tests/orders/test_audit_orders.py"
RUN = "tests/orders/test_audit_run.py"
MONEY = "tests/payments/test_audit.py"
STOCK_SQL = "backend/orders/audit.py"
PROMISES = [
    Promise(
        key="A1",
        says="`manage.py audit_stock` finds stock that is not its ledger, or held for nobody.",
        kept_by="`backend/orders/audit.py`: a query for each rule",
        breaks=[
            Break(
                out="comparing rows with their ledger",
                edits=[
                    Edit(
                        STOCK_SQL,
                        " WHERE stock.on_hand <> coalesce(ledger.on_hand, 0) OR ",
                        " WHERE false AND ",
                    )
                ],
                tests=[
                    f"{AUDIT}::test_a_row_that_is_not_its_ledger_is_found",
                    f"{AUDIT}::test_a_row_without_a_ledger_is_found",
                ],
            ),
            Break(
                out="comparing held units with waiting orders",
                edits=[
                    Edit(
                        STOCK_SQL,
                        " WHERE coalesce(stock.held, 0) <> coalesce(waiting.units, 0)",
                        " WHERE false",
                    )
                ],
                tests=[
                    f"{AUDIT_ORDERS}::test_units_held_for_nobody_are_found",
                    f"{AUDIT_ORDERS}::test_an_order_that_waits_for_a_sku_that_is_not_there_is_found",
                ],
            ),
        ],
    ),
    Promise(
        key="A2",
        says="`manage.py audit_money` finds an order that was charged twice, and one sold without a payment.",
        kept_by="`backend/payments/audit.py`",
        breaks=[
            Break(
                out="counting what an order keeps",
                edits=[Edit("backend/payments/audit.py", "HAVING count(*) > 1", "HAVING count(*) > 9")],
                tests=[f"{MONEY}::test_an_order_that_was_charged_twice_is_found"],
            ),
        ],
    ),
    Promise(
        key="A3",
        says="An audit sees one moment, so that a busy shop raises no false alarm.",
        kept_by="`core.moment.at_once`: REPEATABLE READ, read only",
        breaks=[
            Break(
                out="REPEATABLE READ",
                edits=[
                    Edit("backend/core/moment.py", "ISOLATION LEVEL REPEATABLE READ READ ONLY", "READ ONLY")
                ],
                tests=[f"{RUN}::test_the_whole_report_is_of_one_moment"],
            )
        ],
    ),
    Promise(
        key="A4",
        says="A beat task audits daily and tells staff once; what is right again is settled by the system.",
        kept_by="`tasks/audits.py`, `alerts/findings.py`",
        breaks=[
            Break(
                out="the entry of beat",
                edits=[
                    Edit(
                        "tasks/schedule.py",
                        '"schedule": crontab(hour=3, minute=10)',
                        '"schedule": crontab(0, 0, day_of_week="sun")',
                    )
                ],
                tests=[f"{RUN}::test_it_runs_every_night"],
            )
        ],
    ),
    Promise(
        key="A5",
        says="After any order of orders, payments, cancels, refunds and returns, all adds up.",
        kept_by="all of the above; a stateful property test audits after each step",
        breaks=[
            Break(
                out="the release of a waiting order's units when it is cancelled",
                edits=[
                    Edit(
                        "backend/orders/actions.py",
                        "inventory.release if order.status == Status.PENDING else inventory.restock",
                        "inventory.restock",
                    )
                ],
                tests=["tests/payments/test_machine.py::test_it_always_adds_up"],
            ),
        ],
    ),
]
