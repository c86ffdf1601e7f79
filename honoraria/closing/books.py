"""The books of an organization: which months are closed, and on which day something is booked.

Whatever writes, changes or removes an entry, or changes what belongs to a month, takes the row of
the books first; then report → tariffs → entries → payments. So a month never closes while
somebody books into it. That nothing booked in a closed month changes is a trigger of the database
as well (`honoraria.migrations.0004_closed_books`).
"""

from __future__ import annotations

from datetime import date, timedelta

from accounts.errors import ActionError
from accounts.models import Organization
from honoraria.models import Books


def lock_books(organization: Organization | int) -> Books:
    """The books, locked until the end of the transaction; made when there are none yet."""
    key = organization if isinstance(organization, int) else organization.pk
    locked = Books.objects.select_for_update().filter(organization_id=key)
    found = locked.first()
    if found is None:
        # two who come first at once: the second waits here for the first, and then reads its row
        Books.objects.bulk_create([Books(organization_id=key)], ignore_conflicts=True)
        found = locked.get()
    return found


def closed_through(organization: Organization) -> date | None:
    """The last day that is closed, for screens; None while no month was closed."""
    days = Books.objects.filter(organization=organization).values_list("closed_through", flat=True)
    return days.first()


def booking_day(books: Books, activity_date: date, today: date) -> date:
    """The activity's day if its month is open, else the first day of the first open month.

    ``today`` in Asia/Tokyo: a month that has not begun takes nothing over from closed ones.
    Raises ActionError: month_closed.
    """
    if books.closed_through is None or activity_date > books.closed_through:
        return activity_date
    first_open = books.closed_through + timedelta(days=1)
    if first_open > today:
        raise _closed(activity_date)
    return first_open


def check_open(books: Books, day: date) -> None:
    """Refuse to change what is booked on a day of a closed month. Raises ActionError."""
    if books.closed_through is not None and day <= books.closed_through:
        raise _closed(day)


def _closed(day: date) -> ActionError:
    text = (
        f"{day.year}年{day.month}月は締め済みのため、変更できません。"
        "訂正は、開いている月に取消しの行を作って行ってください。"
    )
    return ActionError("month_closed", text)
