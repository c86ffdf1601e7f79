"""What happens at the interpretation itself: sessions, three-way rooms, and reports afterwards.

Of a conversation only its frame is kept (start, end, roles, rung, quality of the line); what was
said, shown or typed is never stored anywhere. A room has at most five seats and is open only once
per request.
"""

from interpreting.models.reports import Receipt, Report, ReportQuerySet
from interpreting.models.rooms import Room, Seat, Visit
from interpreting.models.sessions import Session
from interpreting.models.telephone import PhoneConference, PhoneLeg

__all__ = [
    "PhoneConference",
    "PhoneLeg",
    "Receipt",
    "Report",
    "ReportQuerySet",
    "Room",
    "Seat",
    "Session",
    "Visit",
]
