"""The guests' texts: complete, in their own script, with the right holes to fill, and honest.

Every file is data that people edit by hand, so each rule names the file and the key that breaks it.
"""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.demo.people import SPEAKERS
from interpreting import guest_texts
from interpreting.guest_texts import sheet

FILES = sorted(guest_texts.FOLDER.glob("*.toml"))
SOURCE = guest_texts.read(guest_texts.FOLDER / "ja.toml")
TAGS = [path.stem for path in FILES]
every_file = pytest.mark.parametrize("path", FILES, ids=TAGS)

SCRIPTS = {
    "ja": "CJK HIRAGANA KATAKANA", "ja-simple": "CJK HIRAGANA KATAKANA", "zh-Hans": "CJK",
    "zh-Hant": "CJK", "ko": "HANGUL", "th": "THAI", "ne": "DEVANAGARI", "ru": "CYRILLIC",
    "uk": "CYRILLIC", "mn": "CYRILLIC", "my": "MYANMAR", "bn": "BENGALI", "si": "SINHALA",
    "km": "KHMER", "fa-AF": "ARABIC", "ar": "ARABIC", "ur": "ARABIC",
}  # fmt: skip
"""Languages that are not written in Latin letters."""

LATIN_NAMES = {"Safari", "Chrome", "Firefox", "Edge", "JavaScript", "Allow"}
"""Names of browsers, and the word that many devices show in English."""

SIMPLIFIED_ONLY = "说话译员边关请谢"
TRADITIONAL_ONLY = "說話譯員邊關請謝"
BUTTONS = [key for key in SOURCE.texts if key.startswith("button_")] + [
    "mute", "unmute", "camera_off", "camera_on", "switch_camera", "chat", "send", "larger",
    "smaller", "show_paper", "take_photo", "share_screen", "stop_sharing", "zoom_in", "zoom_out",
    "pointer", "pin", "close", "more", "leave", "stay",
]  # fmt: skip


def width(text: str) -> int:
    """Columns: marks above and below take none, full-width characters two."""
    shown = [c for c in text if unicodedata.category(c)[0] != "M" and c not in "\u200c\u200d"]
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in shown)


def letters(text: str) -> list[str]:
    return [c for c in text if unicodedata.category(c)[0] == "L"]


@every_file
def test_a_file_has_every_text_and_no_other(path: Path) -> None:
    file = guest_texts.read(path)
    assert set(file.texts) == set(SOURCE.texts)


@every_file
def test_a_text_has_the_placeholders_of_the_source(path: Path) -> None:
    assert guest_texts.read(path, SOURCE.texts).rejected == ()


def test_only_the_known_placeholders_are_used() -> None:
    used = {name for text in SOURCE.texts.values() for name in guest_texts.placeholders(text)}
    assert used == guest_texts.PLACEHOLDERS


@every_file
def test_a_file_is_named_after_its_tag_and_says_where_it_stands(path: Path) -> None:
    file = guest_texts.read(path)
    assert file.tag == path.stem
    assert file.direction == ("rtl" if file.tag in {"fa-AF", "ar", "ur"} else "ltr")
    assert file.translated_from == ("" if file.tag == "ja" else "ja")
    assert bool(file.reviewed_by) == bool(file.reviewed_on)


@every_file
def test_a_text_is_one_clean_line(path: Path) -> None:
    for key, text in guest_texts.read(path).texts.items():
        assert text == text.strip(), key
        assert text == unicodedata.normalize("NFC", text), key
        assert not re.search(r"  |[<>&\\\n\t]", text), key
        assert text.count("{") == text.count("}"), key


@pytest.mark.parametrize("tag", SCRIPTS)
def test_a_language_is_written_in_its_own_script(tag: str) -> None:
    scripts = SCRIPTS[tag].split()
    file = guest_texts.language(tag)
    for key, text in {**file.texts, "name": file.name}.items():
        bare = re.sub(r"\{\w+\}", "", text)
        for word in LATIN_NAMES:
            bare = bare.replace(word, "")
        strange = [c for c in letters(bare) if unicodedata.name(c).split()[0] not in scripts]
        assert not [c for c in strange if c != "ー"], (key, text)


