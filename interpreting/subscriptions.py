"""What the floors above do when a report is confirmed or taken up again; nothing here imports them.

Subscribers run inside the transaction of the action: an ActionError of theirs refuses it.
"""

from collections.abc import Callable
from datetime import datetime

from accounts.models import User
from interpreting.models import Report

Subscriber = Callable[[Report, "User | None", datetime], object]

# (report, who, when in UTC): the report was confirmed and may be priced
on_confirmed: list[Subscriber] = []
# (report, who, when in UTC): a confirmed report is about to go back to the volunteer
on_reopened: list[Subscriber] = []


def tell(subscribers: list[Subscriber], report: Report, by: User | None, at: datetime) -> None:
    """Call every subscriber in the order in which they came."""
    for subscriber in subscribers:
        subscriber(report, by, at)
