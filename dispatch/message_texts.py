"""The sentences of messages to volunteers, per language of the reader. Data only.

Kept short: one SMS segment of Japanese holds 70 characters. No name, no place but the area, and no
field, because a message may be read by others over a shoulder.
"""

JA = {
    "subject": "【{organization}】通訳のご連絡",
    "offer": "【{organization}】通訳のお願い: {language} {when} {area} {mode}。お返事はこちらから {url}",
    "offer_video": (
        "【{organization}】映像通訳のお願い: {language} {when}（移動なし）。お返事はこちらから {url}"
    ),
    "offer_now": "【{organization}・今すぐ】{language}の通訳のお願い: {area} {mode}。可否をこちらから {url}",
    "offer_now_video": "【{organization}・今すぐ】{language}の映像通訳（移動なし）。可否をこちらから {url}",
    "filled": "【{organization}】{when}の{language}通訳は、ほかの方にお願いしました。ありがとうございました。",
    "booked": "【{organization}】{when} {language}の通訳が決まりました。詳しくはこちら {url}",
    "offer_cancelled": "【{organization}】{when}の{language}通訳のお願いは取消しになりました。お返事は不要です。",
    "offer_changed": "【{organization}】{when}の{language}通訳は内容が変わりました。改めてご連絡します。",
    "booking_cancelled": (
        "【{organization}】{when}の{language}通訳は取消しになりました。お越しいただく必要はありません。"
    ),
    "booking_changed": (
        "【{organization}】お願いしていた{language}通訳の日時・場所などが変わり、いったん取消しになりました。"
        "改めてご連絡します。"
    ),
    "reconfirm": "【{organization}】もうすぐ通訳の予定です: {when} {language}。「行けます」を押してください {url}",
    "ring": "【{organization}・呼出】{language}の{mode}通訳です。いま出られますか。応答はこちら {url}",
    "ring_title": "{language}の通訳の呼び出し",
    "ring_push": "{mode}です。いま出られますか。",
    "ring_stop_title": "呼び出しは終わりました",
    "ring_stop": "応答は不要です。ありがとうございました。",
    "off_call": (
        "【{organization}】呼び出しに続けて応答がなかったため、待機を終了しました。"
        "出られるようになりましたら、再開してください {url}"
    ),
    "off_call_title": "待機を終了しました",
    "report": "【{organization}】{when}の通訳、ありがとうございました。活動報告をお願いします {url}",
    "money_subject": "【{organization}】謝礼のご連絡",
    "paid": "【{organization}】{day}に、謝礼{net}円をお支払いしました。明細は、ご自分のページでご覧になれます。 {url}",
    "transfer_returned": (
        "【{organization}】謝礼のお振込みができず、銀行から戻りました。振込先口座をご確認ください。 {url}"
    ),
    "account_refused": (
        "【{organization}】登録された振込先口座は、お支払いに使えません。もう一度登録をお願いします。 {url}"
    ),
    "area_unknown": "市内",
    "mode_accompany": "同行",
    "mode_onsite": "窓口",
    "mode_video": "映像",
    "mode_phone": "電話",
    "mode_translation": "翻訳",
}

