"""Showing what the columns of an unknown statement mean, and the layouts kept from that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from truongso.accounts.public import AuthedRequest, requires
from truongso.accounts.types import Permission
from truongso.banking.mapping.models import StatementLayout
from truongso.banking.mapping.services import delete_layout, layouts_of, read_again, save_layout
from truongso.banking.models import StatementImport
from truongso.banking.statement_import import StatementRefusedError
from truongso.banking.statements.custom import (
    LARGEST_FILE,
    PREFIX,
    ROLES,
    CustomLayout,
    CustomLayoutError,
    from_file,
    from_json,
    guess,
    header_labels,
    to_file,
)
from truongso.banking.statements.parse import parse_statement
from truongso.banking.statements.read import statement_sheets
from truongso.banking.statements.types import ParsedStatement, RowKind, StatementError
from truongso.banking.types import ImportState
from truongso.banking.web.messages import file_text, layout_text, problem_text, row_text
from truongso.kernel.db import transaction
from truongso.kernel.sheets import Cell, Sheet, SheetError
from truongso.kernel.ui.downloads import file_response
from truongso.kernel.ui.uploads import UploadField
from truongso.kernel.uploads import Content, only
from truongso.organizations.public import readable_accounts

ROLE_TEXTS = {
    "date": gettext_lazy("Ngày giao dịch"),
    "credit": gettext_lazy("Tiền vào (ghi có)"),
    "debit": gettext_lazy("Tiền ra (ghi nợ)"),
    "signed_amount": gettext_lazy("Số tiền, một cột cho cả vào và ra"),
    "side": gettext_lazy("Chiều giao dịch (C/D, +/−)"),
    "memo": gettext_lazy("Nội dung"),
    "reference": gettext_lazy("Số tham chiếu"),
    "balance": gettext_lazy("Số dư sau giao dịch"),
    "counter_name": gettext_lazy("Tên người chuyển"),
    "counter_account": gettext_lazy("Tài khoản người chuyển"),
}
_CHOICES = [("", gettext_lazy("Không dùng")), *((role, ROLE_TEXTS[role]) for role in ROLES)]
_NUMBERS = [
    ("auto", gettext_lazy("Tự nhận từ tệp")),
    ("dots", gettext_lazy("Dấu chấm ngăn hàng nghìn: 1.000 là một nghìn")),
    ("commas", gettext_lazy("Dấu phẩy ngăn hàng nghìn: 1,000 là một nghìn")),
]
_DATES = [
    ("auto", gettext_lazy("Tự nhận từ tệp")),
    ("dmy", gettext_lazy("Ngày trước: 05/11 là 5 tháng 11")),
    ("mdy", gettext_lazy("Tháng trước: 11/05 là 5 tháng 11")),
]
_RAW_ROWS = 8
_EXAMPLES = 3
_SHOWN = 10
_SAMPLE = 400  # rows tried while somebody is still choosing columns
_MOST_COLUMNS = 64


class ColumnsForm(forms.Form):
    """What each column of a sheet means, and where its header stands."""

    ten = forms.CharField(
        label=gettext_lazy("Tên mẫu"), max_length=80, required=False,
        help_text=gettext_lazy("Ví dụ “VPBank – tài khoản thu học phí”. Lần sau tệp giống vậy tự đọc được."),
    )  # fmt: skip
    hang = forms.IntegerField(
        label=gettext_lazy("Dòng tiêu đề"), min_value=0, max_value=120,
        help_text=gettext_lazy("Số thứ tự dòng ghi tên các cột. Ghi 0 khi tệp không có dòng tiêu đề."),
    )  # fmt: skip
    so = forms.ChoiceField(label=gettext_lazy("Cách viết số tiền"), choices=_NUMBERS, initial="auto")
    ngay = forms.ChoiceField(label=gettext_lazy("Cách viết ngày"), choices=_DATES, initial="auto")
    lap = forms.BooleanField(label=gettext_lazy("Ngày để trống nghĩa là cùng ngày với dòng trên"), required=False)

    def __init__(self, sheet: Sheet, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sheet = sheet
        self.width = min(max((len(row) for row in sheet.rows[:1]), default=0), _MOST_COLUMNS)
        for index in range(self.width):
            label = _("Cột %(letter)s là gì") % {"letter": letter(index)}
            select = forms.Select({"aria-label": label, "class": "in"})
            self.fields[f"cot_{index}"] = forms.ChoiceField(choices=_CHOICES, required=False, widget=select)

    @property
    def header_row(self) -> int:
        """Index of the header row, -1 for none."""
        chosen = self.data.get("hang") if self.is_bound else self.get_initial_for_field(self.fields["hang"], "hang")
        text = str(chosen if chosen is not None else "")
        is_number = text.isascii() and text.isdigit() and len(text) < 9
        return min(int(text), len(self.sheet.rows)) - 1 if is_number else -1

    @property
    def columns(self) -> list[dict[str, Any]]:
        """Each column with its label, some values and its select."""
        row = self.header_row
        header = self.sheet.rows[row] if row >= 0 else []
        below = self.sheet.rows[row + 1 : row + 60]
        return [
            {
                "letter": letter(index),
                "label": _word(header[index]) if index < len(header) else "",
                "examples": _examples(below, index),
                "field": self[f"cot_{index}"],
            }
            for index in range(self.width)
        ]

    def layout(self) -> CustomLayout:
        """The layout of a valid form. Raises CustomLayoutError."""
        values, columns = self.cleaned_data, dict[str, int]()
        for index in range(self.width):
            role = values.get(f"cot_{index}")
            if role in columns:
                raise CustomLayoutError("column_twice", column=letter(index))
            if role:
                columns[role] = index
        row = self.header_row
        header = header_labels(self.sheet.rows[row]) if row >= 0 else ("",) * self.width
        return CustomLayout(
            name=" ".join(values["ten"].split()), header=header, columns=columns, numbers=values["so"],
            dates=values["ngay"], fill_down_date=values["lap"],
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tried:
    """A sample read with a layout that is not kept yet."""

    layout: CustomLayout
    parsed: ParsedStatement

    @property
    def lines(self) -> list[Any]:
        return self.parsed.lines[:_SHOWN]

    @property
    def count(self) -> int:
        return len(self.parsed.lines)

    @property
    def refusals(self) -> list[dict[str, Any]]:
        rows = [row for row in self.parsed.rows if row.kind is RowKind.REFUSED and row.refusal is not None]
        return [
            {"number": r.number, "text": row_text(r.refusal.code, r.refusal.params), "cells": _row_words(r.cells)}
            for r in rows[:_SHOWN]
            if r.refusal is not None
        ]

    @property
    def problems(self) -> list[str]:
        return [problem_text(p.code, p.params) for p in self.parsed.problems if p.code != "account_not_named"]


@requires(Permission.SCHOOL_STATEMENT_IMPORT)
@require_http_methods(["GET", "POST"])
def columns(request: AuthedRequest, public_id: str) -> HttpResponse:
    """First rows of a file, a choice for each column, and what would be read so; kept for the account when asked."""
    statement = _statement(request, public_id)
    try:
        sheet = _sheet(statement)
    except SheetError as error:
        messages.error(request, file_text(error.code, error.params))
        return redirect("banking:statements")
    existing = _existing(request, statement)
    if request.method != "POST":
        form = ColumnsForm(sheet, initial=_initial(sheet, existing))
        return _show(request, statement, form)
    form = ColumnsForm(sheet, request.POST)
    tried = _try(form, statement) if form.is_valid() else None
    if tried is not None and request.POST.get("viec") == "luu" and _saved(request, statement, tried, existing, form):
        messages.success(request, _("Đã lưu mẫu “%(name)s” cho tài khoản này.") % {"name": tried.layout.name})
        return redirect("banking:statement", public_id=statement.public_id)
    return _show(request, statement, form, tried)


def _try(form: ColumnsForm, statement: StatementImport) -> Tried | None:
    """A sample read as the form says; None, with the reason on the form, when it cannot be."""
    try:
        layout = form.layout()
        sample = Sheet(form.sheet.name, form.sheet.rows[:_SAMPLE])
        number = statement.bank_account.number
        return Tried(layout, parse_statement([sample], expected_account=number, saved=[layout.layout("thu")]))
    except CustomLayoutError as error:
        form.add_error(_FIELDS.get(error.code), layout_text(error.code, error.params))
    except StatementError as error:
        form.add_error(None, file_text(error.code, error.params))
    return None


def _saved(
    request: AuthedRequest,
    statement: StatementImport,
    tried: Tried,
    existing: StatementLayout | None,
    form: ColumnsForm,
) -> bool:
    """Keep the layout and read the file with it; nothing changes when the file refuses."""
    try:
        with transaction():
            save_layout(statement.bank_account, tried.layout, actor=request.caller.actor, replaces=existing)
            read_again(statement)
    except CustomLayoutError as error:
        form.add_error(_FIELDS.get(error.code), layout_text(error.code, error.params))
    except (SheetError, StatementError) as error:
        form.add_error(None, file_text(error.code, error.params))
    except StatementRefusedError as refused:
        for code, params in refused.problems:
            form.add_error(None, problem_text(code, params))
    else:
        return True
    return False


_FIELDS = {"name_missing": "ten", "name_taken": "ten"}


@requires(Permission.SCHOOL_STATEMENT_IMPORT)
@require_GET
def kept(request: AuthedRequest) -> HttpResponse:
    """The layouts of the school's accounts."""
    return _kept(request, LayoutFileForm(readable_accounts(request.caller.school)))


