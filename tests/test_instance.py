"""``make run`` and its companions, on a second instance beside the one of the tests."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from stack import live, services
from stack.state import PROJECT, Instance, free_port

# One process makes them all, in this order: the instance is made once.
pytestmark = pytest.mark.timeout(300)

IDLE = 65


class Made:
    """An instance, by make alone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()

    def make(self, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("CKAN_", "MAKE", "ARGS"))}
        return subprocess.run(
            ["make", "--silent", *words, f"INSTANCE={self.folder}"], cwd=PROJECT,
            env=kept | variables, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        )

    def run(self, *words: str, **variables: str) -> str:
        result = self.make("run", f"PORT={self.port}", *words, **variables)
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout

    @property
    def state(self) -> Instance:
        return Instance.existing(self.folder)

    def pids(self) -> set[int]:
        return set(services._processes(self.state))

    def api(self, action: str, token: str = "", **values: str) -> object:
        request = urllib.request.Request(
            f"http://localhost:{self.port}/api/3/action/{action}",
            data=json.dumps(values).encode(),
            headers={"Content-Type": "application/json", "Authorization": token},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)["result"]

    def organizations(self) -> object:
        return self.api("organization_list")


@pytest.fixture(scope="module")
def idle(live_site: Callable[..., live.LiveSite]) -> tuple[live.LiveSite, float]:
    """A site whose worker and harvest consumer have had nothing to do since then."""
    site = live_site("idle", plugins=["activity", "harvest"], processes=["worker", "gather"])
    return site, time.monotonic()


@pytest.fixture(scope="module")
def made(
    tmp_path_factory: pytest.TempPathFactory, idle: tuple[live.LiveSite, float]
) -> Iterator[Made]:
    """An instance that runs, with one organization."""
    # A folder that PostgreSQL's account cannot enter, with a blank in its name.
    one = Made(tmp_path_factory.mktemp("second instance") / "of two")
    try:
        one.first_output = one.run("EXAMPLE=no", LC_ALL="C")
        one.token = one.make("token", "USER=sysadmin").stdout.strip()
        one.api(
            "organization_create", one.token, name="office", title="สำนักงาน", org_code="9001"
        )
        yield one
    finally:
        if (one.folder / "state.json").exists():
            one.make("clean", "YES=yes")


def test_it_prints_where_the_site_is_and_how_to_log_in(made: Made):
    assert f"http://localhost:{made.port}" in made.first_output
    assert made.state.secrets["sysadmin"] in made.first_output
    assert made.api("status_show")["locale_default"] == "th"


def test_two_web_processes_and_a_worker_serve_it(made: Made):
    commands = [Path(f"/proc/{n}/cmdline").read_bytes() for n in made.pids()]
    # Their parent besides.
    assert sum(b"gunicorn" in command for command in commands) == 3
    assert any(b"jobs\0worker" in command for command in commands)
    assert made.make("status").returncode == 0


def test_all_listen_on_this_machine_only(made: Made):
    # The address of this machine by which others reach it, if it has one.
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            pytest.skip("this machine has no network")
        address = probe.getsockname()[0]
    for name, port in made.state.ports.items():
        with socket.socket() as probe:
            probe.settimeout(2)
            assert probe.connect_ex((address, port)) != 0, name


def test_postgres_is_not_roots(made: Made):
    number = services._postmaster(made.folder / "postgres" / "data")
    assert number
    assert Path(f"/proc/{number}").stat().st_uid != 0
    assert services.sql(made.state, "SHOW server_encoding", "ckan_site") == "UTF8"


def test_nobody_else_can_read_what_is_there(made: Made):
    assert made.folder.stat().st_mode & 0o077 == 0o011
    for path in made.folder.iterdir():
        assert path.stat().st_mode & 0o077 == 0, path


def test_secrets_differ_between_instances(made: Made, instance: Instance):
    assert not set(made.state.secrets.values()) & set(instance.secrets.values())
    settings = made.state.ini.read_text(encoding="utf-8")
    assert made.state.secrets["session"] in settings
    assert made.state.secrets["postgres"] not in settings


def test_the_datastores_reader_reads_nothing_else(made: Made):
    with pytest.raises(Exception, match="permission denied for database"):
        services.sql(made.state, "SELECT 1", "ckan_site", user="datastore")


def contents(folder: Path) -> dict[str, str]:
    """Files that a second run could change, and what they say."""
    changing = ("postgres", "redis", "solr", "logs", "run", "lanes")
    return {
        str(path.relative_to(folder)): path.read_text(encoding="utf-8", errors="replace")
        for path in folder.rglob("*")
        if path.is_file() and path.relative_to(folder).parts[0] not in changing
    }


def test_again_is_quick_and_changes_nothing(made: Made):
    before, pids = contents(made.folder), made.pids()
    started = time.monotonic()
    output = made.run()
    assert time.monotonic() - started < 10
    assert contents(made.folder) == before
    assert made.pids() == pids
    assert "Loading the example" not in output
    assert made.organizations() == ["office"]


