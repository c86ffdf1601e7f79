"""What is added to messages that ask, what is spoken, and what people hear after answering.

Per language of the reader, data only. Short: one SMS segment of Japanese holds 70 characters, and
nobody's name, place or field, because a message may be read by others over a shoulder.
"""

CODES = {
    "ja": " 返信:はい→{code}1 いいえ→{code}2",
    "ja-simple": " へんじ: はい→{code}1 いいえ→{code}2",
    "en": " Or reply: yes {code}1, no {code}2",
}
"""Added to SMS and LINE messages that ask."""

SIGNATURE = {
    "ja": "\n\n――\n{organization}\n電話 {phone}",
    "ja-simple": "\n\n――\n{organization}\n電話 {phone}",
    "en": "\n\n--\n{organization}\nTelephone {phone}",
}
"""Below e-mails of organizations that have a telephone number."""

SPOKEN = {
    "ja": {
        "offer": "{organization}から、通訳のお願いです。{language}、{when}、{area}、{mode}です。",
        "offer_video": "{organization}から、映像による通訳のお願いです。{language}、{when}です。移動はありません。",
        "offer_now": (
            "{organization}から、至急のお願いです。いますぐ、{language}の通訳ができる方を探しています。"
            "{area}、{mode}です。"
        ),
        "offer_now_video": (
            "{organization}から、至急のお願いです。いますぐ、{language}の通訳を映像でできる方を探しています。"
            "移動はありません。"
        ),
        "ring": "{organization}からの呼び出しです。{language}の通訳です。いま出られますか。",
        "booked": (
            "{organization}です。{when}の{language}通訳が決まりました。"
            "詳しくは、ご自分のページか、お電話でご確認ください。"
        ),
        "reconfirm": "{organization}です。通訳の予定の確認です。{when}、{language}です。お越しいただけますか。",
        "report": "{organization}です。{when}の通訳、ありがとうございました。活動報告をお願いします。",
        "off_call": "{organization}です。呼び出しに続けて応答がなかったため、待機を終了しました。",
    },
    "ja-simple": {
        "offer": "{organization}です。通訳を お願いします。{language}、{when}、{area}です。",
        "offer_video": "{organization}です。ビデオで 通訳を お願いします。{language}、{when}です。",
        "offer_now": "{organization}です。いま、{language}の 通訳が 必要です。{area}です。",
        "offer_now_video": "{organization}です。いま、{language}の 通訳が 必要です。ビデオで します。",
        "ring": "{organization}です。いま、{language}の 通訳を お願いします。出ることが できますか。",
        "booked": "{organization}です。通訳が 決まりました。{when}、{language}です。",
        "reconfirm": "{organization}です。もうすぐ、通訳が あります。{when}です。来ることが できますか。",
        "report": "{organization}です。{when}の 通訳、ありがとうございました。報告を 書いてください。",
        "off_call": "{organization}です。呼び出しに 出なかったので、待つ時間を 終わりました。",
    },
    "en": {
        "offer": "This is {organization}. Can you interpret {language}? {when}, {area}, {mode}.",
        "offer_video": "This is {organization}. Can you interpret {language} by video? {when}.",
        "offer_now": "This is {organization}. It is urgent: somebody needs {language} now, {area}, {mode}.",
        "offer_now_video": "This is {organization}. It is urgent: somebody needs {language} by video, now.",
        "ring": "This is {organization}. Somebody needs {language}, {mode}. Can you answer now?",
        "booked": "This is {organization}. You are booked: {language}, {when}. See your own page for the details.",
        "reconfirm": "This is {organization}. You are booked: {when}, {language}. Will you come?",
        "report": "This is {organization}. Thank you for {when}. Please send your report.",
        "off_call": "This is {organization}. Several calls went unanswered, so you are no longer on call.",
    },
}
"""Read out by an automatic call, for the kinds whose text has a link; keys are said elsewhere."""

