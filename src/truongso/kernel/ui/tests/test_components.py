"""Components: exact markup where it carries meaning, escaping, kept filters, wiring of fields and errors."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django import forms
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.core.paginator import Paginator
from django.template import Context, Template
from django.template.loader import get_template
from django.test import RequestFactory

from truongso.kernel import clock
from truongso.kernel.money import Dong
from truongso.kernel.ui import icons
from truongso.kernel.ui.fields import DongFormField, VietnameseDateField

NB = "\u00a0"


def _render(source: str, query: str = "", **values: Any) -> str:
    request = RequestFactory().get("/thu/" + query)
    return Template("{% load ui %}" + source).render(Context({"request": request, **values}))


class SlipForm(forms.Form):
    name = forms.CharField(label="Tên", help_text="Họ trước tên sau")
    amount = DongFormField(label="Số tiền", required=False)
    day = VietnameseDateField(label="Hạn", required=False)
    way = forms.ChoiceField(label="Cách", choices=[("a", "Zalo"), ("b", "Giấy")], widget=forms.RadioSelect)
    agree = forms.BooleanField(label="Đồng ý", required=False)
    file = forms.FileField(label="Tệp", required=False)

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("amount") == Dong(13):
            raise forms.ValidationError("Hai dòng trùng nhau.")
        return self.cleaned_data


def test_icon_points_into_the_sprite_and_is_inlined_for_parents() -> None:
    assert _render('{% icon "plus" "s" %}') == (
        '<svg class="i s" aria-hidden="true"><use href="/static/ui/icons.svg#i-plus"/></svg>'
    )
    assert _render('{% icon "check" label="Đạt" %}', inline_icons=True) == (
        '<svg class="i" viewBox="0 0 24 24" role="img" aria-label="Đạt"><path d="M5 12l5 5l10 -10"/></svg>'
    )


def test_unknown_icon_is_an_error() -> None:
    with pytest.raises(KeyError):
        _render('{% icon "no-such-icon" %}')


def test_sprite_holds_only_plain_drawings() -> None:
    assert len(icons.drawings()) > 150
    for name, body in icons.drawings().items():
        assert re.fullmatch(r"(<(path|circle|rect|line|polyline)( [a-z0-9]+=\"[^\"<>]*\")+/>)+", body), name


def test_status_pill_has_icon_and_word_and_escapes() -> None:
    assert "i-circle-check" in _render('{% tag "Đã nộp" "ok" %}')
    assert _render('{% tag 7 "warn" "-" %}') == '<span class="tag warn">7</span>'
    assert "&lt;b&gt;" in _render("{% tag text %}", text="<b>")


@pytest.mark.parametrize(
    ("day", "kind", "text"),
    [(31, "", "còn 20 ngày"), (14, "warn", "còn 3 ngày"), (10, "bad", "quá hạn 1 ngày")],
)
def test_due_pill(day: int, kind: str, text: str) -> None:
    with clock.frozen(dt.datetime(2023, 12, 11, 3, tzinfo=dt.UTC)):
        pill = _render("{% due day %}", day=dt.date(2023, 12, day))
    assert pill.startswith(f'<span class="tag {kind}">')
    assert pill.endswith(f"{text}</span>")


def test_note_escapes_its_title_and_keeps_its_content() -> None:
    box = _render('{% note "warn" title=title %}<a href="?">Xem</a>{% endnote %}', title="<3 việc>")
    assert "<b>&lt;3 việc&gt;</b>" in box
    assert '<a href="?">Xem</a>' in box


def test_kpi_links_and_draws_progress() -> None:
    figure = _render(
        '{% kpi "Đã thu" v|dong note="74,8 %" kind="ok" progress=74.8 url=url %}',
        v=Dong(5000),
        url="/x?a=1&b=2",
    )
    assert figure.startswith('<a class="card kpi" href="/x?a=1&amp;b=2">')
    assert f'<p class="v">5.000{NB}đ</p>' in figure
    assert 'class="fg" width="74.8%"' in figure


def test_sorting_keeps_filters_and_drops_the_page() -> None:
    rising = _render('{% sort_header "Lớp" "lop" "r" %}', "?khoi=3&trang=4")
    assert 'href="?khoi=3&amp;sap=lop"' in rising
    assert "aria-sort" not in rising
    falling = _render('{% sort_header "Lớp" "lop" %}', "?khoi=3&sap=lop")
    assert 'href="?khoi=3&amp;sap=-lop"' in falling
    assert 'aria-sort="ascending"' in falling
    assert 'aria-sort="descending"' in _render('{% sort_header "Lớp" "lop" %}', "?sap=-lop")


def test_query_changes_and_removes_parameters() -> None:
    assert _render('{% query lop="3A2" trang=None %}', "?trang=2&q=a%20b") == "?q=a+b&amp;lop=3A2"


def test_pagination_keeps_filters_and_counts() -> None:
    bar = _render("{% pagination page %}", "?khoi=3&trang=2", page=Paginator(range(1_642), 50).page(2))
    assert "51–100 trong 1.642" in bar
    assert 'href="?khoi=3&amp;trang=1"' in bar
    assert 'href="?khoi=3&amp;trang=33"' in bar
    assert '<span class="cur" aria-current="page">2</span>' in bar


def test_pagination_of_one_page_shows_the_count_alone_and_of_none_nothing() -> None:
    one = _render("{% pagination page %}", page=Paginator(range(7), 50).page(1))
    assert "1–7 trong 7" in one
    assert "<ul>" not in one
    assert _render("{% pagination page %}", page=Paginator([], 50).page(1)).strip() == ""


def test_filter_bar_keeps_the_order_and_offers_to_clear() -> None:
    bar = _render('{% filter_bar %}<input name="q">{% endfilter_bar %}', "?q=an&sap=-lop&trang=3")
    assert '<input type="hidden" name="sap" value="-lop">' in bar
    assert "Bỏ lọc" in bar
    assert 'name="trang"' not in bar
    assert "Bỏ lọc" not in _render("{% filter_bar %}{% endfilter_bar %}", "?sap=lop")


def test_field_is_wired_to_its_hint_and_error() -> None:
    plain = _render("{% field form.name %}", form=SlipForm())
    assert '<label for="id_name">Tên <span class="req" aria-hidden="true">*</span></label>' in plain
    assert 'aria-describedby="id_name_hint"' in plain
    assert 'class="in"' in plain
    wrong = _render("{% field form.name %}", form=SlipForm({"name": ""}))
    assert 'aria-invalid="true"' in wrong
    assert 'aria-describedby="id_name_hint id_name_error"' in wrong
    assert '<span class="err" id="id_name_error">' in wrong
    assert "Chưa điền mục này." in wrong


def test_field_kinds_are_recognised_by_widget() -> None:
    form = SlipForm(initial={"amount": Dong(150_000)})
    assert '<span class="money"><input type="text" name="amount" value="150.000"' in _render(
        "{% field form.amount %}", form=form
    )
    assert 'class="in day"' in _render("{% field form.day %}", form=form)
    ways = _render("{% field form.way %}", form=form)
    assert ways.startswith("<fieldset")
    assert ways.count('<label class="opt"') == 2
    assert '<label class="row" for="id_agree">' in _render("{% field form.agree %}", form=form)
    assert 'class="drop" data-drop' in _render("{% field form.file %}", form=form)


def test_typed_text_is_escaped_when_shown_again() -> None:
    shown = _render("{% field form.name %}{% error_summary form %}", form=SlipForm({"name": '"><script>'}))
    assert "<script>" not in shown


def test_error_summary_links_every_error_to_its_field() -> None:
    summary = _render("{% error_summary form %}", form=SlipForm({"amount": "-1"}))
    assert "Có 3 chỗ cần sửa" in summary
    assert '<a href="#id_name">Tên: Chưa điền mục này.</a>' in summary
    assert '<a href="#id_way_0">Cách: Chưa điền mục này.</a>' in summary
    assert 'role="alert" tabindex="-1" data-autofocus' in summary


def test_error_summary_shows_form_errors_and_nothing_for_good_forms() -> None:
    summary = _render("{% error_summary form %}", form=SlipForm({"name": "A", "way": "a", "amount": "13"}))
    assert "Có một chỗ cần sửa" in summary
    assert "<li>Hai dòng trùng nhau.</li>" in summary
    assert _render("{% error_summary form %}", form=SlipForm()).strip() == ""


def test_title_says_that_the_form_was_refused() -> None:
    page = get_template("ui/base_staff.html").render({"form": SlipForm({"name": ""})})
    assert "<title>Lỗi: " in page


def test_steps_mark_done_and_current() -> None:
    bar = _render("{% steps items 2 %}", items=[{"label": "Lớp", "url": "?1"}, {"label": "Mức"}, {"label": "Gửi"}])
    assert '<a href="?1" class="done">1. Lớp' in bar
    assert '<span aria-current="step">2. Mức' in bar
    assert "<span>3. Gửi" in bar


def test_pairs_copy_only_what_is_to_be_copied() -> None:
    rows = [
        {"label": "Tên", "value": "Hùng"},
        {"label": "Mã", "value": "TS7K4Q2M9", "copy": "TS7K4Q2M9", "code": True},
    ]
    shown = _render("{% pairs rows %}", rows=rows)
    assert shown.count("data-copy") == 1
    assert 'data-copy="TS7K4Q2M9" aria-label="Chép Mã"' in shown


def test_timeline_prints_school_time() -> None:
    entries = [{"title": "Đã nộp", "at": dt.datetime(2023, 12, 11, 12, 42, tzinfo=dt.UTC), "kind": "ok"}]
    assert "19:42 11/12/2023" in _render("{% timeline entries %}", entries=entries)


def test_day_chart_starts_at_zero_and_says_its_figures() -> None:
    days = [(dt.date(2023, 12, 10), 20_000_000, 5_000_000), (dt.date(2023, 12, 11), Dong(10_000_000), 0)]
    chart = _render('{% day_chart days "Không tiền mặt" "Tiền mặt" "Tiền thu" %}', days=days)
    assert (
        f'aria-label="Tiền thu, Không tiền mặt 30.000.000{NB}đ, Tiền mặt 5.000.000{NB}đ, '
        f'cao nhất 25.000.000{NB}đ ngày 10/12/2023"' in chart
    )
    bars = re.findall(r'<rect class="a" x="[\d.]+" y="([\d.]+)" width="[\d.]+" height="([\d.]+)"', chart)
    feet = {round(float(y) + float(height), 1) for y, height in bars}
    assert feet == {322.0}
    heights = [float(height) for _y, height in bars]
    assert heights[0] == pytest.approx(2 * heights[1], abs=0.2)
    assert "triệu đồng" in chart
    assert _render('{% day_chart days "a" %}', days=[(dt.date(2023, 12, 1), 0, 0)]) == ""


def test_gauge_says_value_and_target_and_turns_green_when_reached() -> None:
    below = _render('{% gauge 86.4 90 "theo giá trị" %}')
    assert 'class="gauge warn"' in below
    assert f'aria-label="theo giá trị, 86,4{NB}%, mục tiêu 90{NB}%"' in below
    assert 'class="gauge ok"' in _render("{% gauge 81.2 80 %}")


def test_bar_never_leaves_its_track() -> None:
    assert 'class="fg" width="100.0%"' in _render("{% progress 140 %}")
    assert 'class="fg" width="0.0%"' in _render("{% progress -3 %}")


def test_breadcrumb_links_all_but_the_last() -> None:
    path = _render('{% breadcrumb "Đợt thu" "/dot" "Tháng 12" %}')
    assert '<a href="/dot">Đợt thu</a>' in path
    assert '<span aria-current="page">Tháng 12</span>' in path


def test_messages_map_to_statuses() -> None:
    page = get_template("ui/base_staff.html").render(
        {"messages": [Message(constants.SUCCESS, "Xong"), Message(constants.ERROR, "<Hỏng>")]}
    )
    assert '<div class="note ok" data-dismiss-after="8000">' in page
    assert '<div class="note bad">' in page
    assert "&lt;Hỏng&gt;" in page


def test_navigation_marks_the_current_page_and_hides_empty_groups() -> None:
    nav = [
        {
            "label": "Thu",
            "items": [{"label": "Đối soát", "url": "/a", "icon": "receipt", "badge": "7", "current": True}],
        },
        {"label": "Trống", "items": []},
    ]
    page = get_template("ui/base_staff.html").render({"nav": nav})
    assert '<a href="/a" aria-current="page">' in page
    assert '<span class="tag warn n">7</span>' in page
    assert "Trống" not in page


def test_theme_comes_from_the_cookie_and_only_known_values() -> None:
    request = RequestFactory().get("/")
    request.COOKIES["theme"] = "dark"
    assert '<html lang="vi" data-theme="dark">' in get_template("ui/base_staff.html").render({}, request)
    request.COOKIES["theme"] = '"><script>'
    assert '<html lang="vi">' in get_template("ui/base_staff.html").render({}, request)


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "500", "503"])
def test_error_pages_stand_alone(name: str) -> None:
    page = get_template(f"{name}.html").render({})
    assert page.count("<h1>") == 1
    assert "<script" not in page
    assert 'href="#nd"' in page


@pytest.mark.parametrize(
    "name",
    ["ui/base_staff.html", "ui/base_parent.html", "ui/base_public.html", "ui/base_auth.html", "404.html"],
)
def test_pages_keep_to_the_strict_content_policy(name: str) -> None:
    page = get_template(name).render({"school_name": "TH A", "person": {"name": "B C"}, "logout_url": "/ra"})
    assert 'style="' not in page
    assert "<style" not in page
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)
    assert not re.search(r"\son[a-z]+=", page)
