"""Languages: what is typed finds the right one, and dialects serve as they should."""

from itertools import product

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from volunteers.language_spelling import plain, sound
from volunteers.language_table import ROWS, SYNONYMS
from volunteers.languages import (
    LANGUAGES,
    DialectMatch,
    canonical,
    covering_tags,
    get,
    lookup,
    matches,
    name,
    search,
    spoken_languages,
)

TAGS = sorted({language.tag for language in LANGUAGES} | set(SYNONYMS))
REGISTER_SAMPLE = {
    "英語": "en", "中国語（北京語）": "zh", "韓国語": "ko", "スペイン語": "es", "ベトナム語": "vi",
    "フランス語": "fr", "ポルトガル語": "pt", "タガログ語": "fil", "ドイツ語": "de", "タイ語": "th",
    "インドネシア語": "id", "ネパール語": "ne", "ロシア語": "ru", "広東語": "yue",
    "ミャンマー語": "my", "イタリア語": "it", "ヒンディー語": "hi", "モンゴル語": "mn",
    "アラビア語": "ar", "ウクライナ語": "uk", "ウルドゥー語": "ur",
}  # fmt: skip


def found(text: str) -> str | None:
    language = lookup(text)
    return language.tag if language else None


def typed(text: str) -> list[str]:
    return [language.tag for language in search(text)]


# ---- lookup


@pytest.mark.parametrize(("text", "tag"), REGISTER_SAMPLE.items())
def test_every_language_of_a_register_is_understood(text: str, tag: str) -> None:
    assert found(text) == tag


@pytest.mark.parametrize(
    "text",
    ["ベトナム語", "ベトナム", "べとなむ", "べとなむ語", "ﾍﾞﾄﾅﾑ語", "ヴェトナム語", "betonamugo", "Betonamu",
     "ｂｅｔｏｎａｍｕｇｏ", "Vietnamese", "VIETNAMESE ", "tiếng Việt", "TIENG VIET", "Tiếng Việt", "vi",
     "越南語", "ベトナム・語"],
)  # fmt: skip
def test_all_ways_to_write_vietnamese_mean_vietnamese(text: str) -> None:
    assert found(text) == "vi"


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("chuugokugo", "zh"),
        ("tyuugokugo", "zh"),
        ("chugokugo", "zh"),
        ("Chūgokugo", "zh"),
        ("ちゅうごくご", "zh"),
        ("チューゴク", "zh"),
        ("中文", "zh"),
        ("supeingo", "es"),
        ("doitsugo", "de"),
        ("doitugo", "de"),
        ("hindi-go", "hi"),
        ("hinnditgo", None),
        ("perushago", "fa"),
        ("biruma", "my"),
        ("chousengo", "ko"),
        ("ポルトガル語(ブラジル)", "pt-BR"),
        ("中国語（広東語）", "yue"),
        ("中国語（英語）", None),
        ("中国語（）", "zh"),
        ("ダリ語", "fa-AF"),
        ("ペルシャ語（ダリー語）", "fa-AF"),
        ("台湾", "zh-TW"),
        ("たいわん", "zh-TW"),
        ("台湾語", "nan"),
        ("TL", "fil"),
        ("zh_CN", "zh"),
        ("zh-Hant", "zh-TW"),
        ("العربية", "ar"),
        ("العربي", None),
        ("فارسي", "fa"),
        ("українська", "uk"),
        ("हिन्दी", "hi"),
        ("ភាសាខ្មែរ", "km"),
        ("手話", "jsl"),
        ("スリランカ", None),
        ("ベトナム語と英語", None),
        ("", None),
        (" 　", None),
        ("語", None),
    ],
)
def test_it_names_the_language_or_nothing(text: str, tag: str | None) -> None:
    assert found(text) == tag


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.tag)
def test_each_language_answers_to_all_its_own_names(language) -> None:
    spellings = (language.tag, language.ja, language.en, language.own, language.kana)
    for spelling in (*spellings, *language.romaji, *language.aliases):
        assert lookup(spelling) == language, spelling
        assert lookup(spelling.upper()) == language, spelling


