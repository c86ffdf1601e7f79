"""Requests, the people asked, and who goes.

Invariants kept here by constraints: at most one active assignment per seat, no two overlapping
assignments of one volunteer, at most one open offer per person and request, and no open request
without a next action that has a time.
"""

from dispatch.models.offers import Assignment, Offer, Wave
from dispatch.models.operators import Operator, OperatorCall, OperatorService
from dispatch.models.requests import (
    Counter,
    Desk,
    Mode,
    Place,
    Request,
    RequestingBody,
    RequestSeries,
    Requirement,
    Urgency,
)
from dispatch.models.roster import Shift, ShiftAbsence
from dispatch.models.sharing import SharingAgreement
from dispatch.models.templates import MessageTemplate

__all__ = [
    "Assignment",
    "Counter",
    "Desk",
    "MessageTemplate",
    "Mode",
    "Offer",
    "Operator",
    "OperatorCall",
    "OperatorService",
    "Place",
    "Request",
    "RequestSeries",
    "RequestingBody",
    "Requirement",
    "SharingAgreement",
    "Shift",
    "ShiftAbsence",
    "Urgency",
    "Wave",
]
