"""Tags for the volunteer's pages."""

from __future__ import annotations

from django import template

from dispatch.models import Assignment
from dispatch.subscriptions import room_link
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
