"""Why a cell is shown to a person: a heading per code, and what the import does with the cell.

The cell's own sentence comes from the reader; these are the headings under which hundreds of
cells become a list that somebody can work through.
"""

from __future__ import annotations

REASONS: dict[str, tuple[str, str]] = {
    "level_missing": ("言語の程度が書かれていない", "○（日常会話）として登録します。"),
    "language_unknown": ("言語が分からない", "読み取れた言語だけ登録し、文字は備考に残します。"),
    "language_twice": ("同じ言語に違う程度", "高い方で登録し、文字は備考に残します。"),
    "language_missing": ("対応言語がない", "登録しますが、言語を入力するまで打診しません。"),
    "level_unknown": ("程度が分からない", "文字を備考に残します。"),
    "level_without_language": ("程度だけがある", "文字を備考に残します。"),
    "term_ended": ("登録期限を過ぎている", "そのまま登録します。更新するまで打診しません。"),
    "term_missing": ("登録期限がない", "登録しますが、期限を入力するまで打診しません。"),
    "term_shorter": ("登録期限が今の登録より前", "今の期限のままにします。"),
    "schedule_ask": ("時間が「要相談」など", "時間は空のままにし、文字を備考に残します。"),
    "schedule_same_week_twice": ("同じ週が二度", "読み取れたとおり登録し、文字を備考に残します。"),
    "schedule_partly_read": ("時間の一部が読めない", "読めた時間を登録し、文字を備考に残します。"),
    "schedule_unreadable": ("時間が読めない", "時間は空のままにし、文字を備考に残します。"),
    "schedule_days_assumed": ("曜日が書かれていない", "毎日として登録し、文字を備考に残します。"),
    "schedule_hours_assumed": (
        "時刻が書かれていない",
        "9時から21時で登録し、文字を備考に残します。",
    ),
    "remark_about_hours": ("備考に時間のこと", "備考に残します。活動時間と見比べてください。"),
    "remark_about_language": ("備考に言語のこと", "備考に残します。対応言語と見比べてください。"),
    "women_only": ("女性の相談者のみ希望", "備考に残します。打診の前にご覧ください。"),
    "men_only": ("男性の相談者のみ希望", "備考に残します。打診の前にご覧ください。"),
    "paused": ("休止中のよう", "「休止中」として登録します。"),
    "minor": ("18歳未満", "そのまま登録します。保護者の同意などをご確認ください。"),
    "contact_missing": ("電話もメールもない", "登録しますが、連絡は職員からになります。"),
    "duplicate_differs": ("同じ人のような行", "番号が違えば別の方として登録します。"),
    "phone_unreadable": ("電話番号が読めない", "文字を備考に残します。"),
    "phone_extra_text": ("電話の欄にほかの文字", "番号を登録し、文字を備考に残します。"),
    "phone_invalid": ("使われていない形の番号", "そのまま登録します。"),
    "phone_restored": ("先頭の0を補った", "補った番号で登録します。"),
    "phone_not_mobile": ("携帯の欄に固定電話", "固定電話として登録します。"),
    "phone_abroad": ("海外の電話番号", "そのまま登録します。"),
    "email_unreadable": ("メールが読めない", "文字を備考に残します。"),
    "email_extra_text": ("メールの欄にほかの文字", "アドレスを登録し、文字を備考に残します。"),
    "date_unreadable": ("日付が読めない", "日付は空のままにし、文字を備考に残します。"),
    "date_impossible": ("暦にない日付", "日付は空のままにし、文字を備考に残します。"),
    "date_implausible": ("ありえない年", "日付は空のままにし、文字を備考に残します。"),
    "date_incomplete": ("年月日がそろわない", "日付は空のままにし、文字を備考に残します。"),
    "date_order": ("年月日の順が不明", "日付は空のままにし、文字を備考に残します。"),
    "date_outside_era": ("元号の期間の外", "計算した日付で登録します。"),
    "birth_date_in_future": ("未来の生年月日", "そのまま登録します。"),
    "age_over_100": ("100歳を超える", "そのまま登録します。"),
    "field_unknown": ("分野が分からない", "分かる分野だけ登録し、文字を備考に残します。"),
    "area_long": ("地域が長い", "文字を備考に残します。"),
    "gender_unknown": ("性別が読めない", "文字を備考に残します。"),
    "number_unreadable": ("登録番号が数字でない", "新しい番号を付け、文字を備考に残します。"),
    "text_too_long": ("文字が長すぎる", "備考に残します。"),
    "ditto": ("「同上」", "文字を備考に残します。"),
    "own_unreadable": ("読み取れない欄", "今の登録は変えず、文字を備考に残します。"),
    "own_incomplete": ("足りない欄がある", "その行は使いません。"),
    "name_missing": ("氏名がない", "登録しません。"),
    "name_odd": ("氏名に文字がない", "登録しません。"),
    "own_stray": ("持ち主のいない行", "登録しません。"),
    "number_twice": ("登録番号の重なり", "どちらを使うか決めるまで登録しません。"),
    "number_of_other": ("番号がほかの方のもの", "決めるまで登録しません。"),
    "number_differs": ("登録と番号が違う", "決めるまで登録しません。"),
    "several_like": ("似た登録が複数", "決めるまで登録しません。"),
    "volunteer_twice": ("同じ方の行が二つ", "決めるまで登録しません。"),
    "changed_meanwhile": ("確認のあとで変更された", "登録していません。"),
    "registered_meanwhile": ("確認のあとで登録された", "登録していません。"),
}


def reason(code: str) -> tuple[str, str]:
    """Heading and effect for a code; unknown ones say only that somebody should look."""
    return REASONS.get(code, ("そのほか", "内容をご確認ください。"))