@requires(Permission.SCHOOL_STATEMENT_IMPORT)
@require_GET
def share(request: AuthedRequest, public_id: str) -> HttpResponse:
    """A layout as a small file for another school: labels and roles, nothing of the school."""
    row = _layout(request, public_id)
    return file_response(to_file(from_json(row.definition)), f"mau-sao-ke-{row.public_id}.json", "application/json")


@requires(Permission.SCHOOL_STATEMENT_IMPORT)
@require_POST
def take_over(request: AuthedRequest) -> HttpResponse:
    """Take over the file of another school; checked strictly, refused whole."""
    form = LayoutFileForm(readable_accounts(request.caller.school), request.POST, request.FILES)
    if form.is_valid():
        try:
            with transaction():
                layout = from_file(form.cleaned_data["tep"].read(LARGEST_FILE + 1))
                save_layout(form.chosen, layout, actor=request.caller.actor)
        except CustomLayoutError as error:
            form.add_error("tep", layout_text(error.code, error.params))
        else:
            messages.success(request, _("Đã thêm mẫu “%(name)s”.") % {"name": layout.name})
            return redirect("banking:layouts")
    return _kept(request, form)


@requires(Permission.SCHOOL_STATEMENT_IMPORT)
@require_POST
def forget(request: AuthedRequest, public_id: str) -> HttpResponse:
    """Delete a layout; imported files stay."""
    row = _layout(request, public_id)
    with transaction():
        delete_layout(row, actor=request.caller.actor)
    messages.success(request, _("Đã xóa mẫu “%(name)s”. Các tệp đã nhập vẫn giữ nguyên.") % {"name": row.name})
    return redirect("banking:layouts")


