"""App configuration."""

from django.apps import AppConfig


class VolunteersConfig(AppConfig):
    """See the package docstring."""

    name = "volunteers"

    def ready(self) -> None:
        """Give the audit page the words for what happens to lists."""
        from accounts import audit

        audit.WORDS.update(
            {
                "volunteer.first_sign_in": "ボランティアが初めてサインイン",
                "volunteer.training_added": "資格・研修を追加",
                "volunteer.training_removed": "資格・研修を取消し",
                "volunteer.training_verified": "資格・研修を確認",
                "volunteer.sms_stopped": "SMSの停止を希望",
                "volunteer.sms_resumed": "SMSの再開を希望",
                "volunteer.channel_stopped": "連絡方法の停止を希望",
                "volunteer.channel_resumed": "連絡方法の再開を希望",
                "volunteer.line_connected": "LINEを接続",
                "volunteer.line_first": "LINEを最初の連絡方法に変更",
                "volunteer.line_disconnected": "LINEの接続を解除",
                "volunteer.line_gone": "LINEで連絡不能",
                "volunteer.passkey_added": "パスキーを登録",
                "volunteer.passkey_removed": "パスキーを取消し",
                "volunteer.signed_out_devices": "端末をサインアウト",
                "volunteer.data_downloaded": "自分のデータを受取り",
                "import.started": "名簿のファイルを受け取り",
                "import.confirmed": "名簿の取り込みを開始",
                "import.finished": "名簿の取り込みを完了",
                "import.abandoned": "名簿の取り込みを中止",
                "application.submitted": "応募・更新を受け付け",
                "application.screening": "応募の書類確認を開始",
                "application.interview": "応募者を面談に案内",
                "application.interview_moved": "面談の日時を変更",
                "application.pledged": "応募者が誓約書に署名",
                "application.accepted": "応募・更新を承認",
                "application.declined": "応募を見送り",
                "application.withdrawn": "応募・更新を取り下げ",
                "application.document_opened": "応募の書類を表示",
                "application.erased": "応募の書類と連絡先を消去",
                "organization.pledge_published": "誓約書の新しい版を公開",
                "volunteer.stay_asked": "登録を続けるかどうかを確認",
                "volunteer.stay_answered_stay": "続けたいとの返事",
                "volunteer.stay_answered_leave": "やめたいとの返事",
                "volunteer.contact_wrong": "連絡先が別の方のもの",
                "register.exported": "名簿をExcelへ書き出し",
            }
        )
