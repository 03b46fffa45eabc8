"""Our own static rules: what no module of the product may do, found in its syntax tree.

Each rule has a function that gives the offending nodes of one module, a bad and a good piece of code (a rule that stops
finding its bad example fails the build), and the modules that may, with the reason.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

_REQUEST = re.compile(r"\brequest\.(GET|POST|FILES|COOKIES|headers|META|body)\b|\bjson\.loads\b")
_SECRET = re.compile(
    r"(digest|signature|hmac|hexdigest|checksum|secure_hash|\bmac\b|\bsig\b|token_hash)", re.IGNORECASE
)
_LOOKUPS = {"filter", "exclude", "get", "get_or_create", "update_or_create", "create", "update", "Q"}
_NETWORK = {"requests", "urllib.request", "urllib3", "httpx", "http.client", "aiohttp", "socket", "ftplib", "smtplib"}
_UNSAFE_LOADS = {"pickle", "marshal", "shelve", "dill", "yaml", "jsonpickle", "cloudpickle"}


@dataclass(frozen=True)
class Parsed:
    """The nodes of one module that rules look at, gathered in one walk."""

    calls: tuple[ast.Call, ...]
    imports: tuple[ast.Import | ast.ImportFrom, ...]
    comparisons: tuple[ast.Compare, ...]
    functions: tuple[ast.FunctionDef, ...]
    keys: tuple[ast.Subscript, ...]


def parsed(tree: ast.Module) -> Parsed:
    """Walk a module once."""
    nodes = list(ast.walk(tree))
    return Parsed(
        tuple(n for n in nodes if isinstance(n, ast.Call)),
        tuple(n for n in nodes if isinstance(n, ast.Import | ast.ImportFrom)),
        tuple(n for n in nodes if isinstance(n, ast.Compare)),
        tuple(n for n in nodes if isinstance(n, ast.FunctionDef)),
        tuple(n for n in nodes if isinstance(n, ast.Subscript)),
    )


@dataclass(frozen=True)
class Rule:
    """`allowed`: modules that may, with the reason."""

    name: str
    about: str
    find: Callable[[Parsed], Iterator[ast.AST]]
    bad: str
    good: str
    allowed: dict[str, str]


def _name(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _imported(module: Parsed, names: set[str]) -> Iterator[ast.AST]:
    for node in module.imports:
        if isinstance(node, ast.Import) and any(_is_of(alias.name, names) for alias in node.names):
            yield node
        elif isinstance(node, ast.ImportFrom) and not node.level:
            if _is_of(node.module or "", names) or any(_is_of(f"{node.module}.{a.name}", names) for a in node.names):
                yield node


def _is_of(name: str, names: set[str]) -> bool:
    return name in names or any(name.startswith(f"{one}.") for one in names)


def _marked_safe(module: Parsed) -> Iterator[ast.AST]:
    return (node for node in module.calls if _name(node) in {"mark_safe", "SafeString", "SafeText"} and node.args
            and not isinstance(node.args[0], ast.Constant))  # fmt: skip


def _formatted_sql(module: Parsed) -> Iterator[ast.AST]:
    for node in module.calls:
        if _name(node) in {"execute", "executemany", "raw", "RawSQL", "extra"} and node.args:
            first = node.args[0]
            mixes = isinstance(first, ast.JoinedStr) or (
                isinstance(first, ast.BinOp) and isinstance(first.op, ast.Mod | ast.Add)
            )
            if mixes or (isinstance(first, ast.Call) and _name(first) == "format"):
                yield node


def _filter_by_request(module: Parsed) -> Iterator[ast.AST]:
    for node in module.calls:
        if _name(node) in _LOOKUPS:
            for keyword in node.keywords:
                if keyword.arg is None and _REQUEST.search(ast.unparse(keyword.value)):
                    yield node


def _order_by_request(module: Parsed) -> Iterator[ast.AST]:
    names = {"order_by", "values", "values_list", "annotate", "only", "defer"}
    return (node for node in module.calls if _name(node) in names
            and any(_REQUEST.search(ast.unparse(arg)) for arg in node.args))  # fmt: skip


def _exempt(module: Parsed) -> Iterator[ast.AST]:
    return (n for n in module.functions if any("csrf_exempt" in ast.unparse(d) for d in n.decorator_list))


def _compared_secret(module: Parsed) -> Iterator[ast.AST]:
    for node in module.comparisons:
        if isinstance(node.ops[0], ast.Eq | ast.NotEq):
            calls = [side for side in (node.left, *node.comparators) if isinstance(side, ast.Call)]
            if any(_name(one) in {"hexdigest", "digest", "b64encode"} for one in calls) or any(
                isinstance(one.func, ast.Attribute) and _SECRET.search(_name(one)) for one in calls
            ):
                yield node


def _unsafe_loads(module: Parsed) -> Iterator[ast.AST]:
    yield from _imported(module, _UNSAFE_LOADS)
    yield from (node for node in module.calls if isinstance(node.func, ast.Name) and node.func.id in {"eval", "exec"})


def _guessable(module: Parsed) -> Iterator[ast.AST]:
    return _imported(module, {"random"})


def _shell(module: Parsed) -> Iterator[ast.AST]:
    for node in module.calls:
        given = [k.value for k in node.keywords if k.arg == "shell"]
        if any(not (isinstance(one, ast.Constant) and one.value is False) for one in given):
            yield node
        if ast.unparse(node.func) in {"os.system", "os.popen", "subprocess.getoutput", "commands.getoutput"}:
            yield node


def _calls_out(module: Parsed) -> Iterator[ast.AST]:
    return _imported(module, _NETWORK)


def _object_without_school(module: Parsed) -> Iterator[ast.AST]:
    """`get_object_or_404(Model, …)`: the model itself is asked, with no school to it."""
    return (node for node in module.calls if _name(node) in {"get_object_or_404", "get_list_or_404"} and node.args
            and isinstance(node.args[0], ast.Name) and node.args[0].id[:1].isupper())  # fmt: skip


def _template_of_a_text(module: Parsed) -> Iterator[ast.AST]:
    return (node for node in module.calls if _name(node) in {"Template", "from_string"} and node.args
            and not isinstance(node.args[0], ast.Constant))  # fmt: skip


def _unrecorded_file(module: Parsed) -> Iterator[ast.AST]:
    """What sends a file without `recorded_file` or `xlsx_response`: the plain door, a response built by hand."""
    for call in module.calls:
        kinds = [ast.unparse(k.value) for k in call.keywords if k.arg == "content_type"]
        by_hand = _name(call) in {"HttpResponse", "HttpResponseBase"} and (kinds or len(call.args) > 1)
        if _name(call) in {"file_response", "FileResponse", "StreamingHttpResponse"} or by_hand:
            yield call
    for key in module.keys:
        if isinstance(key.slice, ast.Constant) and str(key.slice.value).lower() == "content-disposition":
            yield key


RULES = (
    Rule("marked_safe", "A09: markup is drawn by templates", _marked_safe,
         "mark_safe(person.name)", "format_html('<b>{}</b>', person.name)",
         {"workspaces/payment_page.py": "a QR code drawn by kernel.qr_image, its title escaped there",
          "workspaces/web/school.py": "the same", "workspaces/basket.py": "the same",
          "accounts/web/people.py": "the same", "people/web/family_accounts.py": "the same",
          "accounts/web/security.py": "the same", "payments/templatetags/receipts.py": "the same",
          "kernel/ui/icons.py": "the icons that come with the product"}),
    Rule("formatted_sql", "A08: statements are constants, values are parameters", _formatted_sql,
         'cursor.execute(f"SELECT {name} FROM x")', 'cursor.execute("SELECT a FROM x WHERE a = %s", [name])',
         {"kernel/bulk_sql.py": "names of tables and columns from the models", "kernel/db.py": "names of tables",
          "kernel/database_checks.py": "names of settings listed there", "kernel/limits.py": "places for values",
          "kernel/selfcheck.py": "checks written in the product",
          "kernel/triggers.py": "triggers written in the product",
          "kernel/row_security.py": "policies written in the product",
          "kernel/database_roles.py": "names of tables and roles, quoted",
          "kernel/report_views.py": "views written in the product",
          "kernel/page_room.py": "tables named in migrations", "kernel/scope.py": "names written in the product"}),
    Rule("filter_by_request", "A07: filters are named, never taken over", _filter_by_request,
         "Pupil.objects.filter(**request.GET.dict())", 'Pupil.objects.filter(name=request.GET["q"])', {}),
    Rule("order_by_request", "A07: orders are chosen from a list", _order_by_request,
         'rows.order_by(request.GET["o"])', "rows.order_by(ORDERS[chosen])", {}),
    Rule("csrf_exempt", "A39: only what verifies a signature", _exempt,
         "@csrf_exempt\ndef hook(request): ...", "def page(request): ...",
         {"accounts/web/csp_reports.py": "a browser's report, counted only", "banking/web/hooks.py": "signed notices",
          "payments/web/bill_api.py": "signed messages", "payments/web/hooks.py": "signed notices"}),
    Rule("compared_secret", "A22: secrets are compared in constant time", _compared_secret,
         "hmac.new(k, b, 'sha256').hexdigest() == given", "hmac.compare_digest(mac.hexdigest(), given)", {}),
    Rule("unsafe_loads", "A52, A53: data is data", _unsafe_loads, "import pickle", "import json", {}),
    Rule("guessable", "ASVS 11.5.1: what must not be guessed comes from secrets", _guessable,
         "import random", "import secrets",
         {"fees/invoice_code.py": "the type of a generator; without one the system's secret source",
          "fees/services/issue.py": "codes of a round: no secrets, seeded from secrets",
          "kernel/db.py": "jitter of a retry",
          "banking/matching/generator.py": "made-up data of the bench", "banking/matching/noise.py": "the same"}),
    Rule("shell", "ASVS 1.2.5: no shell", _shell,
         "subprocess.run(text, shell=True)", "subprocess.run(['a', text], check=True)", {}),
    Rule("calls_out", "A16: kernel.outgoing is the only way out", _calls_out,
         "import urllib.request", "from truongso.kernel.outgoing import post",
         {"kernel/outgoing.py": "the way out itself", "cli/serve.py": "whether the port is free",
          "kernel/scanner.py": "a socket in the file system, to the scanner of this machine",
          "messaging/channels/email.py": "errors of the operator's own mail server"}),
    Rule("object_without_school", "A01, A04: an object is asked of its school", _object_without_school,
         "get_object_or_404(Receipt, public_id=x)", "get_object_or_404(Receipt.objects.for_school(s), pk=x)", {}),
    Rule("unrecorded_file", "no file of a school leaves without an audit entry", _unrecorded_file,
         'file_response(pupils, "danh-sach.xlsx", XLSX)',
         'recorded_file(pdf, "a.pdf", PDF, action="a:b:print", actor=who, school_id=1, subject=("round", 7))',
         {"kernel/ui/downloads.py": "the door itself",
          "accounts/web/staff_lists.py": "an empty list to fill", "people/web/tables.py": "an empty list to fill",
          "banking/web/columns.py": "a layout: labels and roles of columns, nothing of a school",
          "workspaces/web/info_template.py": "an example without people",
          "payments/web/receipts.py": "a printed receipt: each printing is an entry of its own",
          "people/privacy/copies.py": "a child's copy: handing it over, or fetching it, is recorded first",
          "people/web/privacy_export.py": "the whole school's archive, streamed: recorded first, of every pupil",
          "workspaces/web/parent.py": "a family's own papers", "workspaces/web/basket.py": "a family's own code",
          "workspaces/web/public_school.py": "a code to pay by, found by its number",
          "payments/web/bill_api.py": "signed answers to banks", "payments/web/hooks.py": "answers to partners"}),
    Rule("template_of_a_text", "A47: no text of anybody is a template", _template_of_a_text,
         "Template(school.footer)", "fill(school.footer, values)", {}),
)  # fmt: skip


def offences(rule: Rule, modules: Mapping[str, Parsed]) -> dict[str, int]:
    """Modules that break the rule, with the first line; allowed ones too."""
    found: dict[str, int] = {}
    for path, module in modules.items():
        for node in rule.find(module):
            found.setdefault(path, getattr(node, "lineno", 0))
    return found