class LayoutFileForm(forms.Form):
    """A shared layout for one of the school's accounts."""

    tk = forms.ChoiceField(label=gettext_lazy("Tài khoản nhận tiền"))
    tep = UploadField(
        only(Content.TEXT, most=LARGEST_FILE),
        label=gettext_lazy("Tệp mẫu cột (.json)"), widget=forms.FileInput({"accept": ".json"}),
        help_text=gettext_lazy("Tệp trường khác tải từ trang này và gửi cho thầy/cô."),
    )  # fmt: skip

    def __init__(self, accounts: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.accounts = {a.public_id: a for a in accounts}
        field: Any = self.fields["tk"]
        field.choices = [(a.public_id, f"{a.number} – {a.label or a.holder_name}") for a in accounts]
        self.fields["tep"].error_messages |= {
            "too_large": layout_text("too_large", {}), "wrong_content": layout_text("not_json", {}),
        }  # fmt: skip

    @property
    def chosen(self) -> Any:
        """The account of a valid form."""
        return self.accounts[self.cleaned_data["tk"]]


def _show(
    request: AuthedRequest, statement: StatementImport, form: ColumnsForm, tried: Tried | None = None
) -> HttpResponse:
    start = max(form.header_row - 2, 0)
    rows = form.sheet.rows[start : start + _RAW_ROWS]
    return render(
        request,
        "banking/columns.html",
        {
            "statement": statement,
            "form": form,
            "raw": [(start + i + 1, [_word(cell) for cell in row[: form.width]]) for i, row in enumerate(rows)],
            "letters": [letter(i) for i in range(form.width)],
            "tried": tried,
            "is_applied": statement.state == ImportState.APPLIED.value,
        },
    )


def _initial(sheet: Sheet, existing: StatementLayout | None) -> dict[str, Any]:
    if existing is None:
        found = guess(sheet)
        initial: dict[str, Any] = {f"cot_{index}": role for role, index in found.columns.items()}
        return initial | {"hang": found.header_row + 1}
    layout = from_json(existing.definition)
    row = next(
        (i for i, cells in enumerate(sheet.rows[:120]) if any(layout.header) and header_labels(cells) == layout.header),
        guess(sheet).header_row if any(layout.header) else -1,
    )
    initial = {f"cot_{index}": role for role, index in layout.columns.items()}
    return initial | {
        "ten": layout.name, "hang": row + 1, "so": layout.numbers, "ngay": layout.dates, "lap": layout.fill_down_date,
    }  # fmt: skip


def _kept(request: AuthedRequest, form: LayoutFileForm) -> HttpResponse:
    rows = list(layouts_of(readable_accounts(request.caller.school)))
    used = _latest_imports(request, rows)
    return render(
        request,
        "banking/layouts.html",
        {"rows": [{"row": r, "latest": used.get(r.public_id)} for r in rows], "form": form},
    )


def _latest_imports(request: AuthedRequest, rows: list[StatementLayout]) -> dict[str, str]:
    """Layout → the last file read with it, on which it can be changed; one query."""
    names = [f"{PREFIX}{row.public_id}" for row in rows]
    imports = StatementImport.objects.for_school(request.caller.school).filter(layout__in=names).order_by("pk")
    return {layout.removeprefix(PREFIX): public_id for layout, public_id in imports.values_list("layout", "public_id")}


def _existing(request: AuthedRequest, statement: StatementImport) -> StatementLayout | None:
    """The layout to change: the one that the file was read with."""
    if not statement.layout.startswith(PREFIX):
        return None
    rows = StatementLayout.objects.for_school(request.caller.school).filter(bank_account_id=statement.bank_account_id)
    return rows.filter(public_id=statement.layout.removeprefix(PREFIX)).first()


def _statement(request: AuthedRequest, public_id: str) -> StatementImport:
    rows = StatementImport.objects.for_school(request.caller.school).select_related("bank_account")
    found: StatementImport = get_object_or_404(rows, public_id=public_id)
    return found


def _layout(request: AuthedRequest, public_id: str) -> StatementLayout:
    found: StatementLayout = get_object_or_404(
        StatementLayout.objects.for_school(request.caller.school), public_id=public_id
    )
    return found


def _sheet(statement: StatementImport) -> Sheet:
    """The fullest sheet of the file."""
    sheets = statement_sheets(bytes(statement.content), statement.file_name)
    return max(sheets, key=lambda sheet: sum(cell is not None for row in sheet.rows[:_SAMPLE] for cell in row))


def _examples(rows: list[list[Cell]], index: int) -> list[str]:
    values = (_word(row[index]) for row in rows if index < len(row))
    return list(dict.fromkeys(value for value in values if value))[:_EXAMPLES]


def _word(cell: Cell) -> str:
    text = "" if cell is None else str(cell)
    return text if len(text) <= 60 else text[:59] + "…"


def _row_words(cells: tuple[Cell, ...]) -> str:
    return " · ".join(_word(cell) for cell in cells if cell not in (None, ""))


def letter(index: int) -> str:
    """The name of a column as spreadsheets give it: A, B … Z, AA."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name
