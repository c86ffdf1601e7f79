"""Filters of the tax pages."""

from django import template

from honoraria.tax.rates import percent as written

register = template.Library()


@register.filter
def percent(rate: int) -> str:
    """A rate in 1/100000 as ``10.21%``."""
    return written(rate)
