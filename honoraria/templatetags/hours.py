"""Time as people read it."""

from django import template

from honoraria.months import hours_text

register = template.Library()


@register.filter
def hours(minutes: int) -> str:
    """Minutes as ``69時間30分``."""
    return hours_text(minutes)