SIMPLE = {
    "subject": "【{organization}】通訳の おしらせ",
    "offer": "【{organization}】通訳を おねがいします。{language} {when} {area}。できるか おしえてください {url}",
    "offer_video": (
        "【{organization}】ビデオで 通訳を おねがいします。{language} {when}。できるか おしえてください {url}"
    ),
    "offer_now": "【{organization}】いま {language}の 通訳が ひつようです。{area}。できるか おしえてください {url}",
    "offer_now_video": (
        "【{organization}】いま {language}の ビデオ通訳が ひつようです。できるか おしえてください {url}"
    ),
    "filled": "【{organization}】{when}の 通訳は ほかの人に きまりました。ありがとうございました。",
    "booked": "【{organization}】通訳が きまりました。{when} {language}。くわしいことは ここ {url}",
    "offer_cancelled": "【{organization}】{when}の 通訳は なくなりました。へんじは いりません。",
    "offer_changed": "【{organization}】{when}の 通訳は 内容が かわりました。また れんらくします。",
    "booking_cancelled": "【{organization}】{when}の 通訳は なくなりました。来なくて いいです。",
    "booking_changed": (
        "【{organization}】{language}の 通訳は 日や 場所が かわりました。今の 約束は なくなりました。"
        "また れんらくします。"
    ),
    "reconfirm": (
        "【{organization}】もうすぐ 通訳が あります: {when}。行くことが できる人は ここで おしえてください {url}"
    ),
    "ring": "【{organization}】いま {language}の {mode}通訳を おねがいします。出ることが できる人は ここ {url}",
    "ring_title": "{language}の 通訳の よびだし",
    "ring_push": "{mode}です。いま 出ることが できますか。",
    "ring_stop_title": "よびだしは おわりました",
    "ring_stop": "へんじは いりません。ありがとうございました。",
    "off_call": (
        "【{organization}】よびだしに 出なかったので、まつ時間を おわりました。"
        "また できるときは ここで はじめてください {url}"
    ),
    "off_call_title": "まつ時間を おわりました",
    "report": "【{organization}】{when}の 通訳、ありがとうございました。報告を 書いてください {url}",
    "money_subject": "【{organization}】お金の おしらせ",
    "paid": (
        "【{organization}】{day}に お礼の お金 {net}円を はらいました。"
        "あなたの ページで 見ることが できます。 {url}"
    ),
    "transfer_returned": (
        "【{organization}】お礼の お金を おくることが できませんでした。あなたの 口座を たしかめてください。 {url}"
    ),
    "account_refused": (
        "【{organization}】あなたの 口座に お金を おくることが できません。もういちど 登録してください。 {url}"
    ),
    "area_unknown": "市の 中",
    "mode_accompany": "いっしょに 行く",
    "mode_onsite": "窓口",
    "mode_video": "ビデオ",
    "mode_phone": "電話",
    "mode_translation": "翻訳",
}

EN = {
    "subject": "{organization}: interpreting",
    "offer": "{organization}: can you interpret {language}? {when}, {area}, {mode}. Answer: {url}",
    "offer_video": "{organization}: can you interpret {language} by video? {when}. Answer: {url}",
    "offer_now": "{organization}, NOW: {language} interpreter needed, {area}, {mode}. Answer: {url}",
    "offer_now_video": "{organization}, NOW: {language} needed by video. Answer: {url}",
    "filled": "{organization}: somebody else took {language}, {when}. Thank you!",
    "booked": "{organization}: you are booked: {language}, {when}. Details: {url}",
    "offer_cancelled": "{organization}: {language}, {when} was called off. No answer needed.",
    "offer_changed": "{organization}: {language}, {when} has changed. We will ask again.",
    "booking_cancelled": "{organization}: your booking {language}, {when} was cancelled.",
    "booking_changed": (
        "{organization}: time or place of your {language} booking changed, so it was released. "
        "We will ask again."
    ),
    "reconfirm": "{organization}: coming up {when}, {language}. Please confirm you will come: {url}",
    "ring": "{organization} CALLING: {language}, {mode}. Can you answer now? {url}",
    "ring_title": "Call for {language}",
    "ring_push": "Interpreting {mode}. Can you answer now?",
    "ring_stop_title": "The call is over",
    "ring_stop": "No answer needed. Thank you!",
    "off_call": (
        "{organization}: several calls went unanswered, so you are no longer on call. "
        "Switch it on again any time: {url}"
    ),
    "off_call_title": "You are no longer on call",
    "report": "{organization}: thank you for {when}. Please send your report: {url}",
    "money_subject": "{organization}: your payment",
    "paid": "{organization}: we paid you {net} yen on {day}. See your page for the details: {url}",
    "transfer_returned": (
        "{organization}: the bank sent your payment back. Please check your bank account: {url}"
    ),
    "account_refused": (
        "{organization}: we cannot pay to your bank account. Please enter it again: {url}"
    ),
    "area_unknown": "in the city",
    "mode_accompany": "accompanying",
    "mode_onsite": "at the desk",
    "mode_video": "by video",
    "mode_phone": "by telephone",
    "mode_translation": "translation",
}

TEXTS = {"ja": JA, "ja-simple": SIMPLE, "en": EN}
