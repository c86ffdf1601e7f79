"""`{{ organization|own_name }}`: who pays, in the language of the volunteer who reads the page."""

from __future__ import annotations

from django import template

from accounts.models import Organization
from dispatch.phone import words

register = template.Library()


@register.filter
def own_name(organization: Organization) -> str:
    """The English name for whoever reads English, where the organization has one."""
    english = organization.name_en if words.reader() == "en" else ""
    return english or organization.name
