"""What somebody typed into the register's search box → a condition on volunteers.

One word may be a name in any script, its reading in hiragana, katakana or romaji, a number, some
digits of a telephone, or a language in any spelling; several words must all fit. Builds conditions
only; comparison forms forget what a keyboard decides (width, case, accents, spaces, kana kind).
"""

from __future__ import annotations

import re
import unicodedata

import jaconv
from django.db.models import Exists, F, Func, OuterRef, Q, TextField, Value
from django.db.models.functions import Lower

from volunteers import languages, phones
from volunteers.models import LanguageSkill, VolunteerQuerySet

_OLD = "髙﨑嵜齋齊斎邊邉澤濱濵廣國櫻嶋嶌眞惠龍瀧榮圓德黑萬與條實壽藏聰淺栁冨曾渕彌亞靜會đ"
_NEW = "高崎崎斉斉斉辺辺沢浜浜広国桜島島真恵竜滝栄円徳黒万与条実寿蔵聡浅柳富曽淵弥亜静会d"
_DROPPED = " \u3000・,.'’-"
_HIRAGANA = "".join(chr(code) for code in range(0x3041, 0x3097))
_KATAKANA = "".join(chr(code + 0x60) for code in range(0x3041, 0x3097))
_ACCENTS = "[\u0300-\u036f]"
_LONG_VOWEL = "[ウオイエアー]?"
MAX_WORDS = 6


class Translate(Func):
    """``translate(text, from, to)``: letters of ``from`` replaced, those without a partner dropped."""

    function = "TRANSLATE"
    output_field = TextField()


class Decompose(Func):
    """``normalize(text, NFKD)``: width forgotten, accents apart from their letters."""

    template = "normalize(%(expressions)s, NFKD)"
    output_field = TextField()


class Replace(Func):
    """``regexp_replace(text, pattern, with, 'g')``."""

    function = "REGEXP_REPLACE"
    output_field = TextField()


def compared(text: str) -> str:
    """The comparison form of a typed name; the same as `_COMPARED_NAME` makes of a stored one."""
    bare = re.sub(_ACCENTS, "", unicodedata.normalize("NFKD", text)).lower()
    kept = bare.translate(str.maketrans(_OLD, _NEW)).translate(dict.fromkeys(map(ord, _DROPPED)))
    return kept


_COMPARED_NAME = Translate(
    Lower(Replace(Decompose(F("name")), Value(_ACCENTS), Value(""), Value("g"))),
    Value(_OLD + _DROPPED),
    Value(_NEW),
)
_COMPARED_KANA = Translate(F("kana"), Value(_HIRAGANA + " \u3000・ー"), Value(_KATAKANA))


def search(people: VolunteerQuerySet, text: str, *, level: int = 1) -> VolunteerQuerySet:
    """Those of ``people`` whom every word of ``text`` fits; a language at the level or better."""
    words = unicodedata.normalize("NFKC", text).split()[:MAX_WORDS]
    if not words:
        return people
    each = Q()
    for word in words:
        each &= _fits(word, level)
    # the whole text as well: Tiếng Việt and +81 90 1234 are one thing in two words
    condition = each | _fits(" ".join(words), level) if len(words) > 1 else each
    return people.alias(compared_name=_COMPARED_NAME, compared_kana=_COMPARED_KANA).filter(
        condition
    )


def speaks(tag: str, level: int = 1) -> Q:
    """Somebody who has the language, or one that serves a request for it, at the level or better.

    The level must be reached each way.
    """
    tags = [covering for covering, _ in languages.covering_tags(tag)]
    skill = LanguageSkill.objects.filter(
        volunteer=OuterRef("pk"),
        language__in=tags,
        to_japanese__gte=level,
        from_japanese__gte=level,
    )
    return Q(Exists(skill))


def _fits(word: str, level: int) -> Q:
    condition = Q(compared_name__contains=compared(word)) if compared(word) else Q(pk=None)
    if pattern := kana_pattern(word):
        condition |= Q(compared_kana__regex=pattern)
    figures = phones.HYPHENS.sub("-", word)
    if re.fullmatch(r"[\d+()\-. ]+", figures):
        condition |= _figures(figures)
    if language := languages.lookup(word):
        condition |= speaks(language.tag, level)
    return condition


def _figures(word: str) -> Q:
    condition = Q(pk=None)
    if word.isascii() and word.isdigit() and len(word) <= 9:
        condition |= Q(number=int(word))
    known = phones.digits(word)
    if len(known) >= 3:
        condition |= Q(mobile__contains=known) | Q(phone__contains=known) | Q(fax__contains=known)
    return condition


def kana_pattern(word: str) -> str:
    """A regular expression for readings: kana as typed, romaji with long vowels left open.

    Empty if the word cannot be a reading.

    >>> bool(re.search(kana_pattern("yoichi"), "ヨウイチ"))
    True
    """
    typed = jaconv.hira2kata(word.lower())
    if typed.isascii():
        if not re.fullmatch(r"[a-z'-]+", typed):
            return ""
        latin = re.sub(r"m(?=[bp])", "n", re.sub(r"oh(?![aiueo])", "o", typed))
        typed = str(jaconv.alphabet2kata(re.sub(r"[^a-z]", "", latin)))
        kana = re.sub("[^ァ-ヶ]", "", typed)
        # romaji is read only if nothing Latin is left, except one letter still being typed
        if len(typed) - len(kana) > 1 or not kana:
            return ""
        return _LONG_VOWEL.join(kana)
    kana = typed.translate(dict.fromkeys(map(ord, "・ー")))
    return kana if re.fullmatch("[ァ-ヶ]+", kana) else ""
