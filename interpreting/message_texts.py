"""The sentences of messages about reports, per language of the reader. Data only.

No name, no place and no reason: a message may be read over a shoulder.
"""

RETURNED = {
    "ja": "【{organization}】{when}の活動報告について、確認をお願いします。くわしくはこちら {url}",
    "ja-simple": "【{organization}】{when}の 報告を もう一度 見てください。くわしいことは ここ {url}",
    "en": "{organization}: please check your report for {when} again: {url}",
}
