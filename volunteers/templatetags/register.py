"""Words of the register in templates: languages, marks ◎○△, fields, telephones, hours."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from volunteers import languages, phones
from volunteers.availability import describe
from volunteers.models import Field, LanguageSkill, Volunteer
from volunteers.schedules import plain_rules
from volunteers.terms import age_on

register = template.Library()

MARKS = {3: ("◎", "通訳可"), 2: ("○", "日常会話"), 1: ("△", "少し")}


@register.filter
def language_name(tag: str) -> str:
    """ベトナム語"""
    return languages.name(tag)


@register.simple_tag
def own_name(tag: str) -> SafeString:
    """The language's name in its own script, marked up as such; nothing for unknown tags."""
    language = languages.get(tag)
    if language is None:
        return SafeString("")
    direction = "rtl" if language.rtl else "ltr"
    return format_html('<bdi lang="{}" dir="{}">{}</bdi>', language.tag, direction, language.own)


@register.simple_tag
def mark(level: int, words: bool = False) -> SafeString:
    """◎, ○ or △, read aloud as words, which are also shown if wanted."""
    sign, meaning = MARKS[level]
    shown = format_html(" {}", meaning) if words else ""
    return format_html(
        '<span class="mark mark--{}"><span aria-hidden="true">{}</span>{}</span>',
        level,
        sign,
        shown or format_html('<span class="visually-hidden">{}</span>', meaning),
    )


@register.simple_tag
def skill_chip(skill: LanguageSkill) -> SafeString:
    """◎ ベトナム語; with two marks where the ways differ (to Japanese, from Japanese)."""
    name = languages.name(skill.language)
    if skill.to_japanese == skill.from_japanese:
        return format_html('<span class="speaks">{} {}</span>', mark(skill.to_japanese), name)
    return format_html(
        '<span class="speaks" title="日本語へ {0}・日本語から {2}">'
        '<span class="visually-hidden">日本語へ</span>{1}'
        '<span class="visually-hidden">日本語から</span>{3} {4}</span>',
        MARKS[skill.to_japanese][0],
        mark(skill.to_japanese),
        MARKS[skill.from_japanese][0],
        mark(skill.from_japanese),
        name,
    )


@register.filter
def phone_number(e164: str) -> str:
    """090-1234-5678"""
    return phones.as_written(e164) if e164 else ""


@register.filter
def field_name(code: str) -> str:
    """医療"""
    return str(Field(code).label) if code in Field.values else code


@register.filter
def hours_lines(volunteer: Volunteer) -> list[str]:
    """The weekly hours in words; uses prefetched rules."""
    return describe(plain_rules(volunteer.rules.all()))


@register.filter
def age(birth_date: date, on: date) -> int:
    """Years of age on a day."""
    return age_on(birth_date, on)


@register.filter
def pick(mapping: dict[Any, Any], key: Any) -> Any:
    """The value for a key, None without it."""
    return mapping.get(key)


@register.filter
def clock(minutes: int) -> str:
    """13:00"""
    return f"{minutes // 60}:{minutes % 60:02}"
