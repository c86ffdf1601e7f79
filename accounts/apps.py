"""App configuration."""

from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """See the package docstring."""

    name = "accounts"

    def ready(self) -> None:
        """Tell the floor below what an organization may spend on messages in a day."""
        from realtime import costs

        costs.cap_of = daily_cost_cap


def daily_cost_cap(organization_id: int) -> int | None:
    """The cap in yen a day; None when the organization has set none."""
    from accounts.models import Organization

    caps = Organization.objects.filter(pk=organization_id).values_list("daily_cost_cap", flat=True)
    return caps.first()
