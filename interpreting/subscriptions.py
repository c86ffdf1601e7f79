"""What the floors above do when a report is confirmed or taken up again; nothing here imports them.

Subscribers run inside the transaction of the action: an ActionError of theirs refuses it. What they
lock before a report they lock in `before_deciding`, which comes before the report is locked.
"""

from collections.abc import Callable
from datetime import datetime

from accounts.models import User
from interpreting.models import Report

Subscriber = Callable[[Report, "User | None", datetime], object]

# (report as it was read, who, when in UTC): somebody is about to confirm or return it
before_deciding: list[Subscriber] = []
# (report, who, when in UTC): the report was confirmed and may be priced
on_confirmed: list[Subscriber] = []
# (report, who, when in UTC): a confirmed report is about to go back to the volunteer
on_reopened: list[Subscriber] = []


def tell(subscribers: list[Subscriber], report: Report, by: User | None, at: datetime) -> None:
    """Call every subscriber in the order in which they came."""
    for subscriber in subscribers:
        subscriber(report, by, at)