def test_no_two_languages_share_a_name_but_taiwan() -> None:
    owners: dict[str, set[str]] = {}
    for row in ROWS:
        for word in (row.ja, row.kana, row.en, row.own, *row.aliases.split("|")):
            for form in {plain(word), plain(word).removesuffix("語")} - {""}:
                owners.setdefault(form, set()).add(row.tag)
    assert {word for word, tags in owners.items() if len(tags) > 1} == {"台湾"}


def test_tags_are_unique_and_synonyms_lead_to_rows() -> None:
    assert len({row.tag for row in ROWS}) == len(ROWS)
    assert set(SYNONYMS.values()) <= {row.tag for row in ROWS}
    assert not set(SYNONYMS) & {row.tag for row in ROWS}


def test_voiced_kana_and_vowel_signs_still_count() -> None:
    assert plain("ベトナム") != plain("ヘトナム")
    assert plain("हिन्दी") != plain("हन्द")
    assert plain("Português") == plain("PORTUGUES")


# ---- search


@pytest.mark.parametrize(
    ("text", "first"),
    [("beto", "vi"), ("べt", "vi"), ("ne", "ne"), ("中", "zh"), ("ちゅう", "zh"), ("ち", "zh"),
     ("ちゅうg", "zh"), ("tyu", "zh"), ("chu", "zh"), ("ch", "zh"), ("port", "pt"), ("ぽる", "pt"),
     ("tag", "fil"), ("フィリ", "fil"), ("nepa", "ne"), ("ミャ", "my"), ("bir", "my"), ("tiế", "vi"),
     ("スリラン", "si"), ("kanbo", "km"), ("カンボ", "km"), ("kambo", "km"), ("한", "ko"), ("英", "en")],
)  # fmt: skip
def test_half_a_word_brings_the_language_first(text: str, first: str) -> None:
    assert typed(text)[0] == first


def test_dialects_stand_beside_their_language() -> None:
    assert typed("port") == ["pt", "pt-BR", "pt-PT"]
    assert typed("中国")[:2] == ["zh", "zh-TW"]


@pytest.mark.parametrize(
    ("text", "first"),
    [("vetnam", "vi"), ("betnam", "vi"), ("vietnmese", "vi"), ("indoneisa", "id"),
     ("portugese", "pt"), ("tagarugu", "fil"), ("ネパル語", "ne"), ("ウクラナイ語", "uk")],
)  # fmt: skip
def test_small_slips_are_forgiven(text: str, first: str) -> None:
    assert typed(text)[0] == first


@pytest.mark.parametrize("text", ["", " ", "x", "zzzz", "qqqqqqq", "!?", "あ" * 5000, "\x00"])
def test_nonsense_finds_nothing(text: str) -> None:
    assert typed(text) == []


def test_slips_are_only_forgiven_where_nothing_fits() -> None:
    assert typed("ベンガル") == ["bn"]


def test_the_limit_is_kept() -> None:
    assert len(search("インド", limit=3)) == 3


@given(st.sampled_from(LANGUAGES), st.data())
def test_every_beginning_of_a_name_finds_its_language(language, data) -> None:
    spelling = data.draw(st.sampled_from((language.ja, language.en, *language.romaji)))
    length = data.draw(st.integers(1, len(spelling)))
    assert language in search(spelling[:length], limit=99)


@given(st.text(max_size=30))
def test_no_text_is_too_strange(text: str) -> None:
    language = lookup(text)
    assert language is None or language in search(text, limit=99)
    assert len(search(text)) <= 8
    assert isinstance(sound(text), str)


# ---- names


def test_readers_see_names_in_their_language() -> None:
    assert name("vi", "ja") == "ベトナム語"
    assert name("vi", "ja-Hira") == "ベトナム語"
    assert name("vi", "en") == "Vietnamese"
    assert name("vi", "en-GB") == "Vietnamese"
    assert name("vi", "vi") == "Tiếng Việt"
    assert name("zh", "vi") == "Tiếng Trung"
    assert name("fa-AF", "vi") == "Tiếng Dari"
    assert name("pt-BR", "vi") == "Tiếng Bồ Đào Nha (Brazil)"
    assert name("pt-BR", "pt") == "Português (Brasil)"


