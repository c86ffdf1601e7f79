"""The pledge that volunteers sign: its current text in the reader's language, the Japanese binding.

An organization that has published no text of its own signs the one below. A published version is
never changed; a new text is a new version.
"""

from __future__ import annotations

from accounts.models import Organization
from volunteers.importing.text import name_key
from volunteers.models import Application, Pledge

TEXT = """私は、通訳・翻訳ボランティアとして活動するにあたり、次のことを守ります。
1. 活動で知ったことを、活動中も登録が終わったあとも、ほかの人に話したり書いたりしません。
2. 話されたことを、加えず、省かず、変えずに伝えます。
3. 国籍、民族、宗教、性別、障害などによる差別をしません。
4. 依頼者から、定められた謝礼のほかに金品を受け取りません。
5. 連絡先を個人的に交換しません。
6. 約束の日時を守り、行けなくなったときはすぐに窓口へ連絡します。
7. 活動で使った書類やメモは、活動が終わったら窓口へ返すか、読めないようにして捨てます。"""
TEXT_SIMPLE = """通訳・翻訳の ボランティアを するとき、私は つぎの ことを まもります。
1. ボランティアで 知った ことを、ほかの 人に 話しません。書きません。ボランティアを やめた あとも 同じです。
2. 聞いた ことを そのまま つたえます。ふやしません。へらしません。かえません。
3. 国、民族、宗教、性別、障害などで 差別を しません。
4. きまった お礼の ほかに、お金や 物を もらいません。
5. 電話番号や SNSなどを 教えません。聞きません。
6. やくそくの 日と 時間を まもります。行くことが できなく なったら、すぐに 窓口に 電話します。
7. 使った 紙や メモは、終わったら 窓口に かえすか、読めないように して すてます。"""
TEXT_EN = """As a volunteer interpreter and translator I promise the following.
1. I tell and write nobody what I learn through this work, now or after my registration has ended.
2. I pass on what is said without adding, leaving out or changing anything.
3. I do not discriminate by nationality, ethnicity, religion, gender, disability or anything else.
4. I accept no money or gifts from clients beyond the fixed honorarium.
5. I do not exchange private contact details.
6. I keep to the agreed day and time, and call the desk at once if I cannot come.
7. When the work is done I return papers and notes to the desk or destroy them."""


def pledge_of(organization: Organization, version: str = "") -> Pledge:
    """The organization's pledge of that version (default: the current one), perhaps the common text."""
    wanted = version or organization.pledge_version
    found = Pledge.objects.filter(organization=organization, version=wanted).first()
    return found or Pledge(
        organization=organization,
        version=wanted,
        text=TEXT,
        text_simple=TEXT_SIMPLE,
        text_en=TEXT_EN,
    )


def text_in(pledge: Pledge, language: str) -> str:
    """The text in a language; the Japanese one where there is no translation."""
    return {"en": pledge.text_en, "ja-simple": pledge.text_simple}.get(language, "") or pledge.text


def is_signature_of(typed: str, name: str, kana: str = "") -> bool:
    """Whether the typed name is the person's; width, case, spaces and middle dots do not count."""
    return bool(name_key(typed)) and name_key(typed) in {name_key(name), name_key(kana)}


def signed_in_words(application: Application) -> str:
    """How the pledge was signed, in words of the office; empty if it was not."""
    if application.pledged_on is None:
        return ""
    how = f"画面で署名：{application.signed_name}" if application.signed_name else "書面で署名"
    return f"{application.pledged_on:%Y年%-m月%-d日} {how}（{application.pledge_version}版）"
