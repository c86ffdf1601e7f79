"""Every verb that changes the register; the rules of `accounts.errors.ActionError` hold for all.

Each locks the volunteer's row, checks, writes, counts the row's ``version`` up, hints
``volunteer.changed`` to the staff and to the volunteer's own pages, and leaves an audit line.
"""

from volunteers.actions.entries import (
    next_number,
    register_volunteer,
    update_volunteer,
    warnings_of,
)
from volunteers.actions.states import (
    mark_seen,
    pause_volunteer,
    resume_rested,
    resume_volunteer,
    switch_on_call,
    withdraw_volunteer,
)
from volunteers.actions.terms import renew_registration

__all__ = [
    "mark_seen",
    "next_number",
    "pause_volunteer",
    "register_volunteer",
    "renew_registration",
    "resume_rested",
    "resume_volunteer",
    "switch_on_call",
    "update_volunteer",
    "warnings_of",
    "withdraw_volunteer",
]
