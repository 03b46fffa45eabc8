"""The family reads who at the school opened what of its children, when and why; of no other family."""

from __future__ import annotations

import pytest
from django.test import Client
from tests import factories, money

from truongso.accounts.types import Role
from truongso.kernel.actor import Actor
from truongso.organizations.models import School
from truongso.people.sensitive.services import keep_facts, open_facts
from truongso.people.sensitive.types import FactKind, SeenKind
from truongso.workspaces.tests.reading import text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("school_day")]


def test_who_looked_is_told_to_the_family_of_the_child(client: Client, school: School) -> None:
    mine, other = money.invoice(school, [250_000]), money.invoice(school, [250_000], full_name="Lý Thị Mẩy")
    assert "Ai đã xem hồ sơ của con tôi" in text(client.get(f"/p/{mine.public_id}/lich-su"))
    address = f"/p/{mine.public_id}/ai-da-xem"
    known = {"dien_thoai": "0900000001"}
    assert "Chưa ai mở thông tin nhạy cảm của con anh/chị." in text(client.post(address, known))
    sibling = factories.student(school, "Nguyễn Bảo Châu", family=mine.family)
    for student in (mine.student, sibling, other.student):
        keep_facts(school.pk, {student.pk: {FactKind.HEALTH: "Hen suyễn"}})
        open_facts(
            actor=Actor(7, "Hoàng Văn Thắng", "web"), role=Role.PRINCIPAL, student=student,
            seen=[SeenKind.HEALTH, SeenKind.GUARDIAN_PHONE], reason=f"Đi cấp cứu {student.pk}",
        )  # fmt: skip
    for closed in (client.get(address), client.post(address, {"ngay_sinh": "15/03/2018"}), client.post(address, {})):
        assert ["cấp cứu" in text(closed), "Sức khỏe, khuyết tật" in text(closed)] == [False, False]
    answer = client.post(address, known)
    assert answer["Cache-Control"] == "no-store"
    said = text(answer)
    assert "Hoàng Văn Thắng · Hiệu trưởng" in said
    assert "Sức khỏe, khuyết tật, Số điện thoại người giám hộ" in said
    assert [f"Đi cấp cứu {one.pk}" in said for one in (mine.student, sibling, other.student)] == [True, True, False]
    assert ["Lý Thị Mẩy" in said, "Hen suyễn" in said] == [False, False]


def test_nobody_guesses_the_word_that_opens_it(client: Client, school: School) -> None:
    address = f"/p/{money.invoice(school, [250_000]).public_id}/ai-da-xem"
    wrong = [client.post(address, {"ngay_sinh": f"{day:02}/01/2018"}).status_code for day in range(1, 11)]
    assert wrong == [422] * 10
    assert "Đã thử quá nhiều lần" in text(client.post(address, {"ngay_sinh": "14/03/2018"}))
