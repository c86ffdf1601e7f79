"""The database's clock, by which every deadline is compared."""

from datetime import datetime

from django.db import connection


def database_now() -> datetime:
    """The database's present instant (UTC), the same for every web process and worker."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]  # type: ignore[no-any-return]
