"""Every kanji of やさしい日本語 has its reading, on pages only, and names are left alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse

from interpreting import guest_texts
from ui import furigana, pseudo, translations

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}")
RUBY = re.compile(r'<ruby>(.*?)<rt aria-hidden="true">(.*?)</rt></ruby>')


def written(text: str) -> str:
    """Readings in 《》, as one would write them in a list."""
    return RUBY.sub(r"\1《\2》", furigana.annotated(text))


def easy_texts() -> list[str]:
    """Every text in やさしい日本語: of volunteers' pages and of guests' rooms."""
    found = []
    for message in translations.catalogue("ja-simple"):
        if message.id:
            forms = message.string if not isinstance(message.string, str) else [message.string]
            found += forms
    guests = guest_texts.read(Path(guest_texts.FOLDER) / "ja-simple.toml").texts.values()
    return [PLACEHOLDER.sub("2", text) for text in [*found, *guests]]


def test_every_kanji_of_the_easy_texts_has_a_reading():
    missing = {
        text
        for text in easy_texts()
        for start, end, reading in furigana.readings(text)
        if not reading
    }
    assert not missing, "add the words to ui/readings.txt"


def test_easy_texts_call_one_thing_by_one_name():
    other = re.compile("サインイン|サインアウト|端末")
    assert not [text for text in easy_texts() if other.search(text)], "ログイン, スマホ・パソコン"


def test_readings_are_hiragana():
    wrong = [
        word
        for same in furigana.words().values()
        for word in same
        if not re.fullmatch(r"[ぁ-んー]+", word.reading)
    ]
    assert not wrong


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("今日は 行けません", "今日《きょう》は 行《い》けません"),
        ("来てください。来なくて いいです。", "来《き》てください。来《こ》なくて いいです。"),
        ("11月24日（火）10:00", "11月《がつ》24日《にじゅうよっか》（火《か》）10:00"),
        ("11月1日、1日だけ", "11月《がつ》1日《ついたち》、1日《いちにち》だけ"),
        ("2026年4月30日", "2026年《ねん》4月《がつ》30日《にち》"),
        ("10分、5分、何分、6つの分", "10分《ぷん》、5分《ふん》、何分《なんぷん》、6つの分"),
        ("1人、3人、ほかの人", "1人《ひとり》、3人《にん》、ほかの人《ひと》"),
        ("番号を 入れる。部屋に 入る。", "番号《ばんごう》を 入《い》れる。部屋《へや》に 入《はい》る。"),
        ("2時間30分", "2時間《じかん》30分《ぷん》"),
    ],
)  # fmt: skip
def test_a_word_is_read_as_its_surroundings_demand(text, expected):
    assert written(text) == expected


@pytest.mark.parametrize("name", ["山田 花", "大山 中", "今日子", "三日月町", "本町1-2-3"])
def test_names_are_left_alone_rather_than_misread(name):
    assert "《" not in written(name).replace("中《なか》", "中")


def one_piece(text):
    return f'<span class="furigana">{text}</span>'


def test_a_buttons_words_stay_one_piece_beside_its_symbol():
    button = furigana.annotated_page("<button><svg></svg>第1・第3の 時間を 加える</button>")
    assert re.sub(r"<(span|/span|ruby|/ruby)\b[^>]*>|<rt.*?</rt>", "", button) == (
        "<button><svg></svg>第1・第3の 時間を 加える</button>"
    )
    assert button.count("<span") == 1, "of flexible boxes every part is a column"


def test_only_texts_of_a_page_are_annotated():
    page = (
        '<!DOCTYPE html><html><head><title>通訳</title><style>a::after{content:"通訳"}</style></head>'
        '<body><!-- 通訳 --><a aria-label="通訳" data-x="a>通訳">&lt;通訳&gt;</a><svg><title>通訳</title></svg>'
        "<select><option>通訳</option></select><textarea>通訳</textarea><script>通訳</script>"
        "<ruby>通訳<rt>つうやく</rt></ruby><p>通訳<br/>する</p></body></html>"
    )
    ruby = '<ruby>通訳<rt aria-hidden="true">つうやく</rt></ruby>'
    expected = page.replace("&lt;通訳&gt;", one_piece(f"&lt;{ruby}&gt;"))
    expected = expected.replace("<p>通訳", f"<p>{one_piece(ruby)}")
    assert furigana.annotated_page(page) == expected


def test_what_a_page_says_stays_the_same():
    page = "<p>通訳 &amp; <b>電話</b> <i>a < b</i> 12月24日</p>"
    read = RUBY.sub(r"\1", furigana.annotated_page(page))
    assert re.sub(r'<span class="furigana">(.*?)</span>', r"\1", read) == page


@pytest.mark.django_db
def test_readings_stand_on_easy_pages_only_and_can_be_switched_off(client):
    address = reverse("volunteer:sign_in")
    for language in ("ja", "en"):
        assert b"<ruby>" not in client.get(address, {"lang": language}).content
    easy = client.get(address, {"lang": "ja-simple"})
    assert "<ruby>" in easy.content.decode()
    assert int(easy["Content-Length"]) == len(easy.content)
    assert "<ruby>" not in client.get(address, {"furigana": "off"}).content.decode()
    assert "<ruby>" not in client.get(address).content.decode(), "the choice is kept"
    assert "<ruby>" in client.get(address, {"furigana": "on"}).content.decode()
    assert "<ruby>" in client.get(address).content.decode()


@pytest.mark.django_db
def test_pages_of_staff_have_none(client_of, coordinator):
    client = client_of(coordinator)
    client.cookies["tsunagi_language"] = "ja-simple"
    assert b"<ruby>" not in client.get(reverse("dispatch:board")).content


def test_pseudo_languages_are_made_of_every_english_text():
    english = translations.catalogue("en")
    for code in settings.PSEUDO_LANGUAGES:
        made = pseudo.catalogue(code, english)
        assert len(made) == len(english)
        for message in filter(lambda one: one.id, made):
            forms = [message.string] if isinstance(message.string, str) else message.string
            whole = english.get(message.id if isinstance(message.id, str) else message.id[0])
            originals = [whole.string] if isinstance(whole.string, str) else whole.string
            for form, original in zip(forms, originals, strict=True):
                names = PLACEHOLDER.findall(original)
                assert PLACEHOLDER.findall(form) == names
    assert pseudo.longer("%(n)s days {url}") == "[%(n)s ðåýš {url} one two]"
    assert pseudo.mirrored("See %(n)s") == "\u202eSee\u202c %(n)s"
