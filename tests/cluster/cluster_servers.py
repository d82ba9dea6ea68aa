"""PostgreSQL and Redis of Debian, each in a process and a folder of its own, until the test ends."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import lacking


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@contextmanager
def running(command: list[str], ready: Callable[[], bool], log: Path, **how: object) -> Iterator[subprocess.Popen[bytes]]:
    """A process, from when it is ready until this ends."""
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, **how)  # type: ignore[call-overload]
    try:
        for _ in range(3000):
            assert process.poll() is None, log.read_text(encoding="utf-8", errors="replace")[-3000:]
            if ready():
                break
            time.sleep(0.1)
        else:
            raise AssertionError(f"{command[0]} is not ready: {log.read_text(encoding='utf-8', errors='replace')[-3000:]}")
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def listens(port: int) -> bool:
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def redis() -> Iterator[str]:
    """The address of a Redis."""
    if shutil.which("redis-server") is None:
        lacking("redis-server is absent: `make cluster` installs Debian's where it may")
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="km0-redis-") as folder:
        command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder]
        with running(command, lambda: listens(port), Path(folder) / "log"):
            yield f"redis://127.0.0.1:{port}/0"


@contextmanager
def postgres() -> Iterator[str]:
    """The address of an empty database; the server is nobody's but the test's. It refuses root, so it is then Debian's user postgres who runs it."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not found:
        lacking("PostgreSQL is absent: `make cluster` installs Debian's where it may")
    port, who = free_port(), {"user": "postgres"} if os.geteuid() == 0 else {}
    with tempfile.TemporaryDirectory(prefix="km0-postgres-", dir="/tmp") as folder:
        if who:
            shutil.chown(folder, "postgres")
        data = f"{folder}/data"
        subprocess.run([found[-1] / "initdb", "-D", data, "-U", "km0", "--auth=trust", "--no-sync"], check=True, capture_output=True, cwd=folder, **who)  # type: ignore[call-overload]
        command = [str(found[-1] / "postgres"), "-D", data, "-p", str(port), "-h", "127.0.0.1", "-k", folder, "-F"]
        with running(command, lambda: listens(port), Path(folder) / "log", cwd=folder, **who):
            yield f"postgresql+psycopg2://km0@127.0.0.1:{port}/postgres"
