"""A warning for whoever records a payment in a month whose tax was already remitted."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib import messages
from django.http import HttpRequest

from honoraria.models import Payment
from honoraria.tax.remitting import after_remittance


def warn_of_late_tax(request: HttpRequest, payments: Iterable[Payment]) -> None:
    """Say how much is missing from what was remitted, and what to do; nothing when none is."""
    if late := after_remittance(payments):
        text = (
            f"支払日の月の源泉所得税は、納付の記録があります。今回の税額{late:,}円は、その納付額に"
            "入っていません。「納付」で差額を確かめ、追加で納付してください。"
        )
        messages.warning(request, text)
