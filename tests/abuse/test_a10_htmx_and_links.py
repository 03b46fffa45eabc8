"""A10: what people write becomes neither an attribute that acts nor a link that runs; htmx evaluates nothing."""

from __future__ import annotations

import json
import re

import pytest
from django.test import Client

from tests import factories
from tests.architecture.rooms import ROOT
from truongso.accounts.types import Role
from truongso.kernel.actor import Actor
from truongso.kernel.db import savepoint
from truongso.organizations.models import School
from truongso.organizations.services import SchoolProfile, save_profile
from truongso.organizations.types import OrganizationError

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("school_day")]
LINKS = (
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\tscript:alert(1)", " javascript:alert(1)", "vbscript:x",
    "data:text/html,<script>alert(1)</script>", "ftp://khac.example",
    'https://x.example" hx-get="/thu', "https://x.example/<svg onload=x>",
)  # fmt: skip
NAME = '<a hx-get="/nguoi-dung" hx-trigger="load" hx-on:load="alert(1)">An</a>'


def test_htmx_evaluates_nothing_and_asks_only_us() -> None:
    base = (ROOT / "kernel/ui/templates/ui/base_staff.html").read_text(encoding="utf-8")
    found = re.search(r"name=\"htmx-config\" content='([^']+)'", base)
    assert found is not None
    config = json.loads(found[1])
    assert (config["allowEval"], config["selfRequestsOnly"], config["includeIndicatorStyles"]) == (False, True, False)


def test_no_template_writes_code_or_style_into_a_page() -> None:
    """The policy forbids it anyway: no inline script, style or handler, so no nonce is needed."""
    inline = re.compile(
        r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=['\"]|\bhx-on|=['\"]\s*javascript:|hx-vals=['\"]js:|hx-vars",
        re.IGNORECASE,
    )
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in ROOT.rglob("templates/**/*.html")
        if "sandbox" not in path.parts
        for match in inline.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_attributes_in_a_name_are_text(school: School) -> None:
    principal = factories.user(Role.PRINCIPAL, school=school, full_name=f"Lò {NAME}")
    factories.user(Role.HOMEROOM_TEACHER, school=school, full_name=f"Dạy {NAME}")
    client = factories.login(Client(), principal)
    for path in ("/nguoi-dung", "/tai-khoan", f"/nguoi-dung/{principal.public_id}"):
        text = client.get(path).content.decode()
        assert "<a hx-get=" not in text
        assert "&lt;a hx-get=" in text


@pytest.mark.parametrize("link", LINKS)
def test_a_link_that_runs_is_no_link_of_a_school(school: School, actor: Actor, link: str) -> None:
    client = factories.login(Client(), factories.user(Role.PRINCIPAL, school=school))
    form = {"support_contact": "Cô Hòa", "support_phone": "0912000000", "support_hours": "", "answer_days": "3"}
    for field in ("website", "fanpage"):
        assert client.post("/cai-dat/truong", {**form, field: link}).status_code in {200, 422}
    found = School.objects.get(pk=school.pk)
    assert (found.website, found.fanpage, found.support_contact) == (
        school.website,
        school.fanpage,
        school.support_contact,
    )
    if not link.startswith("https://"):
        with pytest.raises(OrganizationError) as refused, savepoint():
            save_profile(actor=actor, school=school, profile=SchoolProfile("A", "0912000000", "", 3, link, "", False))
        assert refused.value.code == "bad_link"
    assert client.post("/cai-dat/truong", {**form, "website": "https://thu.example"}).status_code == 302
    assert School.objects.get(pk=school.pk).website == "https://thu.example"
