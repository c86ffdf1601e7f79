"""Tags for the volunteer's pages."""

from __future__ import annotations

from django import template

from volunteers import phones

register = template.Library()


@register.filter
def as_written(number: str) -> str:
    """A telephone number as people in Japan write it; anything else as it is."""
    return phones.as_written(number)
