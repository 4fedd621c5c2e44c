"""A web server as in the demo, with one worker, and clients that ask it as fast as it answers."""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from bench.scratch import ROOT
from lockdown.supervisor import die_with_parent

CLIENTS = 2
SLICE = 1.5  # seconds of asking in one round
HOST = "127.0.0.1"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running(name: str, command: list[str], env: dict[str, str]) -> Iterator[subprocess.Popen]:
    """A process of the product for as long as the block; its log lies in the scratch folder."""
    log = Path(os.environ["BENCH_FOLDER"]) / f"{name}.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | env,
            stdout=output,
            stderr=subprocess.STDOUT,
            preexec_fn=die_with_parent,
        )
    try:
        yield process
    except BaseException:
        print(log.read_text(errors="replace")[-3000:], file=sys.stderr)
        raise
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()
        process.wait()


@contextlib.contextmanager
def server(*, cached: bool = True, workers: int = 1, threads: int = 2) -> Iterator[int]:
    """The port of a granian with one worker of two threads; without a cache if so wished."""
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "lockdown.wsgi:application"]
    command += ["--host", HOST, "--port", str(port), "--workers", str(workers)]
    command += ["--blocking-threads", str(threads)]
    with running("web", command, {"LOG_LEVEL": "INFO", "BENCH_CACHE": str(int(cached))}) as process:
        _wait(process, f"http://{HOST}:{port}/healthz")
        yield port


def _wait(process: subprocess.Popen, url: str) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=2):
            return
        time.sleep(0.05)
    raise RuntimeError(f"{url} does not answer")


def requests_a_second(port: int, path: str, cookie: str, size: int) -> float:
    """How many pages of this size a second two clients get. Fails on any other answer."""
    counts = [0] * CLIENTS
    failures: list[str] = []
    began = time.perf_counter()

    def ask(number: int) -> None:
        link = http.client.HTTPConnection(HOST, port, timeout=20)
        try:
            while time.perf_counter() - began < SLICE:
                link.request("GET", path, headers={"Cookie": cookie})
                answer = link.getresponse()
                body = answer.read()
                # A CSRF token or a time may change a few bytes.
                if answer.status != 200 or abs(len(body) - size) > size // 50:
                    failures.append(f"{path}: {answer.status}, {len(body)} bytes")
                    return
                counts[number] += 1
        except OSError as error:
            failures.append(f"{path}: {error}")
        finally:
            link.close()

    threads = [threading.Thread(target=ask, args=[number]) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise RuntimeError(failures[0])
    return sum(counts) / (time.perf_counter() - began)
