"""A33: no path makes a usable password but its owner's choice, and no table that leaves has a column for one."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from django.db import transaction

from tests.architecture.rooms import ROOT, sources
from truongso.accounts.models import ActivationLink, User
from truongso.accounts.services import create_user, new_activation
from truongso.kernel.actor import Actor

OWNERS_CHOICE = {"accounts/services.py", "accounts/models.py"}


@pytest.mark.django_db
def test_a_new_account_has_no_password_and_its_link_only_a_hash(actor: Actor) -> None:
    with transaction.atomic():
        user = create_user(actor=actor, username="hoapt", full_name="Phạm Thị Hòa")
        token = new_activation(actor=actor, user=user)
    assert not User.objects.get().has_usable_password()
    assert token not in str(ActivationLink.objects.values().get())


def test_only_the_owners_own_acts_set_passwords() -> None:
    """`set_password` is called where the owner chooses one, and nowhere else in the product."""
    callers = {
        path
        for path, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"set_password", "make_password", "make_random_password"}
    }  # fmt: skip
    assert callers <= OWNERS_CHOICE


def test_no_form_lets_anybody_choose_anothers_password() -> None:
    """Password boxes stand on pages about oneself alone (ASVS 6.4.6)."""
    pages = {
        str(path.relative_to(ROOT))
        for path in ROOT.rglob("templates/**/*.html")
        if re.search(r"form\.(old_)?password", path.read_text(encoding="utf-8"))
    }
    assert {Path(page).name for page in pages} <= {
        "activation.html", "sign_in.html", "change_password.html", "step_up.html", "new_password.html",
    }  # fmt: skip


def test_no_export_has_a_column_of_passwords() -> None:
    """Headers of tables that leave are literals in a module with `SheetOut`: none of them names a password."""
    assert [f"{path}:{line}" for path, tree in sources() for line in _named_in_tables(tree)] == []
    header = "header = [_('Họ tên'), _('Mật khẩu')]"
    assert _named_in_tables(ast.parse(f"SheetOut(name, header, rows)\n{header}")) == [2]
    said = "messages.success(request, _('Đã đổi mật khẩu'))"
    assert _named_in_tables(ast.parse(f"SheetOut(name, header, rows)\n{said}")) == []


def _named_in_tables(tree: ast.AST) -> list[int]:
    """Lines of a module that makes tables on which a text names a password, but for what is told to who asked."""
    nodes = list(ast.walk(tree))
    if not any(isinstance(n, ast.Name) and n.id == "SheetOut" for n in nodes):
        return []
    told = {
        id(part)
        for n in nodes
        if isinstance(n, ast.Call) and ast.unparse(n.func).startswith("messages.")
        for part in ast.walk(n)
    }
    return [
        n.lineno
        for n in nodes
        if isinstance(n, ast.Constant) and isinstance(n.value, str) and "mật khẩu" in n.value.lower()
        and id(n) not in told
    ]  # fmt: skip
