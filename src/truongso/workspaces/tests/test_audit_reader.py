"""The audit trail as principals and officers read it: words, filters, paging, secrets, the chain, the head of a day."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests import factories

import truongso
from truongso.accounts.types import Permission, Role
from truongso.kernel import audit, clock
from truongso.kernel.actor import Actor
from truongso.kernel.audit_reading import chain_state, without_secrets
from truongso.kernel.db import savepoint
from truongso.kernel.models import AuditEntry, AuditHead
from truongso.organizations.models import School, Supervision
from truongso.organizations.types import SupervisionFunction
from truongso.workspaces.audit_words import SUBJECTS, VERBS, action_text, params_text

LAN, BINH = Actor(11, "Nguyễn Thị Lan", "web"), Actor.system("bank-feed", "hook")
MORNING = dt.datetime(2026, 10, 5, 9, 0, tzinfo=clock.SCHOOL_TIME)


def act(school: School, action: str, *, by: Actor = LAN, at: dt.datetime = MORNING, **more: Any) -> None:
    with clock.frozen(at), savepoint():
        audit.record(by, action, school_id=school.pk, subject=more.pop("subject", ("receipt", "BL-7")), **more)


@pytest.fixture
def trail(school: School, other_school: School) -> None:
    act(school, "payments:receipt:print", params={"amount": 250_000, "api_token": "lộ"}, reason="Phụ huynh xin lại")
    act(school, "banking:line:assign", by=BINH, at=MORNING + dt.timedelta(days=1), subject=("bank_line", "99"))
    act(other_school, "payments:refund:approve", by=Actor(12, "Người trường khác", "web"))


def principal(school: School) -> Client:
    return factories.login(Client(), factories.user(Role.PRINCIPAL, school=school, full_name="Hiệu trưởng"))


def words(answer: Any) -> str:
    text = re.sub(r"<select.*?</select>", "", answer.content.decode(), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


@pytest.mark.django_db
def test_a_principal_reads_the_own_school_in_words_without_secrets(school: School, trail: None) -> None:
    said = words(principal(school).get("/nhat-ky"))
    for one in ("Biên lai: in", "Nguyễn Thị Lan", "Trang web", "09:00 05/10/2026", "BL-7", "Phụ huynh xin lại",
                "số tiền: 250.000 đ · api_token: ***", "Dòng sao kê: ghi nhận", "Đối tác gọi đến"):  # fmt: skip
        assert one in said, one
    assert "lộ" not in said
    assert "Người trường khác" not in said
    assert "Chuỗi nhật ký liền mạch Đã kiểm 2 dòng cuối trên 2 dòng." in said


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "seen"),
    [
        ("q=lan", [1]), ("phan=banking", [2]), ("viec=print", [1]), ("ve=99", [2]), ("ve=xin+l%E1%BA%A1i", [1]),
        ("kenh=hook", [2]), ("tu=06/10/2026", [2]), ("den=05/10/2026", [1]), ("tu=05/10/2026&den=06/10/2026", [2, 1]),
        ("q=kh%C3%B4ng-ai", []), ("phan=khac&tu=99/99/2026", [2, 1]),
    ],
)  # fmt: skip
def test_filters(school: School, trail: None, query: str, seen: list[int]) -> None:
    answer = principal(school).get(f"/nhat-ky?{query}")
    assert [row["seq"] for row in answer.context["rows"]] == seen
    if not seen:
        assert "Không có việc nào khớp" in words(answer)


@pytest.mark.django_db
def test_officers_read_their_schools_without_names_and_amounts(
    school: School, other_school: School, trail: None
) -> None:
    unit = factories.org_unit()
    Supervision.objects.create(
        school=school, unit=unit, function=SupervisionFunction.REPORTING.value, valid_from=dt.date(2025, 7, 1)
    )
    client = factories.login(Client(), factories.user(Role.OFFICER, unit=unit))
    said = words(client.get("/nhat-ky"))
    assert "Biên lai: in" in said
    assert "Tiểu học Lê Văn Tám" in said
    for hidden in ("250.000", "Phụ huynh xin lại", "Người trường khác"):
        assert hidden not in said
    assert client.get(f"/nhat-ky?truong={other_school.code}").context["page"].paginator.count == 2
    assert client.get("/nhat-ky?ve=xin+l%E1%BA%A1i").context["rows"] == []  # what is not shown is not found either
    assert client.get("/nhat-ky/dau-cuoi-ngay").status_code == 404


@pytest.mark.django_db
def test_pages_cost_a_constant_number_of_queries(school: School) -> None:
    client = principal(school)
    counts = []
    for _round in range(2):
        for n in range(60):
            act(school, "people:student:edit", subject=("student", n))
        client.get("/nhat-ky")
        with CaptureQueriesContext(connection) as queries:
            assert len(client.get("/nhat-ky").context["rows"]) == 50
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.django_db
def test_the_workbook_holds_what_was_filtered_and_is_recorded(school: School, trail: None) -> None:
    answer = principal(school).get("/nhat-ky/tai-ve?viec=print")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    cells = [cell for row in sheet.iter_rows(values_only=True) for cell in row]
    assert "Biên lai: in" in cells
    assert "Dòng sao kê: ghi nhận" not in cells
    last = AuditEntry.objects.filter(school_id=school.pk).latest("seq")
    assert (last.action, last.params) == ("workspaces:audit:export", {"count": 1, "filter": {"viec": "print"}})


@pytest.mark.django_db
def test_a_changed_entry_shows_in_the_state_of_the_chain(school: School, trail: None) -> None:
    assert (chain_state(school.pk, last=10).seq, chain_state(school.pk, last=10).broken) == (2, None)
    rows = list(AuditEntry.objects.filter(school_id=school.pk).order_by("seq"))
    rows[0].reason = "Đã sửa"
    assert audit.entry_hash(rows[0]) != rows[0].hash
    head = AuditHead.objects.filter(school_id=school.pk)
    head.update(hash="0" * 64)
    assert chain_state(school.pk, last=10).broken == 2
    assert "Từ số 2 trở đi" in words(principal(school).get("/nhat-ky"))


@pytest.mark.django_db
def test_the_head_of_a_day_is_a_text_with_its_own_sha256(school: School, trail: None) -> None:
    client = principal(school)
    with clock.frozen(MORNING + dt.timedelta(days=2)):
        factories.prove(client, factories.user(Role.CASHIER, school=school))
        text = client.get("/nhat-ky/dau-cuoi-ngay?ngay=2026-10-05").content.decode()
    body, _sep, seal = text.rpartition("sha256: ")
    assert seal == f"{hashlib.sha256(body.encode()).hexdigest()}\n"
    first = AuditEntry.objects.get(school_id=school.pk, seq=1)
    assert "Số việc trong ngày: 1\n" in body
    assert f"Dấu của chuỗi: {first.hash}\n" in body
    for day in ("2020-01-01", "x", "9999-99-99"):
        assert client.get(f"/nhat-ky/dau-cuoi-ngay?ngay={day}").status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.ACCOUNTANT, Role.CASHIER, Role.IT_ADMIN, Role.HOMEROOM_TEACHER])
def test_others_do_not_read_it(school: School, trail: None, role: Role) -> None:
    client = factories.login(Client(), factories.user(role, school=school))
    for page in ("/nhat-ky", "/nhat-ky/tai-ve", "/nhat-ky/dau-cuoi-ngay"):
        assert client.get(page).status_code == 403
    assert not AuditEntry.objects.filter(action__startswith="workspaces:audit").exists()


def test_secrets_are_hidden_at_every_depth() -> None:
    assert without_secrets({"a": {"Password": "x", "b": [{"api_token": "y", "c": 1}]}}) == {
        "a": {"Password": "***", "b": [{"api_token": "***", "c": 1}]}
    }
    assert params_text({"amount": 5, "codes": ["A", "B"], "filter": {"q": "x"}, "name": ""}) == (
        "số tiền: 5\u00a0đ · mã: A, B · lọc: q: x"
    )
    assert action_text("khac:la:lam") == "khac:la:lam"


def test_every_action_that_is_recorded_has_words() -> None:
    """Whoever records a new kind of act gives it its words here."""
    root, permissions = Path(truongso.__file__).parent, {one.value for one in Permission}
    rooms = "|".join({subject.split(":")[0] for subject in SUBJECTS})
    form = re.compile(rf'"((?:{rooms}):[a-z_]+:[a-z_]+)"')
    files = [f for f in root.rglob("*.py") if not {"tests", "migrations"} & set(f.parts)]
    said = {one for file in files for one in form.findall(file.read_text(encoding="utf-8"))} - permissions
    assert len(said) > 150
    assert sorted(one for one in said if action_text(one) == one) == []
    assert all(str(text).strip() for text in (*SUBJECTS.values(), *VERBS.values()))
