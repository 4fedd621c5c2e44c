"""Components say what they must, and their words survive a hostile roster."""

from datetime import timedelta
from pathlib import Path

import pytest
from django import forms
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import timezone, translation

from lockdown.styleguide import styleguide
from lockdown.templatetags import dayline
from lockdown.templatetags.icons import ICONS
from lockdown.templatetags.ui import (
    fen,
    mask_name,
    mask_phone,
    minutes,
    percent,
    phrase,
    since,
)

pytestmark = pytest.mark.urls("tests.design.urls")
TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
OURS = [
    *TEMPLATES.glob("base*.html"),
    *TEMPLATES.glob("components/*.html"),
    *TEMPLATES.glob("errors/*.html"),
    *TEMPLATES.glob("styleguide/*.html"),
    *(TEMPLATES / name for name in ("403.html", "404.html", "500.html")),
]


def _show(source: str, **context: object) -> str:
    return Template("{% load ui %}" + source).render(Context(context))


class PhoneForm(forms.Form):
    phone = forms.CharField(label="手机", max_length=11, help_text="十一位。")


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_templates_obey_the_content_security_policy(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert " style=" not in source
    assert "<style" not in source
    assert " onclick=" not in source
    assert "javascript:" not in source
    assert source.count("<script") == source.count("<script src=")


@pytest.mark.parametrize(
    "path", sorted(TEMPLATES.glob("components/*.html")), ids=lambda path: path.name
)
def test_every_component_states_its_parameters_at_the_top(path: Path) -> None:
    assert path.read_text(encoding="utf-8").startswith("{% comment %}")


@pytest.mark.parametrize(
    ("status", "shape"),
    [
        ("now", "circle"),
        ("next", 'class="d"'),
        ("done", 'class="k"'),
        ("late", "path"),
        ("wait", 'class="o"'),
        ("care", "path"),
        ("iso", "隔"),
    ],
)
def test_a_status_has_shape_and_words_beside_its_colour(status: str, shape: str) -> None:
    html = _show("{% tag_status status text %}", status=status, text="迟 12 分")
    assert f"tag-{status}" in html
    assert shape in html
    assert "迟 12 分" in html


def test_a_tag_escapes_its_words() -> None:
    assert "<b>" not in _show("{% tag_status 'late' text %}", text="<b>x</b>")


def test_a_card_keeps_its_title_as_text() -> None:
    html = _show("{% card title=title %}<p>in</p>{% endcard %}", title="<i>x</i>")
    assert "&lt;i&gt;" in html
    assert "<p>in</p>" in html


def test_a_card_escapes_variables_inside_it() -> None:
    assert "<script" not in _show("{% card title='a' %}{{ evil }}{% endcard %}", evil="<script>")


@pytest.mark.parametrize("name", sorted(ICONS))
def test_icons_are_silent_unless_named(name: str) -> None:
    assert 'aria-hidden="true"' in _show("{% icon name %}", name=name)
    assert 'aria-label="x"' in _show("{% icon name label='x' %}", name=name)


def test_phones_keep_three_and_four_digits() -> None:
    assert mask_phone("13812348000") == "138****8000"
    assert mask_phone("+86 138-1234-8000") == "138****8000"
    assert mask_phone("62345678") == "****78"
    assert mask_phone(None) == ""


def test_names_keep_the_surname_only() -> None:
    assert mask_name("张三") == "张**"
    assert mask_name("欧阳修远") == "欧阳**"
    assert mask_name("欧阳") == "欧**"
    assert mask_name("") == ""


def test_money_comes_from_integer_fen() -> None:
    assert [fen(value) for value in (2800, 500000, 1250, -5, None)] == [
        "¥28",
        "¥5,000",
        "¥12.50",
        "−¥0.05",
        "–",
    ]


def test_times_are_said_in_short_words() -> None:
    with translation.override("en"):
        assert minutes(12) == "12 min"
        assert minutes(80) == "1 h 20 min"
        assert minutes(120) == "2 h"
        assert since(timezone.now() - timedelta(minutes=6)) == "6 min ago"
        assert since(timezone.now()) == "just now"


def test_a_gap_of_one_never_shows_as_100_percent() -> None:
    assert percent(999, 1000) == 99
    assert percent(1000, 1000) == 100
    assert percent(3, 0) == 0


def test_a_number_stays_with_its_word() -> None:
    assert phrase("第 3 天，共 7 天") == "第\u00a03\u00a0天，共\u00a07\u00a0天"


def test_a_refused_field_names_its_error_to_a_screen_reader() -> None:
    form = PhoneForm({"phone": ""})
    html = render_to_string("components/field.html", {"field": form["phone"]})
    assert 'aria-invalid="true"' in html
    assert 'id="id_phone_error"' in html
    assert 'aria-describedby="id_phone_helptext id_phone_error"' in html
    summary = render_to_string("components/error_summary.html", {"form": form})
    assert 'href="#id_phone"' in summary


def test_what_was_typed_is_kept() -> None:
    form = PhoneForm({"phone": "138000000000000"})
    assert 'value="138000000000000"' in render_to_string(
        "components/field.html", {"field": form["phone"]}
    )


def test_day_events_never_overlap_in_a_lane() -> None:
    start = timezone.localtime().replace(hour=17, minute=0)
    events = [
        {"start": start + timedelta(minutes=5 * n), "label": "收垃圾 17:30"} for n in range(6)
    ]
    placed = dayline.place(events)
    assert sorted(item.lane for item in placed) == [0, 1, 2, 3, 4, 5]


def test_a_long_event_keeps_its_lane_until_it_ends() -> None:
    start = timezone.localtime().replace(hour=8, minute=0)
    long = {"start": start, "end": start + timedelta(hours=6), "label": "核酸"}
    later = {"start": start + timedelta(hours=3), "label": "消杀"}
    assert [item.lane for item in dayline.place([long, later])] == [0, 1]


def test_an_event_near_the_end_of_the_day_stays_on_the_line() -> None:
    late = timezone.localtime().replace(hour=21, minute=55)
    assert dayline.place([{"start": late, "label": "门岗换班 21:55"}])[0].from_right


@pytest.mark.parametrize("part", ["guide", "board", "phone", "print", "labels", "../500"])
def test_the_style_guide_renders_every_face(part: str) -> None:
    request = RequestFactory().get("/styleguide/", {"part": part})
    assert styleguide(request).status_code == 200


def test_the_frame_offers_brightness_and_language_as_plain_forms() -> None:
    html = render_to_string("components/user_menu.html", {"theme": "dark"})
    assert 'action="/face/"' in html
    assert 'value="dark" aria-pressed="true"' in html
    assert 'action="/language/"' in html
    assert "sign-out" not in html


@pytest.mark.parametrize(
    "name", ["403.html", "404.html", "500.html", "errors/outage.html", "errors/too_many.html"]
)
def test_error_pages_need_nothing_but_themselves(name: str) -> None:
    with translation.override("zh-hans"):
        assert "<h1>" in render_to_string(name, {})


def test_a_refusal_shows_its_sentence() -> None:
    html = render_to_string("errors/refused.html", {"sentence": "请先解封 1 单元。"})
    assert "请先解封 1 单元。" in html
