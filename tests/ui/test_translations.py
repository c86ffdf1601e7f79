"""Everything a volunteer reads exists in English and in easy Japanese."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.utils import translation

from ui import translations
from ui.apps import translations_are_compiled

OTHER = translations.languages()
KANJI_OR_KANA = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
# whoever types an account looks for these words in the book; each stands behind its English
PRINTED = re.compile(r"(?<=\w) \((?:当座|普通|貯蓄|記号|番号|ゆうちょ銀行)\)")
PLACEHOLDER = re.compile(r"%\((\w+)\)s|\{(\w*)\}")


def messages(code: str) -> list[tuple[list[str], list[str]]]:
    """(source forms, translated forms) of every text."""
    return [
        (
            list(m.id) if isinstance(m.id, tuple | list) else [m.id],
            list(m.string) if isinstance(m.string, tuple | list) else [m.string],
        )
        for m in translations.catalogue(code)
        if m.id
    ]


def test_the_other_languages_are_easy_japanese_and_english():
    assert OTHER == ["ja-simple", "en"]


@pytest.mark.parametrize("code", OTHER)
def test_no_text_lacks_a_translation(code):
    missing = translations.missing(code)
    assert not missing, "run manage.py collect_translations and translate"


@pytest.mark.parametrize("code", OTHER)
def test_placeholders_are_kept(code):
    def names(text: str) -> list[tuple[str, ...]]:
        return sorted(PLACEHOLDER.findall(text))

    wrong = [
        (source, form)
        for source, forms in messages(code)
        for form in forms
        if names(form) != names(source[0])
    ]
    assert not wrong


def test_japanese_texts_avoid_words_that_read_like_a_translation():
    """An address of a page is no 住所, a connection no wave, a tick no sign."""
    odd = re.compile(
        "ページの住所|ためし(?:$|の|です)|サインアウトさせ|電波がありません|印をつけ|取り除|二度"
    )
    assert not [forms for forms, _ in messages("en") if odd.search("".join(forms))]


def test_english_texts_hold_no_japanese_but_what_a_passbook_prints():
    found = ["".join(forms) for _, forms in messages("en")]
    assert not [text for text in found if KANJI_OR_KANA.search(PRINTED.sub("", text))]


def test_easy_japanese_avoids_polite_forms_that_are_hard_to_read():
    hard = re.compile("いただ|ください(?:ませ|まし)|お越し|ご連絡|お願い|控え|辞退|承諾")
    assert not [forms for _, forms in messages("ja-simple") if hard.search("".join(forms))]


def test_django_finds_the_catalogues_and_knows_the_language():
    for code, words in {
        "ja": "引き受けます",
        "ja-simple": "できます",
        "en": "I will do it",
    }.items():
        with translation.override(code):
            assert translation.gettext("引き受けます") == words
    assert translation.get_language_info("ja-simple")["name_local"] == "やさしい日本語"


def test_what_is_not_translated_falls_back_to_japanese():
    with translation.override("ja-simple"):
        assert translation.gettext("This field is required.") == "この項目は必須です。"


def test_texts_are_found_in_code_and_templates():
    python = 'x = _("一")\ny = ngettext("二", "三", n)\nz = other("四")'
    assert list(translations.texts_of_python(python)) == ["一", ("二", "三")]
    template = (
        '{% translate "五" %}{% include "a.html" with b=_("六") %}'
        "{% blocktranslate with a=b %}七{{ a }}100%{% endblocktranslate %}"
        "{% blocktranslate count n=m %}八{% plural %}九{{ n }}{% endblocktranslate %}"
    )
    found = ["五", "六", "七%(a)s100%%", ("八", "九%(n)s")]
    assert list(translations.texts_of_template(template)) == found


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """A copy of the catalogues that may be spoiled."""
    sources = {code: translations.po_file(code).read_bytes() for code in OTHER}
    monkeypatch.setattr(settings, "LOCALE_PATHS", [tmp_path])
    for code, content in sources.items():
        translations.po_file(code).parent.mkdir(parents=True)
        translations.po_file(code).write_bytes(content)


def test_compiling_is_done_once_and_again_after_a_change(elsewhere):
    assert translations_are_compiled(None)
    assert translations.compile_stale() == [*OTHER, *settings.PSEUDO_LANGUAGES]
    assert translations.compile_stale() == []
    assert not translations_are_compiled(None)
    po = translations.po_file("en")
    po.write_bytes(po.read_bytes() + b'\nmsgid "new"\nmsgstr "new"\n')
    assert translations.compile_stale() == ["en", *settings.PSEUDO_LANGUAGES]


def test_collecting_twice_changes_nothing(elsewhere):
    translations.collect("en")
    first = translations.po_file("en").read_bytes()
    translations.collect("en")
    assert translations.po_file("en").read_bytes() == first
