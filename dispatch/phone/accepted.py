"""The browser in which somebody accepted through the link of a message, without a sign-in.

It may enter the room of that one assignment for some hours: a signed cookie per assignment says so.
It opens nothing else, and is worth nothing once the assignment has been taken away again (the page
that reads it looks).
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

HOURS = 12
SALT = "dispatch.accepted"


def remember(request: HttpRequest, response: HttpResponse, assignment_id: int) -> None:
    """Let this browser come back to the assignment's room."""
    response.set_signed_cookie(
        _name(assignment_id),
        str(assignment_id),
        salt=SALT,
        max_age=HOURS * 3600,
        httponly=True,
        secure=request.is_secure(),
        samesite="Lax",
    )


def accepted_here(request: HttpRequest, assignment_id: int) -> bool:
    """Whether the assignment was accepted in this browser within the last hours."""
    kept = request.get_signed_cookie(
        _name(assignment_id), default="", salt=SALT, max_age=HOURS * 3600
    )
    return kept == str(assignment_id)


def _name(assignment_id: int) -> str:
    return f"tsunagi_accepted_{assignment_id}"
