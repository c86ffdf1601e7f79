"""Tags for the volunteer's pages."""

from __future__ import annotations

from django import template

from accounts.clock import database_now
from dispatch.models import Assignment
from dispatch.phone import words
from dispatch.subscriptions import room_link, room_opens_at
from volunteers import phones

register = template.Library()


@register.filter
def as_written(number: str) -> str:
    """A telephone number as people in Japan write it; anything else as it is."""
    return phones.as_written(number)


@register.simple_tag
def room_of(assignment: Assignment) -> str:
    """Where the volunteer enters the room of an assignment now; empty when there is none."""
    return room_link(assignment)


@register.simple_tag
def room_opens(assignment: Assignment) -> str:
    """«14:45», or with the day when that is not today: when the room opens by itself; else empty."""
    when = room_opens_at(assignment)
    return words.deadline(when, database_now()) if when else ""
