"""What closing a month says about grants: in March, what no programme has judged yet."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse

from accounts.models import Organization
from honoraria.closing.checklist import Check
from honoraria.grants.entries import untagged_counts
from honoraria.models import Programme
from honoraria.months import Month
from honoraria.tax.years import fiscal_year

LAST_MONTH = 3


def untagged(organization: Organization, month: Month, at: datetime) -> list[Check]:
    """Entries of the fiscal year without a judgement; nothing where no programme is entered."""
    year = fiscal_year(month.first)
    first = Programme.objects.filter(organization=organization, fiscal_year=year).last()
    if month.number != LAST_MONTH or first is None:
        return []
    honoraria, costs = untagged_counts(organization, year)
    url = reverse("honoraria:programme_tags", args=[first.pk])
    text = f"交付金の対象区分が決まっていない{year}年度の謝礼・経費"
    kind = "" if honoraria else "kind=costs&"
    found = honoraria + costs
    return [Check("untagged", text, False, found, f"{url}?{kind}state=untagged", "経理")]