REPLIES = {
    "ja": {
        "yours": "{when} {language}の通訳は、あなたに決まりました。詳細 {url}",
        "standby": "ほかの方に決まりました。控えとして承りました。ありがとうございます。",
        "too_late": "{when} {language}はもう終わったか、決まりました。ありがとうございます。",
        "cancelled": "{when} {language}の依頼は取消しになりました。ありがとうございます。",
        "newer": "内容が変わりました。新しいお願い: {language} {when}。はい→{code}1 いいえ→{code}2 {url}",
        "declined": "{when} {language}は「できない」と承りました。",
        "closed": "{when} {language}へのお返事は、もう必要ありません。ありがとうございます。",
        "overlap": "同じ時間帯に別の派遣が決まっているため、お受けできません。{url}",
        "not_valid": "登録期間または誓約の手続きが必要です。職員からご連絡します。",
        "wrong_state": "内容が変わったため、お返事を記録できませんでした。職員が確認します。{url}",
        "prove": "ご本人の確認が必要です。次の画面で「引き受けます」を押し、登録番号を入力してください。{url}",
        "held": "{when} {language}は決定済みです。行けない場合の連絡として職員に伝えました。",
        "reconfirmed": "{when} {language}、行けると承りました。よろしくお願いします。",
        "unclear": "ありがとうございます。職員が読んで、ご連絡します。",
        "which": "どのお願いへのお返事か分かりません。番号で返信してください: {codes}",
        "nothing": "いまお返事を待っているお願いはありません。職員が確認します。",
        "stopped": "SMSを停止しました。再開は「再開」と返信してください。",
        "started": "SMSを再開しました。",
        "line_stopped": "LINEでのご連絡を停止しました。再開は「再開」と送ってください。",
        "line_started": "LINEでのご連絡を再開しました。",
    },
    "ja-simple": {
        "yours": "あなたに きまりました。{when} {language}の 通訳です。くわしいことは ここ {url}",
        "standby": "ほかの人に きまりました。その人が できないとき、れんらくします。",
        "too_late": "{when} {language}は もう おわったか、きまりました。ありがとうございます。",
        "cancelled": "{when} {language}の 通訳は なくなりました。ありがとうございます。",
        "newer": "かわりました。新しい おねがい: {language} {when}。はい→{code}1 いいえ→{code}2 {url}",
        "declined": "わかりました。{when} {language}は できない ですね。",
        "closed": "{when} {language}の へんじは もう いりません。ありがとうございます。",
        "overlap": "同じ 時間に ほかの 通訳が あります。できません。{url}",
        "not_valid": "登録の 手つづきが いります。あとで れんらくします。",
        "wrong_state": "かわったので、へんじを 書けませんでした。職員が 見ます。{url}",
        "prove": "本人の 確認が いります。つぎの ページで 登録番号を 入れてください。{url}",
        "held": "{when} {language}は もう きまっています。行けないことを 職員に つたえました。",
        "reconfirmed": "{when} {language}、行くことが できますね。おねがいします。",
        "unclear": "ありがとうございます。職員が 読んで、れんらくします。",
        "which": "どの おねがいの へんじか わかりません。番号で へんじを してください: {codes}",
        "nothing": "いま へんじを まっている おねがいは ありません。職員が 見ます。",
        "stopped": "SMSを とめました。また ほしいときは「再開」と へんじを してください。",
        "started": "SMSを また おくります。",
        "line_stopped": "LINEで おくるのを とめました。また ほしいときは「再開」と おくってください。",
        "line_started": "LINEで また おくります。",
    },
    "en": {
        "yours": "It is yours: {language}, {when}. Thank you! Details: {url}",
        "standby": "Somebody else was quicker. We keep you as standby. Thank you!",
        "too_late": "{language}, {when} is over or taken. Thank you!",
        "cancelled": "{language}, {when} was called off. Thank you!",
        "newer": "It has changed. New: {language}, {when}. Yes {code}1, no {code}2. {url}",
        "declined": "Noted: you cannot do {language}, {when}.",
        "closed": "{language}, {when} needs no answer any more. Thank you!",
        "overlap": "You are booked elsewhere at that time, so we cannot book you. {url}",
        "not_valid": "Your registration or pledge has to be renewed. We will contact you.",
        "wrong_state": "It has changed, so your answer was not recorded. We will look. {url}",
        "prove": "Please confirm it is you: open the link, accept, and enter your registration number. {url}",
        "held": "You are booked for {language}, {when}. We told the desk that you cannot come.",
        "reconfirmed": "Noted: you will come. {language}, {when}. Thank you!",
        "unclear": "Thank you. A person will read this and contact you.",
        "which": "We cannot tell which one you mean. Please reply with a code: {codes}",
        "nothing": "Nothing is waiting for your answer now. A person will look.",
        "stopped": "No more SMS from us. Reply 再開 or START to get them again.",
        "started": "You will get our SMS again.",
        "line_stopped": "No more LINE messages from us. Send 再開 or START to get them again.",
        "line_started": "We will write to you on LINE again.",
    },
}
"""The honest outcome of an answer, sent back on the channel it came by, and spoken after a key."""

LIST_ITEM = {
    "ja": "{when} {language} はい→{code}1 いいえ→{code}2",
    "ja-simple": "{when} {language} はい→{code}1 いいえ→{code}2",
    "en": "{language}, {when}: yes {code}1, no {code}2",
}
"""One open offer in the answer «which»."""
