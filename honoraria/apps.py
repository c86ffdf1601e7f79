"""App configuration."""

from __future__ import annotations

from django.apps import AppConfig


class HonorariaConfig(AppConfig):
    """See the package docstring."""

    name = "honoraria"

    def ready(self) -> None:
        """Price what is confirmed, and say the verbs of this app in words on the audit page."""
        from accounts import audit
        from dispatch.subscriptions import price_estimates
        from honoraria.actions import draft_honorarium, lock_books_of, take_back_draft
        from honoraria.estimates import estimate
        from interpreting import subscriptions

        subscriptions.before_deciding.append(lock_books_of)
        subscriptions.on_confirmed.append(draft_honorarium)
        subscriptions.on_reopened.append(take_back_draft)
        price_estimates.append(estimate)
        audit.WORDS.update(
            {
                "honorarium.drafted": "謝礼を計算",
                "honorarium.unpriced": "謝礼を計算できず",
                "honorarium.draft_removed": "承認前の謝礼を取り下げ",
                "honorarium.approved": "謝礼を承認",
                "honorarium.unapproved": "謝礼の承認を取消し",
                "honorarium.reversed": "謝礼を訂正（取消し）",
                "honoraria.approved": "謝礼をまとめて承認",
                "honoraria.exported": "謝礼を書き出し",
                "tariff.created": "謝礼基準を作成",
                "tariff.changed": "謝礼基準の名称・対象を変更",
                "tariff.version_added": "謝礼基準の版を追加",
                "tariff.version_changed": "謝礼基準の版を訂正",
            }
        )
