"""App configuration."""

from __future__ import annotations

from django.apps import AppConfig

from honoraria.audit_words import WORDS


class HonorariaConfig(AppConfig):
    """See the package docstring."""

    name = "honoraria"

    def ready(self) -> None:
        """Price what is confirmed, and say the verbs of this app in words on the audit page."""
        from accounts import audit
        from dispatch.subscriptions import price_estimates
        from honoraria.actions import draft_honorarium, lock_books_of, take_back_draft
        from honoraria.charges.actions import draft_charge, take_back_charge
        from honoraria.closing.checklist import checks
        from honoraria.estimates import estimate
        from honoraria.exporting.makers import makers
        from honoraria.gift_cards import points as gift_cards
        from honoraria.grants import points as grants
        from honoraria.grants.files import MAKERS
        from interpreting import subscriptions

        subscriptions.before_deciding.append(lock_books_of)
        subscriptions.on_confirmed.append(draft_honorarium)
        subscriptions.on_reopened.append(take_back_draft)
        subscriptions.on_confirmed.append(draft_charge)
        subscriptions.on_reopened.append(take_back_charge)
        price_estimates.append(estimate)
        checks.append(grants.untagged)
        checks.append(gift_cards.gift_cards)
        makers.update(MAKERS)
        audit.WORDS.update(WORDS)
