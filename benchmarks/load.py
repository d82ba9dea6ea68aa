"""`km0 serve` and nginx under load, on the same files: 200 connections for a minute, by wrk.

    .venv/bin/python benchmarks/load.py [--folder data/published] [--seconds 60] [--connections 200]

Asks in turn for pages, tables, styles and the index of what was published. Prints, of each, answers and
megabytes a second, how long half and 99 in 100 of the answers took, and what went wrong. nginx with its own defaults, as many workers as
cores, no access log; both on this machine, with the load beside them. Exit status 1 if an answer of `km0 serve` was wrong or missing.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parent.parent
KINDS = ("*.html", "*/*.html", "en/*/*.html", "*/*.csv", "*/*.parquet", "index.json", "assets/*/*.css")
OF_EACH = 5
"""Files of each kind that are asked for, the first by name."""
NGINX = """daemon off; worker_processes auto; pid {top}/nginx.pid; error_log {top}/error.log;
events {{ worker_connections 1024; }}
http {{ access_log off; default_type application/octet-stream; types {{ text/html html; text/csv csv; text/css css; }}
        {temporary}
        server {{ listen 127.0.0.1:{port} backlog=1024; root {folder}; }} }}
"""
SCRIPT = """local paths = {{{paths}}}
local n = 0
request = function() n = n % #paths + 1; return wrk.format("GET", paths[n]) end
done = function(summary, latency, requests)
  io.write(string.format('{{"requests": %d, "bytes": %d, "microseconds": %d, "half": %d, "most": %d, "wrong": %d, "lost": %d}}\\n', summary.requests, summary.bytes,
    summary.duration, latency:percentile(50), latency:percentile(99), summary.errors.status,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
"""

def main() -> int:
    """Measure, print, and return the exit status."""
    parser = argparse.ArgumentParser(description="km0 serve and nginx under load, on the same files.")
    parser.add_argument("--folder", type=Path, help="data/published of a hub (default: that of this checkout)", default=ROOT / "data" / "published")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--connections", type=int, default=200)
    given = parser.parse_args()
    folder = given.folder.resolve()
    paths = asked(folder)
    if not paths:
        print(f"{folder} holds no site: `make run` makes one, or give another with --folder.")
        return 1
    with tempfile.TemporaryDirectory() as scratch:
        top = Path(scratch)
        tools = ROOT / ".load"
        if subprocess.run([ROOT / "benchmarks" / "get_load_tools.sh", tools], check=False).returncode:
            return 1
        script = top / "paths.lua"
        script.write_text(SCRIPT.format(paths=", ".join(json.dumps(f"/{p}") for p in paths)), encoding="utf-8")
        print(f"{len(paths)} files of {folder}, {sum((folder / p).stat().st_size for p in paths) / len(paths) / 1000:.0f} kB on average; {given.connections} connections, {given.seconds} s\n")
        print(f"{'':<12}{'answers/s':>12}{'MB/s':>10}{'half in ms':>12}{'99 % in ms':>12}{'wrong':>8}{'lost':>8}")
        bad = 0
        for name, port, command in servers(top, tools, folder):
            with running(command, port):
                found = load(tools, script, port, given.seconds, given.connections)
            seconds = found["microseconds"] / 1e6
            print(
                f"{name:<12}{found['requests'] / seconds:>12,.0f}{found['bytes'] / seconds / 1e6:>10,.1f}{found['half'] / 1000:>12,.1f}{found['most'] / 1000:>12,.1f}"
                f"{found['wrong']:>8}{found['lost']:>8}", flush=True,
            )  # fmt: skip
            bad += (found["wrong"] + found["lost"]) * (name != "nginx")
    return 1 if bad else 0

def asked(folder: Path) -> list[str]:
    """The files that are asked for, in turn."""
    return [p.relative_to(folder).as_posix() for kind in KINDS for p in sorted(folder.glob(kind))[:OF_EACH]]

def servers(top: Path, tools: Path, folder: Path) -> Iterator[tuple[str, int, list[str]]]:
    """Name, port and command of each."""
    port = free_port()
    yield "km0 serve", port, [sys.executable, "-c", f"from pathlib import Path; from km0_pipeline.publish.serve import serve; serve(Path({str(folder)!r}), port={port})"]
    port = free_port()
    kept = " ".join(f"{what}_temp_path {top}/{what};" for what in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    (top / "nginx.conf").write_text(NGINX.format(top=top, port=port, folder=folder, temporary=kept), encoding="utf-8")
    shutil.chown(top, "root") if os.geteuid() == 0 else None
    yield "nginx", port, [str(tools / "bin" / "nginx"), "-p", str(top), "-c", str(top / "nginx.conf"), "-e", str(top / "error.log"), "-g", "user root;" if os.geteuid() == 0 else ""]

@contextmanager
def running(command: list[str], port: int) -> Iterator[None]:
    """The server, from when it answers."""
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)})
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until and process.poll() is None:
            try:
                urlopen(f"http://127.0.0.1:{port}/index.json", timeout=5).close()
                break
            except OSError:
                time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait()

def load(tools: Path, script: Path, port: int, seconds: int, connections: int) -> dict[str, int]:
    """What wrk found."""
    command = [str(tools / "bin" / "wrk"), "-t2", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "-s", str(script), f"http://127.0.0.1:{port}"]
    libraries = next((tools / "usr" / "lib").glob("*-linux-gnu"), tools) if (tools / "usr" / "lib").is_dir() else tools
    said = subprocess.run(command, env=os.environ | {"LD_LIBRARY_PATH": str(libraries)}, capture_output=True, text=True, check=True).stdout
    found: dict[str, int] = json.loads(said.splitlines()[-1])
    return found

def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port

if __name__ == "__main__":
    sys.exit(main())
