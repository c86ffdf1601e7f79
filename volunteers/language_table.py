"""The languages a Japanese desk is asked for, one row each, the most asked first.

The order decides ties in a search, so keep it roughly by demand. Names follow CLDR except where
a desk says otherwise (fil is タガログ語 here, not フィリピノ語) and where CLDR has none (Japanese
sign language, Tetum's own name); a test lists every deliberate difference.

`aliases` mean this language and no other: an import may rely on them. `hints` only help a search
(countries, neighbouring words) and may stand on several rows. Rules are in `languages.py`.
"""

from typing import NamedTuple


class Row(NamedTuple):
    """One language; lists are separated by `|`, kana is the reading of `ja` in hiragana."""

    tag: str
    ja: str
    kana: str
    en: str
    own: str
    aliases: str = ""
    hints: str = ""
    group: str = ""
    """Dialects of one language share a group; empty: the language stands alone."""
    rtl: bool = False
    spoken: bool = True


# fmt: off
ROWS: tuple[Row, ...] = (
    Row("en", "英語", "えいご", "English", "English", aliases="英|イングリッシュ",
        hints="米語|アメリカ|イギリス|オーストラリア|ガーナ|ナイジェリア|インド"),
    Row("zh", "中国語", "ちゅうごくご", "Chinese", "中文",
        aliases="中|北京語|ペキンゴ|普通話|プートンホワ|標準中国語"
                "|マンダリン|汉语|漢語|普通话|华语|Mandarin|Mandarin Chinese|Zhongwen"
                "|Putonghua|中国語（簡体字）|简体中文|華語", group="zh"),
    Row("vi", "ベトナム語", "べとなむご", "Vietnamese", "Tiếng Việt",
        aliases="越|越南語|ヴェトナム語"),
    Row("ne", "ネパール語", "ねぱーるご", "Nepali", "नेपाली",
        aliases="ネパリ|Nepalese|ネパーリー"),
    Row("fil", "タガログ語", "たがろぐご", "Filipino", "Filipino",
        aliases="フィリピノ語|フィリピン語|ピリピノ語|Tagalog|Pilipino|Wikang Filipino"
                "|比"),
    Row("pt", "ポルトガル語", "ぽるとがるご", "Portuguese", "Português", aliases="葡|葡語",
        hints="ブラジル|アンゴラ", group="pt"),
    Row("pt-BR", "ポルトガル語（ブラジル）", "ぽるとがるご ぶらじる", "Brazilian Portuguese",
        "Português (Brasil)",
        aliases="ブラジル|ブラジル語|ブラジルポルトガル語|ブラジル・ポルトガル語"
                "|Portuguese (Brazil)|Português do Brasil|Português brasileiro"
                "|ブラジル葡語", group="pt"),
    Row("ko", "韓国語", "かんこくご", "Korean", "한국어",
        aliases="韓|朝鮮語|韓国・朝鮮語|韓国語・朝鮮語|コリア語|コリアン|ハングル"
                "|조선말|우리말|Hangugeo|チョウセンゴ"),
    Row("es", "スペイン語", "すぺいんご", "Spanish", "Español",
        aliases="西|西語|イスパニア語|Castellano",
        hints="ペルー|メキシコ|コロンビア|アルゼンチン|ボリビア|キューバ|中南米"),
    Row("my", "ミャンマー語", "みゃんまーご", "Burmese", "မြန်မာဘာသာ",
        aliases="ビルマ語|Myanmar|Myanmar language|緬|မြန်မာ|Myanma"),
    Row("id", "インドネシア語", "いんどねしあご", "Indonesian", "Bahasa Indonesia",
        aliases="Indonesia|インドネシヤ語|尼|印尼語"),
    Row("th", "タイ語", "たいご", "Thai", "ไทย", aliases="ภาษาไทย|泰|タイ国語"),
    Row("zh-TW", "中国語（台湾）", "ちゅうごくご たいわん", "Chinese (Taiwan)",
        "繁體中文（台灣）",
        aliases="台湾華語|台湾|台湾中国語|国語（台湾）|中国語（繁体字）|繁体中文"
                "|繁體中文|臺灣華語|台灣華語|Taiwanese Mandarin|Traditional Chinese"
                "|タイワンカゴ|タイワン", group="zh"),
    Row("yue", "広東語", "かんとんご", "Cantonese", "粵語",
        aliases="粤語|廣東話|广东话|粤语|香港語|中国語（広東語）|Yue Chinese"
                "|Cantonese Chinese|カントニーズ", hints="香港|マカオ"),
    Row("si", "シンハラ語", "しんはらご", "Sinhala", "සිංහල", aliases="シンハリ語|Sinhalese",
        hints="スリランカ"),
    Row("bn", "ベンガル語", "べんがるご", "Bangla", "বাংলা",
        aliases="ベンガリ語|バングラ語|Bengali", hints="バングラデシュ|インド"),
    Row("mn", "モンゴル語", "もんごるご", "Mongolian", "Монгол",
        aliases="蒙|蒙古語|Монгол хэл|モンゴリア語"),
    Row("hi", "ヒンディー語", "ひんでぃーご", "Hindi", "हिन्दी",
        aliases="ヒンドゥー語|ヒンズー語|ヒンディ語|हिंदी", hints="インド"),
    Row("ur", "ウルドゥー語", "うるどぅーご", "Urdu", "اردو", aliases="ウルドゥ語|ウルドー語",
        hints="パキスタン", rtl=True),
    Row("ru", "ロシア語", "ろしあご", "Russian", "Русский",
        aliases="露|露語|ロシヤ語|Русский язык"),
    Row("uk", "ウクライナ語", "うくらいなご", "Ukrainian", "Українська",
        aliases="Українська мова"),
    Row("fr", "フランス語", "ふらんすご", "French", "Français", aliases="仏|仏語",
        hints="コンゴ|セネガル|コートジボワール|ベルギー"),
    Row("de", "ドイツ語", "どいつご", "German", "Deutsch", aliases="独|独語",
        hints="オーストリア|スイス"),
    Row("it", "イタリア語", "いたりあご", "Italian", "Italiano", aliases="伊|伊語|イタリヤ語"),
    Row("km", "クメール語", "くめーるご", "Khmer", "ភាសាខ្មែរ",
        aliases="カンボジア語|ខ្មែរ|Cambodian|カンボジヤ語"),
    Row("lo", "ラオ語", "らおご", "Lao", "ພາສາລາວ", aliases="ラオス語|ລາວ|Laotian"),
    Row("ms", "マレー語", "まれーご", "Malay", "Bahasa Melayu",
        aliases="マレーシア語|Melayu|マライ語", hints="シンガポール|ブルネイ"),
    Row("ar", "アラビア語", "あらびあご", "Arabic", "العربية", aliases="アラブ語|亜|عربي",
        hints="エジプト|シリア|イラク|サウジアラビア|モロッコ|スーダン", rtl=True),
    Row("fa", "ペルシア語", "ぺるしあご", "Persian", "فارسی",
        aliases="ペルシャ語|イラン語|Farsi|ファルシ", hints="イラン", group="fa", rtl=True),
    Row("fa-AF", "ダリー語", "だりーご", "Dari", "دری",
        aliases="ダリ語|Dari Persian|アフガンペルシャ語"
                "|ペルシア語（アフガニスタン）", hints="アフガニスタン", group="fa", rtl=True),
    Row("ps", "パシュトー語", "ぱしゅとーご", "Pashto", "پښتو",
        aliases="パシュトゥー語|パシュトゥン語|プシュトー語|Pushto",
        hints="アフガニスタン|パキスタン", rtl=True),
    Row("tr", "トルコ語", "とるこご", "Turkish", "Türkçe", aliases="土|土語|トルコ共和国語"),
    Row("ku", "クルド語", "くるどご", "Kurdish", "Kurdî",
        aliases="Kurmanji|クルマンジー|Kurmancî", hints="トルコ|イラク"),
    Row("ta", "タミル語", "たみるご", "Tamil", "தமிழ்", aliases="タミール語",
        hints="スリランカ|インド|シンガポール"),
    Row("te", "テルグ語", "てるぐご", "Telugu", "తెలుగు", hints="インド"),
    Row("ml", "マラヤーラム語", "まらやーらむご", "Malayalam", "മലയാളം", hints="インド"),
    Row("mr", "マラーティー語", "まらーてぃーご", "Marathi", "मराठी",
        aliases="マラティ語|マラーティ語", hints="インド"),
    Row("gu", "グジャラート語", "ぐじゃらーとご", "Gujarati", "ગુજરાતી",
        aliases="グジャラティ語|グジャラーティー語", hints="インド"),
    Row("pa", "パンジャブ語", "ぱんじゃぶご", "Punjabi", "ਪੰਜਾਬੀ",
        aliases="パンジャーブ語|パンジャービー語|パンジャビ語|پنجابی",
        hints="インド|パキスタン"),
    Row("uz", "ウズベク語", "うずべくご", "Uzbek", "Oʻzbekcha",
        aliases="ウズベキスタン語|Ўзбекча|Oʻzbek"),
    Row("kk", "カザフ語", "かざふご", "Kazakh", "Қазақша",
        aliases="カザフスタン語|Қазақ тілі|Qazaqsha"),
    Row("ky", "キルギス語", "きるぎすご", "Kyrgyz", "Кыргызча",
        aliases="クルグズ語|Kirghiz|キルギスタン語"),
    Row("tg", "タジク語", "たじくご", "Tajik", "Тоҷикӣ", aliases="タジキスタン語|タジック語"),
    Row("ka", "ジョージア語", "じょーじあご", "Georgian", "ქართული",
        aliases="グルジア語|カルトリ語"),
    Row("ug", "ウイグル語", "ういぐるご", "Uyghur", "ئۇيغۇرچە",
        aliases="Uighur|維吾爾語|ウィグル語", rtl=True),
    Row("bo", "チベット語", "ちべっとご", "Tibetan", "བོད་སྐད་", aliases="藏語|蔵語|西蔵語"),
    Row("nan", "台湾語", "たいわんご", "Taiwanese (Min Nan)", "臺語",
        aliases="閩南語|ビンナン語|福建語|台語|Hokkien|Taiwanese Hokkien"
                "|Taigi|閩南話|Min Nan Chinese", hints="台湾"),
    Row("ceb", "セブアノ語", "せぶあのご", "Cebuano", "Cebuano",
        aliases="ビサヤ語|セブ語|Bisaya", hints="フィリピン"),
    Row("ilo", "イロカノ語", "いろかのご", "Ilocano", "Ilokano", aliases="イロコ語|Iloko",
        hints="フィリピン"),
    Row("jv", "ジャワ語", "じゃわご", "Javanese", "Basa Jawa", aliases="Jawa",
        hints="インドネシア"),
    Row("ro", "ルーマニア語", "るーまにあご", "Romanian", "Română", aliases="羅語",
        hints="モルドバ"),
    Row("pl", "ポーランド語", "ぽーらんどご", "Polish", "Polski", aliases="波|波語"),
    Row("nl", "オランダ語", "おらんだご", "Dutch", "Nederlands", aliases="蘭|蘭語",
        hints="ベルギー"),
    Row("sv", "スウェーデン語", "すうぇーでんご", "Swedish", "Svenska", aliases="スエーデン語"),
    Row("hu", "ハンガリー語", "はんがりーご", "Hungarian", "Magyar", aliases="マジャール語"),
    Row("cs", "チェコ語", "ちぇこご", "Czech", "Čeština"),
    Row("he", "ヘブライ語", "へぶらいご", "Hebrew", "עברית", aliases="ヘブル語",
        hints="イスラエル", rtl=True),
    Row("pt-PT", "ポルトガル語（ポルトガル）", "ぽるとがるご ぽるとがる", "European Portuguese",
        "Português (Portugal)",
        aliases="欧州ポルトガル語|イベリアポルトガル語|Portuguese (Portugal)", group="pt"),
    Row("sw", "スワヒリ語", "すわひりご", "Swahili", "Kiswahili",
        hints="ケニア|タンザニア|ウガンダ"),
    Row("am", "アムハラ語", "あむはらご", "Amharic", "አማርኛ", hints="エチオピア"),
    Row("so", "ソマリ語", "そまりご", "Somali", "Soomaali", aliases="ソマリア語|Af Soomaali"),
    Row("tet", "テトゥン語", "てとぅんご", "Tetum", "Tetun",
        aliases="テトゥム語|テトン語|Lia-Tetun", hints="東ティモール|ティモール"),
    Row("ja", "日本語", "にほんご", "Japanese", "日本語",
        aliases="ニッポンゴ|やさしい日本語|和|邦語|国語（日本）"),
    Row("jsl", "日本手話", "にほんしゅわ", "Japanese Sign Language", "日本手話",
        aliases="手話|日本語手話|シュワ|JSL", hints="聴覚|ろう", spoken=False),
)
# fmt: on

SYNONYMS: dict[str, str] = {
    "tl": "fil",
    "cmn": "zh",
    "zh-CN": "zh",
    "zh-SG": "zh",
    "zh-Hans": "zh",
    "zh-Hans-CN": "zh",
    "cmn-CN": "zh",
    "cmn-Hans": "zh",
    "zh-Hant": "zh-TW",
    "zh-Hant-TW": "zh-TW",
    "cmn-Hant": "zh-TW",
    "cmn-TW": "zh-TW",
    "zh-HK": "yue",
    "zh-Hant-HK": "yue",
    "zh-MO": "yue",
    "zh-yue": "yue",
    "zh-min-nan": "nan",
    "nan-TW": "nan",
    "prs": "fa-AF",
    "pes": "fa",
    "fa-IR": "fa",
    "por": "pt",
    "in": "id",
    "iw": "he",
    "jw": "jv",
    "mo": "ro",
    "kmr": "ku",
    "khk": "mn",
    "npi": "ne",
    "pbu": "ps",
    "uzn": "uz",
    "sgn-JP": "jsl",
    "sgn-jsl": "jsl",
    "ja-Hira": "ja",
}
"""Other tags for the same thing: deprecated, members of a macrolanguage, script spelled out."""
