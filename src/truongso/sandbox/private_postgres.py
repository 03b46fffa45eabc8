"""A private PostgreSQL cluster for tests and measurements: found, started, gone when the run ends, however it ends."""

from __future__ import annotations

import atexit
import ctypes
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import psycopg

MINIMUM = 15
# What the README recommends for many schools: seldom a checkpoint, so that bulk work writes each page to the log once.
_PRODUCTION = {
    "shared_buffers": "1GB", "max_wal_size": "4GB", "checkpoint_timeout": "15min", "random_page_cost": "1.1",
}  # fmt: skip
_SMALL = {"shared_buffers": "128MB", "max_wal_size": "512MB"}


class NoPostgresError(RuntimeError):
    """No PostgreSQL of a usable version on this machine."""


def binaries() -> Path | None:
    """Directory of the newest PostgreSQL server programs (version 15 or later), or None."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=_version, reverse=True)
    on_path = shutil.which("postgres")
    candidates = [*found, *([Path(on_path).resolve()] if on_path else [])]
    usable = (p.parent for p in candidates if _version(p) >= MINIMUM and (p.parent / "initdb").exists())
    return next(usable, None)


def address(run_dir: Path) -> str:
    """The run's PostgreSQL: TRUONGSO_TEST_POSTGRES when given, else a cluster started for this run."""
    return os.environ.get("TRUONGSO_TEST_POSTGRES") or start(run_dir)


def start(run_dir: Path, *, durable: bool = False) -> str:
    """Start a cluster under `run_dir` and return its address; NoPostgresError when there is none.

    `durable` keeps every commit through a crash, as in production; tests do without.
    """
    programs = binaries()
    if programs is None:
        raise NoPostgresError(f"PostgreSQL {MINIMUM} or later is missing (Debian: apt-get install postgresql)")
    owner = _owner()
    home = run_dir / "postgres"
    home.mkdir()
    if owner:
        shutil.chown(home, owner, owner)
    data = home / "data"
    make = [
        str(programs / "initdb"), "--pgdata", str(data), "--username=truongso", "--auth=trust",
        "--encoding=UTF8", "--lc-ctype=C.UTF-8", "--lc-collate=C", "--no-sync",
    ]  # fmt: skip
    made = subprocess.run(  # noqa: S603 - fixed programs and arguments
        make, user=owner, group=owner, extra_groups=_groups(owner), cwd=home, capture_output=True, check=False
    )
    if made.returncode:
        raise NoPostgresError(made.stderr.decode(errors="replace"))
    port = _free_port()
    safe = "on" if durable else "off"
    settings = {
        "port": port, "listen_addresses": "127.0.0.1", "unix_socket_directories": "", "max_connections": 100,
        "fsync": safe, "synchronous_commit": safe, "full_page_writes": safe, "autovacuum": "off",
        **(_PRODUCTION if durable else _SMALL), "timezone": "UTC", "deadlock_timeout": "200ms",
    }  # fmt: skip
    command = [str(programs / "postgres"), "-D", str(data)]
    command += [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    with (home / "log").open("wb") as log:
        server = subprocess.Popen(  # noqa: S603 - fixed programs and arguments
            command, user=owner, group=owner, extra_groups=_groups(owner), cwd=home, stdin=subprocess.DEVNULL,
            stdout=log, stderr=log, start_new_session=True, preexec_fn=_die_with_parent,  # noqa: PLW1509
        )  # fmt: skip
    atexit.register(_stop, server)
    url = f"postgresql://truongso@127.0.0.1:{port}/postgres"
    _wait(url, server, home / "log")
    return url


def _version(program: Path) -> int:
    said = subprocess.run([str(program), "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    found = re.search(r"(\d+)", said.stdout)
    return int(found[1]) if found else 0


def _owner() -> str | None:
    """PostgreSQL refuses to run as root: then the package's own user runs it."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise NoPostgresError("PostgreSQL refuses to run as root and there is no user postgres")


def _groups(owner: str | None) -> list[str] | None:
    return None if owner is None else []


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _die_with_parent() -> None:
    """Ask Linux to end the server when the run is killed: none is left behind (prctl PR_SET_PDEATHSIG)."""
    if hasattr(signal, "SIGQUIT") and Path("/proc/self").exists():
        ctypes.CDLL(None).prctl(1, signal.SIGQUIT)


def _wait(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            psycopg.connect(url, connect_timeout=2).close()
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise NoPostgresError(log.read_text(errors="replace")) from None
            time.sleep(0.05)
        else:
            return


def _stop(server: subprocess.Popen[bytes]) -> None:
    server.send_signal(signal.SIGQUIT)  # at once: nothing in it is kept
    try:
        server.wait(timeout=20)
    except subprocess.TimeoutExpired:
        server.kill()
