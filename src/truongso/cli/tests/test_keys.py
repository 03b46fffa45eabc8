"""`truongso keys`: sealed anew under another key, or destroyed for good after the code was written twice."""

from __future__ import annotations

import pytest
from tests import factories

from truongso.cli.main import main
from truongso.kernel.db import transaction
from truongso.kernel.models import AuditEntry, DataKey
from truongso.organizations.models import School
from truongso.people.sensitive.queries import facts_of
from truongso.people.sensitive.services import keep_facts
from truongso.people.sensitive.types import FactKind

pytestmark = pytest.mark.django_db(transaction=True)


def test_keys_are_seen_changed_and_destroyed(school: School, capsys: pytest.CaptureFixture[str]) -> None:
    pupil = factories.student(school, "Giàng A Páo")
    facts = {pupil.pk: {FactKind.HEALTH: "Hen suyễn"}}
    with transaction():
        keep_facts(school.pk, facts)
    assert main(["keys", "rotate"]) == 0
    assert capsys.readouterr().out == "79-THU: đã niêm phong lại 1 mục bằng khóa mới.\n"
    assert facts_of(school.pk) == facts
    assert main(["keys", "list"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert [line.split("  ")[1] for line in said] == ["tra số 1", "niêm phong 1", "niêm phong 2"]
    assert "đã hủy" in said[1]

    before = list(DataKey.objects.order_by("pk").values()), AuditEntry.objects.count()
    for command, text in (
        (["--school", "79-THU", "--confirm", "79-THƯ", "--reason", "QĐ 12"], "không trùng"),
        (["--school", "79-THU", "--confirm", "79-THU", "--reason", " "], "ghi lý do"),
        (["--school", "99-KHONG", "--confirm", "99-KHONG", "--reason", "QĐ 12"], "không có trường nào"),
    ):
        assert main(["keys", "destroy", *command]) == 1
        assert text in capsys.readouterr().err
    assert (list(DataKey.objects.order_by("pk").values()), AuditEntry.objects.count()) == before

    assert main(["keys", "destroy", "--school", "79-THU", "--confirm", "79-THU", "--reason", "QĐ 12/QĐ-UBND"]) == 0
    assert capsys.readouterr().out.startswith("79-THU: đã hủy 2 khóa.")
    assert facts_of(school.pk) == {}
