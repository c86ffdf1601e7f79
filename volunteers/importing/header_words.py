"""The words that column titles are made of, and the field of a volunteer each one means.

Titles are compared without spaces, brackets and case. Whole titles come first; then words that
may be contained, the longer before the shorter. English titles are known too.
"""

from __future__ import annotations

from volunteers.importing.text import tight

TARGETS: dict[str, str] = {
    "number": "登録番号",
    "name": "氏名",
    "family_name": "姓",
    "given_name": "名",
    "kana": "フリガナ",
    "family_kana": "セイ",
    "given_kana": "メイ",
    "languages": "対応言語",
    "level": "言語の程度",
    "birth_date": "生年月日",
    "age": "年齢",
    "gender": "性別",
    "mobile": "携帯電話",
    "landline": "固定電話",
    "phone": "電話番号",
    "fax": "FAX",
    "email": "メール",
    "postal_code": "郵便番号",
    "address": "住所",
    "availability": "活動可能日時",
    **{
        f"weekday_{n}": f"{day}の活動時間"
        for n, day in enumerate(["月曜", "火曜", "水曜", "木曜", "金曜", "土曜", "日曜", "祝日"])
    },
    "areas": "地域",
    "fields": "分野",
    "qualifications": "資格等",
    "registered_on": "登録日",
    "pledged_on": "誓約日",
    "valid_until": "登録期限",
    "nationality": "国籍",
    "native_language": "母語",
    "remarks": "備考",
    "note": "メモとして残す",
}
"""Target → Japanese name for the mapping page. "language:<name>" is a column per language."""

EXACT: dict[str, str] = {
    tight(word): target
    for target, words in {
        "number": "登録番号|番号|no|no.|№|id|会員番号|登録no|登録no.|number|registrationnumber|整理番号|通し番号",
        "name": "氏名|名前|お名前|ご氏名|name|fullname|登録者名|氏名(漢字)|漢字氏名|ボランティア氏名|会員名",
        "family_name": "姓|氏|苗字|名字|familyname|lastname|surname|姓(漢字)",
        "given_name": "名|givenname|firstname|名(漢字)",
        "kana": "フリガナ|ふりがな|カナ|氏名カナ|カナ氏名|氏名(カナ)|よみがな|読み|kana|よみ|furigana",
        "family_kana": "セイ|姓カナ|姓(カナ)|姓フリガナ|せい|familynamekana",
        "given_kana": "メイ|名カナ|名(カナ)|名フリガナ|めい|givennamekana",
        "languages": "言語|対応言語|語学|外国語|languages|language|使用言語|通訳言語|担当言語|活動言語",
        "level": "レベル|程度|level|語学力|ランク|会話力|通訳レベル|語学レベル",
        "birth_date": "生年月日|誕生日|dateofbirth|dob|birthdate|birthday|生年月",
        "age": "年齢|age|満年齢",
        "gender": "性別|gender|sex|男女",
        "mobile": "携帯|携帯電話|携帯番号|mobile|mobilephone|cell|cellphone|携帯電話番号|スマホ",
        "landline": "自宅|自宅電話|固定電話|home|homephone|landline|電話(自宅)|自宅tel|自宅電話番号",
        "phone": "電話|電話番号|tel|phone|phonenumber|telephone|連絡先電話|連絡先",
        "fax": "fax|ファックス|ファクス|fax番号",
        "email": "e-mail|email|メール|メールアドレス|mail|電子メール|eメール"
        "|emailaddress|e-mailaddress|アドレス|携帯メール|pcメール",
        "postal_code": "郵便番号|〒|postalcode|postcode|zip|zipcode",
        "address": "住所|現住所|自宅住所|連絡先住所|address|居住地|homeaddress",
        "availability": "活動可能日時|活動日時|活動可能時間|可能日時|availability|活動できる日時"
        "|都合のよい日|曜日|時間|活動時間|available|時間帯"
        "|活動可能曜日|活動できる時間",
        "areas": "地域|活動地域|エリア|area|areas|活動範囲|活動可能地域|活動エリア",
        "fields": "分野|活動分野|field|fields|希望分野|対応分野|得意分野|活動内容",
        "qualifications": "資格|資格等|資格・検定|免許|検定|qualification|qualifications"
        "|certificates|保有資格|語学資格",
        "registered_on": "登録日|登録年月日|registered|registeredon|registrationdate|登録開始日|入会日",
        "pledged_on": "誓約日|誓約書提出日|誓約書|pledge|pledgedate|守秘義務誓約日",
        "valid_until": "登録期限|有効期限|期限|validuntil|expires|expirydate|任期|登録満了日|更新期限",
        "nationality": "国籍|出身|出身国|nationality|国籍・地域",
        "native_language": "母語|母国語|nativelanguage",
        "remarks": "備考|備考欄|remarks|notes|note|メモ|特記事項|comment|comments|その他",
    }.items()
    for word in words.split("|")
}

CONTAINED: tuple[tuple[str, str], ...] = tuple(
    sorted(
        (
            (tight(word), target)
            for target, words in {
                "number": "登録番号|会員番号",
                "kana": "フリガナ|ふりがな|よみがな",
                "name": "氏名|お名前",
                "languages": "対応言語|言語名|language|言語",
                "level": "レベル|level",
                "birth_date": "生年月日|birth",
                "gender": "性別",
                "mobile": "携帯|mobile",
                "landline": "自宅|固定電話",
                "phone": "電話|tel|phone",
                "fax": "fax|ファックス",
                "email": "mail|メール",
                "postal_code": "郵便",
                "address": "住所|address",
                "availability": "可能日|活動日|可能時間|曜日|日時|availab|時間帯",
                "areas": "地域|エリア|area",
                "fields": "分野",
                "qualifications": "資格|検定|certif|qualif",
                "pledged_on": "誓約",
                "valid_until": "期限|満了|有効|expir|valid",
                "registered_on": "登録日|登録年",
                "nationality": "国籍|national",
                "remarks": "備考|特記|remark",
            }.items()
            for word in words.split("|")
        ),
        key=lambda pair: -len(pair[0]),
    )
)

WEEKDAYS: dict[str, int] = {
    name: number
    for number, names in enumerate(
        [
            "月|月曜|月曜日|mon|monday|(月)",
            "火|火曜|火曜日|tue|tuesday|(火)",
            "水|水曜|水曜日|wed|wednesday|(水)",
            "木|木曜|木曜日|thu|thursday|(木)",
            "金|金曜|金曜日|fri|friday|(金)",
            "土|土曜|土曜日|sat|saturday|(土)",
            "日|日曜|日曜日|sun|sunday|(日)",
            "祝|祝日|holiday|holidays|祝祭日",
        ]
    )
    for name in names.split("|")
}
