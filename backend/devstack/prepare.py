"""`python -m backend.devstack.prepare`: tables as the code wants them, and the demo in an empty shop.

One process for both, since half of its time is Django's start.
"""

import django
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor


def main() -> None:
    django.setup()
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", interactive=False)
    call_command("refresh_catalogue")
    call_command("load_demo", if_empty=True)


if __name__ == "__main__":
    main()