@pytest.mark.parametrize("tag", sorted(set(TAGS) - set(SCRIPTS)))
def test_a_language_in_latin_letters_has_no_others(tag: str) -> None:
    for key, text in guest_texts.language(tag).texts.items():
        assert all(unicodedata.name(c).startswith("LATIN") for c in letters(text)), (key, text)


def test_the_two_chinese_scripts_are_not_mixed() -> None:
    simplified = "".join(guest_texts.language("zh-Hans").texts.values())
    traditional = "".join(guest_texts.language("zh-Hant").texts.values())
    pairs = list(zip(SIMPLIFIED_ONLY, TRADITIONAL_ONLY, strict=True))
    assert not [t for s, t in pairs if s != t and t in simplified]
    assert not [s for s, t in pairs if s != t and s in traditional]


def test_no_language_repeats_the_english_sentences() -> None:
    english = guest_texts.language("en").texts
    for tag in set(TAGS) - {"en"}:
        same = [k for k, t in guest_texts.language(tag).texts.items() if t == english[k]]
        assert not [key for key in same if len(english[key].split()) > 2], tag


@every_file
def test_the_words_on_buttons_stay_short(path: Path) -> None:
    file, english = guest_texts.read(path), guest_texts.language("en").texts
    long = {
        key: file.texts[key]
        for key in BUTTONS
        if width(file.texts[key]) > max(16, 1.8 * width(english[key]))
    }
    assert not long


def test_every_language_of_the_demo_register_has_a_file() -> None:
    assert {tag: guest_texts.resolve(tag) for tag in SPEAKERS if not guest_texts.resolve(tag)} == {}
    assert len({guest_texts.resolve(tag) for tag in SPEAKERS}) == 21


def test_the_chooser_begins_with_easy_japanese_and_ends_with_japanese() -> None:
    tags = [tag for tag, _, _ in guest_texts.languages()]
    assert tags[:2] == ["ja-simple", "en"]
    assert tags[-1] == "ja"
    assert sorted(tags) == sorted(TAGS)
    assert ("fa-AF", "دری", True) in guest_texts.languages()


def test_what_is_promised_in_the_consent_is_promised_in_every_language() -> None:
    for tag in TAGS:
        texts = guest_texts.texts(tag)
        assert all(texts[key] for key in sheet.CONSENT), tag
        assert "{desk}" in texts["consent_present"], tag


@pytest.mark.parametrize(
    ("accept", "wanted", "chosen"),
    [
        ("vi,en;q=0.9", "", "vi"),
        ("en;q=0.2, vi;q=0.8", "", "vi"),
        ("vi", "km", "km"),
        ("vi", "xx", "vi"),
        ("zh-TW", "", "zh-Hant"),
        ("zh-Hant-HK", "", "zh-Hant"),
        ("zh-CN", "", "zh-Hans"),
        ("zh", "", "zh-Hans"),
        ("yue", "", "zh-Hant"),
        ("prs-AF", "", "fa-AF"),
        ("fa-IR", "", "fa-AF"),
        ("pt", "", "pt-BR"),
        ("pt-PT", "", "pt-BR"),
        ("tl-PH", "", "fil"),
        ("in", "", "id"),
        ("EN_us", "", "en"),
        ("ja", "", "ja"),
        ("vi;q=0, en;q=0.1", "", "en"),
        ("xx-YY, *;q=0.5", "", "ja-simple"),
        ("", "", "ja-simple"),
    ],
)
def test_the_language_is_chosen_by_wish_then_browser(accept: str, wanted: str, chosen: str) -> None:
    assert guest_texts.choose(accept, wanted) == chosen


@given(st.text(max_size=80), st.text(max_size=30))
def test_no_header_and_no_wish_can_break_the_choice(accept: str, wanted: str) -> None:
    assert guest_texts.choose(accept, wanted) in TAGS


def test_a_language_without_a_file_is_shown_in_easy_japanese() -> None:
    assert guest_texts.texts("sw") == guest_texts.texts("ja-simple")
    assert guest_texts.direction("sw") == "ltr"


