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
        from honoraria.closing.checklist import checks
        from honoraria.charges.actions import draft_charge, take_back_charge
        from honoraria.estimates import estimate
        from honoraria.gift_cards import points as gift_cards
        from honoraria.grants import points as grants
        from interpreting import subscriptions

        subscriptions.before_deciding.append(lock_books_of)
        subscriptions.on_confirmed.append(draft_honorarium)
        subscriptions.on_reopened.append(take_back_draft)
        subscriptions.on_confirmed.append(draft_charge)
        subscriptions.on_reopened.append(take_back_charge)
        price_estimates.append(estimate)
        checks.append(grants.untagged)
        checks.append(gift_cards.gift_cards)
        audit.WORDS.update(
            {
                "honorarium.drafted": "謝礼を計算",
                "honorarium.unpriced": "謝礼を計算できず",
                "honorarium.draft_removed": "承認前の謝礼を取り下げ",
                "honorarium.approved": "謝礼を承認",
                "honorarium.unapproved": "謝礼の承認を取消し",
                "honorarium.reversed": "謝礼を訂正（取消し）",
                "honoraria.approved": "謝礼をまとめて承認",
                "month.closed": "月を締め",
                "month.reopened": "締めた月を再開",
                "honoraria.exported": "謝礼を書き出し",
                "export.asked": "書き出しを依頼",
                "export.made": "ファイルを作成",
                "export.failed": "ファイルを作成できず",
                "export.fetched": "ファイルを受け取り",
                "mapping.created": "出力形式を作成",
                "mapping.changed": "出力形式を変更",
                "mapping.removed": "出力形式を削除",
                "tax.payer_changed": "支払調書の支払者を変更",
                "tax.gift_cards_decided": "図書カード等の源泉徴収を決定",
                "tax.remitted": "源泉所得税の納付を記録",
                "tax.remittance_removed": "源泉所得税の納付の記録を取消し",
                "tax.form309_exported": "支払調書のCSVを書き出し",
                "volunteer.account_entered": "振込先口座を登録",
                "volunteer.account_checked": "振込先口座を確認",
                "volunteer.account_ended": "振込先口座の使用を終了",
                "volunteer.account_read": "口座番号を表示",
                "volunteer.tax_status_changed": "税務の区分を変更",
                "payment_batch.prepared": "支払を作成",
                "payment_batch.released": "支払を承認",
                "payment_batch.downloaded": "振込データをダウンロード",
                "payment_batch.paid": "支払済みにした",
                "payment_batch.cancelled": "支払を取消し",
                "payment.left_out": "支払から1人を外した",
                "payment.paid": "1人に支払",
                "payment.received": "受領を記録",
                "payment.returned": "振込不能（戻り）を記録",
                "paying_account.entered": "振込元口座を登録",
                "paying_account.changed": "振込元口座を変更",
                "charge.drafted": "請求を計算",
                "charge.unpriced": "請求を計算できず",
                "charge.draft_removed": "発行前の請求を取り下げ",
                "charge.issued": "請求を発行",
                "charges.issued": "請求をまとめて発行",
                "charge.settled": "請求の入金を記録",
                "charge.unsettled": "入金の記録を取消し",
                "charge.reversed": "請求を取消し",
                "charge.statement": "請求明細を出力",
                "report.facts_entered": "計算に必要な事項を入力",
                "body.terms_changed": "依頼元の区分を変更",
                "tariff.created": "謝礼基準を作成",
                "tariff.changed": "謝礼基準の名称・対象を変更",
                "tariff.version_added": "謝礼基準の版を追加",
                "tariff.version_changed": "謝礼基準の版を訂正",
                "grant.programme_created": "交付金の事業を登録",
                "grant.terms_added": "交付の条件の版を追加",
                "grant.municipalities_set": "共同窓口の市町村を変更",
                "grant.tagged": "交付金の対象区分を決定",
                "grant.untagged": "交付金の対象区分を取消し",
                "grant.claimed": "交付金の実績報告を提出",
                "cost.entered": "経費を入力",
                "cost.changed": "承認前の経費を変更",
                "cost.removed": "承認前の経費を取り下げ",
                "cost.approved": "経費を承認",
                "cost.reversed": "経費を訂正（取消し）",
                "cost.paid": "経費の支払日を記録",
                "cost.document_added": "経費の証拠書類を追加",
                "cost.document_removed": "経費の証拠書類を削除",
                "consultations.entered": "相談件数を入力",
                "gift_cards.kind_added": "カードの種類を追加",
                "gift_cards.kind_changed": "カードの使用状況を変更",
                "gift_cards.opening": "カードの繰越を記録",
                "gift_cards.bought": "カードの購入を記録",
                "gift_cards.spoiled": "カードの汚損・破損を記録",
                "gift_cards.taken_back": "受払簿の記録を取消し",
                "gift_cards.checked": "受払簿の記録を確認",
                "gift_cards.handed_out": "カードを交付",
                "gift_cards.returned": "カードの返却を記録",
                "gift_cards.received": "カードの受領を確認",
                "gift_cards.counted": "カードを棚卸",
                "gift_cards.count_checked": "カードの棚卸を確認",
                "gift_cards.exported": "受払簿を書き出し",
            }
        )