def test_a_token_that_make_prints_is_that_users(made: Made):
    user = made.api("user_show", made.token, id="sysadmin")
    assert user["sysadmin"]
    failed = made.make("token", "USER=nobody-of-that-name")
    assert failed.returncode
    assert "nobody-of-that-name" in failed.stderr
    assert "make token USER=name" in made.make("token").stderr


def test_ckans_commands_take_arguments_with_blanks(made: Made):
    words = "user add somchai email=somchai@example.go.th password=correct-horse"
    result = made.make("ckan", f"ARGS={words} 'fullname=สมชาย ใจดี'")
    assert result.returncode == 0, result.stderr
    assert made.api("user_show", made.token, id="somchai")["fullname"] == "สมชาย ใจดี"
    assert made.make("ckan", "ARGS=no-such-command").returncode


def test_logs_of_all_processes_are_shown(made: Made):
    output = made.make("logs").stdout
    for name in ("postgres", "redis", "solr", "web", "worker"):
        assert f"{name}.log" in output


def test_a_site_of_old_code_is_started_again(made: Made):
    web = services.states(made.state)["web"]["pid"]
    (made.folder / "local.ini").write_text("ckan.site_title = Renamed\n", encoding="utf-8")
    made.run()
    assert services.states(made.state)["web"]["pid"] != web
    assert made.api("status_show")["site_title"] == "Renamed"


def test_a_killed_process_comes_back_by_itself(made: Made):
    for name in ("worker", "redis"):
        before = services.states(made.state)[name]["pid"]
        os.kill(before, signal.SIGKILL)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            info = services.states(made.state)[name]
            if info["pid"] not in (0, before) and info["statename"] == "RUNNING":
                break
            time.sleep(0.2)
        else:
            pytest.fail(f"{name} did not come back")


def test_processes_left_by_a_killed_supervisor_are_taken_over(made: Made):
    supervisor = int((made.folder / "run" / "supervisord.pid").read_text())
    orphans = made.pids() - {supervisor}
    os.kill(supervisor, signal.SIGKILL)
    assert made.make("status").returncode
    made.run()
    assert not made.pids() & orphans
    assert made.make("status").returncode == 0
    assert made.organizations() == ["office"]


def test_all_comes_back_after_all_was_killed(made: Made):
    lock = made.folder / "postgres" / "data" / "postmaster.pid"
    text = lock.read_text().splitlines()
    # Again, as some begin another one before it is their turn.
    while numbers := made.pids():
        for number in numbers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        time.sleep(0.1)
    # As after a reboot, when another process has PostgreSQL's number.
    owner = lock.parent.stat()
    with_its_number = subprocess.Popen(
        ["sleep", "60"], user=owner.st_uid, group=owner.st_gid, cwd="/"
    )
    try:
        lock.write_text("\n".join([str(with_its_number.pid), *text[1:]]) + "\n")
        # And somebody listens where Redis did.
        with socket.socket() as other:
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            other.bind(("127.0.0.1", made.state.ports["redis"]))
            other.listen()
            made.run()
    finally:
        with_its_number.kill()
        with_its_number.wait()
    assert made.make("status").returncode == 0
    assert made.organizations() == ["office"]
    assert made.api("user_show", made.token, id="somchai")["name"] == "somchai"


def test_a_port_that_is_taken_is_named(made: Made):
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        result = made.make("run", f"PORT={taken}")
    assert result.returncode
    assert f"Port {taken} cannot be had" in result.stderr
    assert made.state.ports["site"] == made.port


def test_a_folder_that_is_something_else_is_left_alone(tmp_path: Path):
    (tmp_path / "letter.txt").write_text("x")
    result = Made(tmp_path).make("run")
    assert result.returncode
    assert "is not empty" in result.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["letter.txt"]


def test_no_second_command_meanwhile(made: Made):
    with made.state.locked():
        result = made.make("run")
    assert result.returncode
    assert "at work" in result.stderr


def test_stop_ends_everything_and_keeps_the_data(made: Made):
    assert made.make("stop").returncode == 0
    assert not made.pids()
    assert made.make("status").returncode
    assert (made.folder / "postgres" / "data" / "PG_VERSION").exists()
    assert "make run starts them" in made.make("ckan", "ARGS=user list").stderr


def test_clean_asks_first_and_deletes_all(made: Made):
    refused = made.make("clean")
    assert refused.returncode
    assert "YES=yes" in refused.stderr
    assert made.folder.exists()
    assert made.make("clean", "YES=yes").returncode == 0
    assert not made.folder.exists()
    assert "make run makes one" in made.make("status").stderr


@pytest.mark.slow
def test_who_was_idle_for_a_minute_still_takes_a_job(idle: tuple[live.LiveSite, float]):
    """redis-py ends a silent connection after 5 s unless the address says otherwise."""
    site, since = idle
    time.sleep(max(0.0, since + IDLE - time.monotonic()))
    assert site.is_running("worker"), site.tail("worker")
    assert site.is_running("gather"), site.tail("gather")
    assert site.ckan("jobs", "test").returncode == 0
    deadline = time.monotonic() + 20
    while "has finished job" not in site.tail("worker"):
        assert time.monotonic() < deadline, site.tail("worker")
        time.sleep(0.2)