def test_missing_and_misspelt_texts_fall_back_and_are_never_blank(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for tag in ("ja", "ja-simple"):
        (tmp_path / f"{tag}.toml").write_text((guest_texts.FOLDER / f"{tag}.toml").read_text())
    half = 'tag = "sw"\nname = "Kiswahili"\ndirection = "ltr"\n[texts]\n'
    half += 'leave = "Ondoka"\nsend = " "\njoined = "Ameingia {name}"\nunknown = "?"\n'
    (tmp_path / "sw.toml").write_text(half)
    monkeypatch.setattr(guest_texts, "FOLDER", tmp_path)
    forget()
    try:
        texts, easy = guest_texts.texts("sw-TZ"), guest_texts.texts("ja-simple")
        assert texts["leave"] == "Ondoka"
        assert (texts["send"], texts["joined"]) == (easy["send"], easy["joined"])
        assert set(texts) == set(SOURCE.texts)
        assert guest_texts.percent("sw") == 0
        assert "母語話者の確認がまだです" in guest_texts.review_notice("sw")
        assert ("sw", "Kiswahili", False) in guest_texts.languages()
    finally:
        monkeypatch.undo()
        forget()


def forget() -> None:
    guest_texts._files.cache_clear()
    guest_texts._known.cache_clear()


def test_what_a_page_does_with_its_texts_does_not_reach_the_next_page() -> None:
    guest_texts.texts("vi")["leave"] = "changed"
    assert guest_texts.texts("vi")["leave"] != "changed"
    assert json.loads(json.dumps(guest_texts.texts("vi"))) == guest_texts.texts("vi")


def test_values_are_isolated_from_the_direction_of_the_sentence() -> None:
    text = guest_texts.fill(guest_texts.texts("ar")["call_desk"], desk="八王子", phone="042-1")
    assert "\u2068八王子\u2069" in text
    assert "\u2068042-1\u2069" in text
    assert guest_texts.fill("{who}: {minutes}", minutes=30) == "{who}: \u206830\u2069"
    assert guest_texts.fill("{who}", who="{desk}") == "\u2068{desk}\u2069"


def test_the_coordinator_hears_that_nobody_has_reviewed_a_language() -> None:
    assert guest_texts.review("vi") is None
    assert guest_texts.review_notice("vi") == (
        "案内文（Tiếng Việt）は未確認です（母語話者の確認がまだです）。"
    )
    assert guest_texts.review_notice("ja") == ""
    assert "やさしい日本語で表示しています" in guest_texts.review_notice("sw")


def test_a_review_is_told_with_its_day(tmp_path: Path) -> None:
    head = (guest_texts.FOLDER / "vi.toml").read_text()
    reviewed = head.replace('reviewed_by = ""', 'reviewed_by = "翻訳委員会"')
    path = tmp_path / "vi.toml"
    path.write_text(reviewed.replace('reviewed_on = ""', "reviewed_on = 2026-11-20"))
    file = guest_texts.read(path)
    assert (file.reviewed_by, str(file.reviewed_on)) == ("翻訳委員会", "2026-11-20")


def test_every_button_of_the_room_has_a_label_an_announcement_and_a_sign() -> None:
    sprite = (guest_texts.FOLDER.parent / "static/interpreting/room-icons.svg").read_text()
    for name in ("wait", "slower", "repeat", "louder", "understood", "break"):
        assert {f"button_{name}", f"said_{name}"} <= set(SOURCE.texts)
        assert f'<symbol id="{name}" viewBox="0 0 24 24">' in sprite
    for name in ("camera", "microphone", "telephone", "paper"):
        assert f'<symbol id="{name}" ' in sprite


def test_the_review_sheet_shows_every_text_once() -> None:
    lines = [line for _, found in sheet.sections("vi") for line in found]
    assert [line.key for line in lines] == list(SOURCE.texts)
    assert all(line.text and line.source for line in lines)


def test_every_text_that_a_page_asks_for_exists() -> None:
    app = guest_texts.FOLDER.parent
    asked: dict[str, str] = {}
    for folder, ending, pattern in (
        ("templates/interpreting/room", "html", r'{% say "(\w+)"'),
        ("static/interpreting/room", "js", r'(?<![\w.])t\("(\w+)"'),
    ):
        for path in (app / folder).rglob(f"*.{ending}"):
            asked |= dict.fromkeys(re.findall(pattern, path.read_text()), path.name)
    assert len(asked) > 50
    assert {key: name for key, name in asked.items() if key not in SOURCE.texts} == {}