def test_a_missing_translation_falls_back_to_japanese_never_to_a_blank() -> None:
    assert name("ne", "tet") == "ネパール語"
    assert name("jsl", "vi") == "日本手話"
    assert name("eo", "ja") == "エスペラント語"
    assert name("xx", "ja") == "xx"
    assert all(name(a.tag, b.tag) for a, b in product(LANGUAGES, LANGUAGES[::6]))


def test_names_differ_from_cldr_only_where_meant() -> None:
    japanese, english = Locale("ja").languages, Locale("en").languages
    other_ja = {r.tag for r in ROWS if japanese.get(r.tag.replace("-", "_")) != r.ja}
    other_en = {r.tag for r in ROWS if english.get(r.tag.replace("-", "_")) != r.en}
    assert other_ja == {"fil", "zh-TW", "nan", "pt-BR", "pt-PT", "ps", "jsl"}
    assert other_en == {"zh-TW", "nan", "ilo", "jsl"}


def test_right_to_left_languages_are_marked() -> None:
    marked = {language.tag for language in LANGUAGES if language.rtl}
    assert marked == {"ar", "fa", "fa-AF", "he", "ps", "ug", "ur"}


def test_sign_language_is_known_but_not_spoken() -> None:
    assert get("sgn-JP").tag == "jsl"
    assert "jsl" not in {language.tag for language in spoken_languages()}
    assert len(spoken_languages()) == len(LANGUAGES) - 1


# ---- dialects


@pytest.mark.parametrize(
    ("asked", "known", "expected"),
    [
        ("zh", "zh", DialectMatch.EXACT),
        ("zh", "zh-CN", DialectMatch.EXACT),
        ("zh", "cmn", DialectMatch.EXACT),
        ("zh", "zh-TW", DialectMatch.EXACT),
        ("zh-TW", "zh", DialectMatch.OTHER_DIALECT),
        ("zh", "yue", DialectMatch.NONE),
        ("yue", "zh", DialectMatch.NONE),
        ("zh-HK", "yue", DialectMatch.EXACT),
        ("nan", "zh-TW", DialectMatch.NONE),
        ("pt-BR", "pt-BR", DialectMatch.EXACT),
        ("pt-BR", "pt", DialectMatch.OTHER_DIALECT),
        ("pt-BR", "pt-PT", DialectMatch.OTHER_DIALECT),
        ("pt", "pt-BR", DialectMatch.EXACT),
        ("fil", "tl", DialectMatch.EXACT),
        ("tl", "fil", DialectMatch.EXACT),
        ("fil", "ceb", DialectMatch.NONE),
        ("fa", "fa-AF", DialectMatch.OTHER_DIALECT),
        ("fa-AF", "fa", DialectMatch.OTHER_DIALECT),
        ("prs", "fa-AF", DialectMatch.EXACT),
        ("ps", "fa-AF", DialectMatch.NONE),
        ("en-US", "en-GB", DialectMatch.EXACT),
        ("ja", "jsl", DialectMatch.NONE),
        ("hi", "ur", DialectMatch.NONE),
        ("xx", "XX", DialectMatch.EXACT),
        ("xx", "yy", DialectMatch.NONE),
        ("xx", "zh", DialectMatch.NONE),
    ],
)
def test_a_known_language_serves_an_asked_one(asked: str, known: str, expected) -> None:
    assert matches(asked, known) is expected


def test_no_match_is_false() -> None:
    assert not matches("vi", "th")
    assert matches("pt-BR", "pt")


@pytest.mark.parametrize("asked", [*TAGS, "xx", "en-US"])
def test_covering_tags_say_the_same_as_matches(asked: str) -> None:
    covered = dict(covering_tags(asked))
    assert {tag: matches(asked, tag) for tag in TAGS if matches(asked, tag)} == {
        tag: match for tag, match in covered.items() if tag in TAGS
    }
    assert [*covered.values()] == sorted(covered.values(), reverse=True)
    assert DialectMatch.NONE not in covered.values()


def test_covering_tags_put_the_same_language_first() -> None:
    assert covering_tags("pt-BR")[:2] == (
        ("pt-BR", DialectMatch.EXACT),
        ("pt", DialectMatch.OTHER_DIALECT),
    )


@given(st.text(max_size=12) | st.sampled_from(TAGS))
def test_a_canonical_tag_stays_as_it_is(tag: str) -> None:
    assert canonical(canonical(tag)) == canonical(tag)
