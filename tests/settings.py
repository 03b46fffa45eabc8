"""Settings of a test run: the product's own, on a database and a data directory that last as long as the run.

TRUONGSO_TEST_DB        sqlite (default) | postgres
TRUONGSO_TEST_POSTGRES  address of a PostgreSQL server and a superuser of it (tables are emptied past their
                        guards); without it a private cluster is started for the run (truongso.sandbox.private_postgres)
TRUONGSO_TEST_ROLE      app: on PostgreSQL, work as the role the product has in production (tests.app_role)
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

_RUN = "TRUONGSO_TEST_RUN"
_PREFIX = "truongso-test-"


def _make_run_dir() -> str:
    """A directory for this run, in memory when there is room: the same files and PRAGMAs, faster."""
    memory = Path("/dev/shm")  # noqa: S108 - the name inside is random
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 2 * 1024**3
    parent = memory if roomy else Path(tempfile.gettempdir())
    for left in parent.glob(f"{_PREFIX}*"):  # a run that was killed could not tidy up
        pid = left.name.removeprefix(_PREFIX).split("-")[0]
        if Path("/proc/self").exists() and not Path("/proc", pid).exists():
            shutil.rmtree(left, ignore_errors=True)
    made = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=parent))
    made.chmod(0o755)  # the cluster's own user passes through it
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return str(made)


# The first process of a run makes the directory; workers and commands started by tests inherit it.
if _RUN not in os.environ:
    os.environ[_RUN] = _make_run_dir()
RUN_DIR = Path(os.environ[_RUN])
ENGINE = os.environ.get("TRUONGSO_TEST_DB", "sqlite")

os.environ["TRUONGSO_ENV"] = "test"
os.environ["TRUONGSO_DATA"] = str(RUN_DIR / "data")
if ENGINE == "postgres":
    from truongso.sandbox import private_postgres as postgres

    os.environ["TRUONGSO_DATABASE"] = os.environ["TRUONGSO_TEST_POSTGRES"] = postgres.address(RUN_DIR)
elif ENGINE == "sqlite":
    os.environ["TRUONGSO_DATABASE"] = f"sqlite:///{RUN_DIR / 'data' / 'truongso.sqlite3'}"
else:
    raise SystemExit(f"TRUONGSO_TEST_DB must be sqlite or postgres, not {ENGINE!r}")

from truongso.config.settings import *  # noqa: E402, F403
from truongso.config.settings import DATABASES  # noqa: E402
from truongso.kernel import scope  # noqa: E402

READS_A_MINUTE = 10**9  # counted in the process, over all tests whose clock stands at the same minute
scope.every_school_in_this_process("tests arrange and look at rows of every school; requests enter their own scope")

if ENGINE == "sqlite":
    # A file, not :memory:, so that WAL, IMMEDIATE and several connections behave as in production.
    DATABASES["default"]["TEST"] = {"NAME": str(RUN_DIR / "test.sqlite3")}

(RUN_DIR / "data" / "static").mkdir(parents=True, exist_ok=True)

# The strength of the hash is tested where it belongs; everywhere else it only costs time.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
