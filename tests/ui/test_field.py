"""{% field %} and {% error_summary %}: label, help, error and typed text belong together."""

from typing import Any

import pytest
from django import forms
from django.template import Context, Template


class Form(forms.Form):
    name = forms.CharField(label="氏名", help_text="戸籍の字でなくてもかまいません。")
    sex = forms.ChoiceField(
        label="性別", choices=[("f", "女性"), ("m", "男性")], widget=forms.RadioSelect
    )
    ok = forms.BooleanField(label="同意", required=False)
    memo = forms.CharField(label="備考", required=False, widget=forms.Textarea)
    token = forms.CharField(widget=forms.HiddenInput, required=False)


def render(source: str, **context: Any) -> str:
    return Template("{% load ui %}" + source).render(Context(context))


def test_it_ties_label_help_and_control_together() -> None:
    html = render("{% field form.name %}", form=Form())
    assert '<label class="field__label" for="id_name">氏名' in html
    assert 'aria-describedby="id_name_helptext"' in html
    assert 'id="id_name_helptext">戸籍の字' in html


def test_it_marks_what_is_required_and_only_that() -> None:
    assert "必須" in render("{% field form.name %}", form=Form())
    assert "必須" not in render("{% field form.memo %}", form=Form())
    assert "任意" in render("{% field form.memo mark_optional=True %}", form=Form())


def test_an_error_stands_beside_the_field_and_what_was_typed_is_kept() -> None:
    class Short(forms.Form):
        name = forms.CharField(label="氏名", max_length=3)

    html = render("{% field form.name %}", form=Short({"name": "長い名前です"}))
    assert 'value="長い名前です"' in html
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_name_error"' in html
    assert 'id="id_name_error"' in html


def test_a_group_is_a_fieldset_with_a_legend() -> None:
    html = render("{% field form.sex %}", form=Form({"name": "x", "sex": "f"}))
    assert html.startswith("<fieldset")
    assert "<legend>性別" in html
    assert html.count('class="choice"') == 2
    assert html.count("checked") == 1


def test_an_error_of_a_group_describes_the_group() -> None:
    html = render("{% field form.sex %}", form=Form({"name": "x"}))
    assert '<fieldset class="field field--invalid " aria-describedby="id_sex_error"' in html


def test_a_single_box_has_its_label_behind_it() -> None:
    html = render("{% field form.ok %}", form=Form())
    assert html.index("<input") < html.index("同意")


def test_a_hidden_field_is_only_its_control() -> None:
    assert (
        render("{% field form.token %}", form=Form()).strip()
        == '<input type="hidden" name="token" id="id_token">'
    )


def test_further_keywords_become_attributes() -> None:
    html = render('{% field form.name data_url="/x/" autocomplete="off" %}', form=Form())
    assert 'data-url="/x/"' in html
    assert 'autocomplete="off"' in html


def test_hostile_input_is_escaped() -> None:
    html = render(
        "{% field form.name %}{% error_summary form %}", form=Form({"name": '"><script>x'})
    )
    assert "<script>x" not in html


def test_the_summary_links_to_each_field_in_error() -> None:
    html = render("{% error_summary form %}", form=Form({}))
    assert 'href="#id_name"' in html
    assert (
        'href="#id_sex_error"' in html
    )  # a group has no single control: its message is the target
    assert "2か所" in html


@pytest.mark.parametrize("data", [None, {"name": "山田", "sex": "f"}])
def test_the_summary_is_empty_when_there_is_nothing_to_correct(data: dict[str, str] | None) -> None:
    assert render("{% error_summary form %}", form=Form(data)).strip() == ""
