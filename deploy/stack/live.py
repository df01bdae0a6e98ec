"""Whole CKANs for tests: real processes on a lane of their own, answering over HTTP."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from stack import lanes, python, services, site
from stack.state import VENV, Instance, Problem, free_port, write_private

#: Processes that a live site can have besides the web server, by name: CKAN's arguments.
HELPERS = {
    "worker": ["jobs", "worker"],
    "gather": ["harvester", "gather-consumer"],
    "fetch": ["harvester", "fetch-consumer"],
}


class ApiError(Exception):
    """An action was refused.

    Attributes:
        status: of HTTP.
        error: what the API says: ``__type``, ``message`` or messages by field.
    """

    def __init__(self, status: int, error: Mapping[str, Any]) -> None:
        super().__init__(f"{status}: {json.dumps(error, ensure_ascii=False)}")
        self.status = status
        self.error = error


class LiveSite:
    """A CKAN that runs.

    Attributes:
        url: http://127.0.0.1:PORT
        ini: its settings file.
        sysadmin_token: API token of its administrator ``sysadmin``.
    """

    def __init__(
        self, instance: Instance, name: str, plugins: Iterable[str] | None = None,
        extra_config: Mapping[str, str] | None = None, processes: Iterable[str] = (),
    ) -> None:
        self.name = name
        self._lane = lanes.Lane(instance)
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        try:
            self._set_up(plugins, extra_config or {})
            for process in ("web", *processes):
                self.start(process)
            self.await_answer()
        except BaseException:
            self.close()
            raise

    def _set_up(
        self, plugins: Iterable[str] | None, extra_config: Mapping[str, str]
    ) -> None:
        chosen = lanes.default_plugins() if plugins is None else " ".join(plugins)
        self._lane.clear(chosen)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.ini = self._lane.folder / "ckan.ini"
        values = {
            **self._lane.settings(self.url),
            "ckan.plugins": chosen,
            "ckan.site_id": self.name,
            "testing": "false",
            # As outside: test.ini takes the forms of the in-process tests without tokens.
            "WTF_CSRF_METHODS": "POST PUT PATCH DELETE",
            **extra_config,
        }
        write_private(self.ini, site.ini_text(lanes.TEST_INI, values))
        script = Path(__file__).with_name("make_sysadmin.py")
        result = subprocess.run(
            [VENV / "bin" / "python", script, self.ini, site.SYSADMIN, "--token"],
            env={**python.environment(), "SYSADMIN_PASSWORD": "sysadmin-of-a-test"},
            cwd=self._lane.folder, capture_output=True, text=True,
        )
        if result.returncode:
            raise Problem(result.stderr[-3000:])
        self.sysadmin_token = result.stdout.strip().splitlines()[-1]

    def start(self, process: str) -> None:
        """Start ``web``, or one of HELPERS."""
        if process == "web":
            command = [
                str(VENV / "bin" / "gunicorn"), "--pythonpath", str(lanes.PROJECT / "deploy"),
                "--bind", f"127.0.0.1:{self.port}", "--workers", "1", "--threads", "4",
                "--timeout", "120", "--no-control-socket", "wsgi:application",
            ]
        else:
            command = [str(VENV / "bin" / "ckan"), "-c", str(self.ini), *HELPERS[process]]
        # The process ends with the test process, even if that is killed; and as long as it
        # lives, it holds the lane.
        with self.log(process).open("ab") as log:
            self._running[process] = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", *command], stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, cwd=self._lane.folder, start_new_session=True,
                env={**python.environment(), "CKAN_INI": str(self.ini)},
                pass_fds=[self._lane.handle],
            )

    def stop(self, process: str) -> None:
        """End a process that was started, and what it started."""
        running = self._running.pop(process)
        running.terminate()
        try:
            running.wait(15)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(running.pid, signal.SIGKILL)
            running.wait()

    def kill(self, process: str) -> None:
        """Kill a process that was started, and what it started, at once (SIGKILL)."""
        running = self._running.pop(process)
        # A worker's child that does a job is of a session of its own.
        for one in [running.pid, *_children(running.pid)]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)
        running.wait()

    def memory(self, process: str) -> float:
        """Resident memory of the process, or of a child of it if that has more, in megabytes."""
        pid = self._running[process].pid
        return max(_resident(one) for one in [pid, *_children(pid)])

    def await_answer(self, seconds: float = 90) -> None:
        """Wait until the API answers.

        Raises:
            Problem: it does not.
        """
        deadline = time.monotonic() + seconds
        while services.http_status("127.0.0.1", self.port, "/api/3/action/status_show") != 200:
            if self._running["web"].poll() is not None or time.monotonic() > deadline:
                raise Problem(f"{self.name} does not answer:\n{self.tail('web')}")
            time.sleep(0.2)

    def is_running(self, process: str) -> bool:
        """Whether a process that was started still lives."""
        return self._running[process].poll() is None

    def log(self, process: str) -> Path:
        """Its log file."""
        return self._lane.folder / f"{process}.log"

    def tail(self, process: str, characters: int = 3000) -> str:
        """The end of its log."""
        return self.log(process).read_text(encoding="utf-8", errors="replace")[-characters:]

    def api(self, action: str, token: str | None = "", **parameters: Any) -> Any:
        """Call an action over HTTP; return its result.

        Args:
            action: its name.
            token: API token; empty for the administrator's, None for nobody's.
            parameters: sent as JSON.

        Raises:
            ApiError: it was refused.
        """
        headers = {"Content-Type": "application/json"}
        if token is not None:
            headers["Authorization"] = token or self.sysadmin_token
        request = urllib.request.Request(
            f"{self.url}/api/3/action/{action}",
            data=json.dumps(parameters).encode(), headers=headers, method="POST",
        )
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return json.load(answer)["result"]
        except urllib.error.HTTPError as refusal:
            body = refusal.read()
            try:
                error = json.loads(body)["error"]
            except (ValueError, KeyError, TypeError):
                error = {"message": body.decode(errors="replace")[:2000]}
            raise ApiError(refusal.code, error) from None

    def get(self, path: str, token: str | None = None) -> tuple[int, str]:
        """GET a page of the site: status and text."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            connection.request("GET", path, headers={"Authorization": token} if token else {})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def run(self, script: Path, *arguments: str) -> str:
        """Run a Python script on the site's settings file, its first argument; its output.

        Raises:
            Problem: it failed.
        """
        result = subprocess.run(
            [VENV / "bin" / "python", script, self.ini, *arguments], cwd=self._lane.folder,
            env=python.environment(), capture_output=True, text=True,
        )
        if result.returncode:
            raise Problem(result.stderr[-3000:])
        return result.stdout

    def ckan(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run CKAN's command line on the site."""
        return subprocess.run(
            [VENV / "bin" / "ckan", "-c", self.ini, *arguments], cwd=self._lane.folder,
            env=python.environment(), capture_output=True, text=True,
        )

    def close_database(self) -> None:
        """Shut the site out of its database, as if that were down."""
        self._lane.allow_connections(False)

    def open_database(self) -> None:
        """Let the site have its database again."""
        self._lane.allow_connections(True)

    def close(self) -> None:
        """End its processes and give its lane back."""
        for process in reversed(list(self._running)):
            self.stop(process)
        self._lane.release()


def _children(pid: int) -> list[int]:
    """Processes that a process started and that live."""
    with contextlib.suppress(OSError):
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
        return [int(one) for one in text.split()]
    return []


def _resident(pid: int) -> float:
    """Resident memory of a process in megabytes; 0 for one that is gone."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
    return 0.0


class Sites:
    """The live sites of a test session, by name."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._sites: dict[str, LiveSite] = {}

    def __enter__(self) -> Sites:
        return self

    def __exit__(self, *_: object) -> None:
        for one in self._sites.values():
            one.close()

    def start(
        self, name: str, plugins: Iterable[str] | None = None,
        extra_config: Mapping[str, str] | None = None, processes: Iterable[str] = (),
    ) -> LiveSite:
        """The site of that name, started on the first call.

        Args:
            name: also its ``ckan.site_id``.
            plugins: of CKAN; those of deploy/site.ini unless given.
            extra_config: settings over those of test.ini.
            processes: names of HELPERS to start as well.
        """
        if name not in self._sites:
            self._sites[name] = LiveSite(
                self._instance, name, plugins, extra_config, processes
            )
        return self._sites[name]
