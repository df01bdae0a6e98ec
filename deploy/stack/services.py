"""The servers of an instance, and the supervisor that keeps them up."""

from __future__ import annotations

import contextlib
import http.client
import os
import pwd
import shlex
import shutil
import signal
import socket
import subprocess
import time
import xmlrpc.client
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from stack import python
from stack.state import (
    PROJECT,
    SERVERS,
    SOLR_PARTS,
    VENV,
    Instance,
    Problem,
    free_port,
    is_free,
    say,
    write_private,
)

#: Programs without which nothing runs, and those that make the site.
BASE = ("postgres", "redis", "solr")
SITE = ("web", "worker")

REDIS_DATABASES = 64

# Above the greatest number that Linux gives to a process.
_NO_PROCESS = 2**22 + 1


# --- PostgreSQL as somebody who is not root --------------------------------------------


def postgres_program(name: str, data: Path | None = None) -> str:
    """Path of one of PostgreSQL's programs: of the version that made ``data``, else the newest."""
    wanted = (data / "PG_VERSION").read_text().strip() if data and data.exists() else None
    found = {p.parent.parent.name: p for p in Path("/usr/lib/postgresql").glob(f"*/bin/{name}")}
    if wanted in found:
        return str(found[wanted])
    if wanted is None and found:
        return str(found[max(found, key=float)])
    elsewhere = shutil.which(name)
    if elsewhere and (wanted is None or _postgres_version(elsewhere) == wanted):
        return elsewhere
    needed = f" {wanted}, which made this instance's database," if wanted else ""
    raise Problem(f"PostgreSQL{needed} is not installed.")


def _postgres_version(program: str) -> str:
    output = subprocess.run([program, "--version"], stdout=subprocess.PIPE, text=True).stdout
    return output.split()[-1].partition(".")[0] if output else ""


def _as_postgres(folder: Path) -> list[str]:
    """What to put before a command of PostgreSQL, which refuses to run as root.

    Args:
        folder: its own; the account postgres may not be able to come there, as below /root.
    """
    if os.geteuid() != 0:
        return []
    try:
        account = pwd.getpwnam("postgres")
    except KeyError:
        raise Problem(
            "PostgreSQL does not run as root and there is no account 'postgres' to run it as."
        ) from None
    os.chown(folder, account.pw_uid, account.pw_gid)
    base = ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]
    for capability in ("", "dac_read_search", "dac_override"):
        prefix = [*base]
        if capability:
            prefix += [f"--inh-caps=+{capability}", f"--ambient-caps=+{capability}"]
        # By doing it: access(2), which `test -w` asks, leaves capabilities out of account.
        attempt = [*prefix, "sh", "-c", ': >"$1/.probe" && rm "$1/.probe"', "sh", folder]
        if not subprocess.run(attempt, cwd="/", stderr=subprocess.DEVNULL).returncode:
            return prefix
    raise Problem(
        f"PostgreSQL does not run as root, and its account 'postgres' cannot enter {folder}. "
        "Choose a folder that it can enter: make run INSTANCE=/srv/thai-gdc"
    )


def _prepare_postgres(instance: Instance) -> list[str]:
    """Make the database cluster if there is none; return the command that serves it."""
    folder = instance.path("postgres", "data").parent
    folder.chmod(0o700)
    prefix = _as_postgres(folder)
    data = folder / "data"
    if not data.exists():
        say("Making the database cluster ...")
        for path in (folder / "data.new", folder / "data"):
            shutil.rmtree(path, ignore_errors=True)
        # All that was stamped as done was done in another cluster.
        shutil.rmtree(instance.folder / "stamps", ignore_errors=True)
        password = folder / "password"
        write_private(password, instance.secrets["postgres"])
        if prefix:
            shutil.chown(password, "postgres")
        # Thai sorts by code point; each field says in Solr how it is to be sorted.
        python.run(
            [*prefix, postgres_program("initdb"), "-D", folder / "data.new", "-U", "postgres",
             f"--pwfile={password}", "--auth=scram-sha-256", "--encoding=UTF8",
             "--locale=C.UTF-8"],
            "Making the database cluster", cwd=Path("/"),
        )
        password.unlink()
        (folder / "data.new").rename(data)
    _free_stale_lock(data)
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": str(instance.ports["postgres"]),
        "unix_socket_directories": "",
        "max_connections": "200",
        "shared_buffers": "128MB",
        "log_min_messages": "warning",
    }
    options = [part for item in settings.items() for part in ("-c", "=".join(item))]
    return [*prefix, postgres_program("postgres", data), "-D", str(data), *options]


def _free_stale_lock(data: Path) -> None:
    """Take the number of a process that is not PostgreSQL out of PostgreSQL's lock.

    After a reboot or a kill the number may be another's, and PostgreSQL would wait for that. The
    rest of the lock stays: by it PostgreSQL sees whether children of a killed server still
    write to these data, and does not start beside them.
    """
    lock = data / "postmaster.pid"
    if lock.exists() and not _postmaster(data):
        _, _, rest = lock.read_text().partition("\n")
        with lock.open("r+") as stream:
            stream.write(f"{_NO_PROCESS}\n{rest}")
            stream.truncate()


def _postmaster(data: Path) -> int | None:
    """Process number of the server of these data."""
    try:
        number = int((data / "postmaster.pid").read_text().splitlines()[0])
        command = Path(f"/proc/{number}/cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError, IndexError):
        return None
    return number if os.fsencode(data) in command else None


def sql(
    instance: Instance, statements: str, database: str = "postgres", user: str = "postgres"
) -> str:
    """Run SQL, each statement by itself, and return what it gives, unaligned.

    Raises:
        Problem: the server refuses.
    """
    result = subprocess.run(
        ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1",
         "-p", str(instance.ports["postgres"]), "-U", user, "-d", database, "-f", "-"],
        input=statements, capture_output=True, text=True, cwd="/",
        env={**python.environment(), "PGPASSWORD": instance.secrets[user],
             "PGOPTIONS": "-c client_min_messages=warning"},
    )
    if result.returncode:
        raise Problem(f"PostgreSQL: {result.stderr.strip()}")
    return result.stdout.strip()


# --- Configuration of the processes ----------------------------------------------------


def _prepare_redis(instance: Instance) -> list[str]:
    folder = instance.path("redis", "data").parent
    settings = {
        "bind": "127.0.0.1",
        "port": instance.ports["redis"],
        "requirepass": instance.secrets["redis"],
        "databases": REDIS_DATABASES,
        "dir": f'"{folder}"',
        "appendonly": "yes",
        "daemonize": "no",
        # Its title would overwrite the environment by which the process is known.
        "set-proc-title": "no",
    }
    file = instance.path("redis.conf")
    write_private(file, "".join(f"{key} {value}\n" for key, value in settings.items()))
    return ["redis-server", str(file)]


def _prepare_solr(instance: Instance) -> list[str]:
    home = instance.path("solr", "solr.xml")
    write_private(home, "<solr/>\n")
    return [
        "java", "-Xms64m", "-Xmx512m", "-XX:+UseSerialGC", "-Dfile.encoding=UTF-8",
        "-Duser.timezone=UTC", f"-Dsolr.solr.home={home.parent}",
        f"-Dsolr.log.dir={instance.path('logs', 'solr.log').parent}",
        f"-Dlog4j2.configurationFile={PROJECT / 'deploy' / 'solr' / 'log4j2.xml'}",
        "-cp", f"{SOLR_PARTS / 'classes'}:{SOLR_PARTS / 'lib'}/*",
        "Launcher", str(instance.ports["solr"]),
    ]


def _web(instance: Instance) -> list[str]:
    return [
        str(VENV / "bin" / "gunicorn"), "--pythonpath", str(PROJECT / "deploy"),
        "--bind", f"127.0.0.1:{instance.ports['site']}", "--workers", "2", "--threads", "4",
        "--timeout", "120", "--graceful-timeout", "20", "--no-control-socket",
        "wsgi:application",
    ]


def _worker(instance: Instance) -> list[str]:
    return [str(VENV / "bin" / "ckan"), "-c", str(instance.ini), "jobs", "worker"]


def _plain(value: object) -> str:
    """A value as supervisor reads it: as it stands, with % doubled."""
    return str(value).replace("%", "%%")


def _supervisor_conf(instance: Instance, commands: dict[str, list[str]]) -> str:
    lines = [
        "[supervisord]",
        f"identifier = {instance.id}",
        f"pidfile = {_plain(instance.path('run', 'supervisord.pid'))}",
        f"logfile = {_plain(instance.log('supervisor'))}",
        "logfile_maxbytes = 2MB",
        "logfile_backups = 1",
        "umask = 077",
        *(["user = root"] if os.geteuid() == 0 else []),
        "",
        "[inet_http_server]",
        f"port = 127.0.0.1:{instance.ports['supervisor']}",
        "username = make",
        f"password = {instance.secrets['supervisor']}",
        "",
        "[rpcinterface:supervisor]",
        "supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface",
    ]
    # Signal by which it ends, seconds that it has to do so.
    ends = {"postgres": ("INT", 60), "worker": ("TERM", 30)}
    for name, command in commands.items():
        stop_signal, seconds = ends.get(name, ("TERM", 30))
        lines += [
            "",
            f"[program:{name}]",
            f"command = {_plain(shlex.join(command))}",
            f"directory = {'/' if name == 'postgres' else _plain(instance.folder)}",
            f"priority = {10 if name in BASE else 20}",
            f"autostart = {'true' if name in BASE else 'false'}",
            "autorestart = true",
            "startsecs = 1",
            "startretries = 20",
            f"stopsignal = {stop_signal}",
            f"stopwaitsecs = {seconds}",
            "killasgroup = true",
            "redirect_stderr = true",
            f"stdout_logfile = {_plain(instance.log(name))}",
            "stdout_logfile_maxbytes = 10MB",
            "stdout_logfile_backups = 2",
        ]
    return "\n".join(lines) + "\n"


# --- Starting and stopping -------------------------------------------------------------


class _Rpc(xmlrpc.client.Transport):
    def make_connection(self, host: Any) -> http.client.HTTPConnection:
        connection = super().make_connection(host)
        connection.timeout = 90
        return connection


def _supervisor(instance: Instance) -> Any:
    port, password = instance.ports["supervisor"], instance.secrets["supervisor"]
    url = f"http://make:{password}@127.0.0.1:{port}/RPC2"
    return xmlrpc.client.ServerProxy(url, transport=_Rpc()).supervisor


_UNREACHABLE = (OSError, http.client.HTTPException, xmlrpc.client.Error, KeyError)


def is_up(instance: Instance) -> bool:
    """Whether the instance's supervisor answers."""
    try:
        return _supervisor(instance).getIdentification() == instance.id
    except _UNREACHABLE:
        return False


def states(instance: Instance) -> dict[str, dict[str, Any]]:
    """What the supervisor says of each process: statename, pid, description, spawnerr."""
    return {info["name"]: info for info in _supervisor(instance).getAllProcessInfo()}


def start_base(instance: Instance) -> None:
    """Have PostgreSQL, Redis and Solr answer."""
    if is_up(instance):
        if _write_conf(instance):
            stop(instance)
        else:
            for name in BASE:
                _start(instance, name)
            _await_base(instance)
            return
    end_leftovers(instance)
    _choose_ports(instance)
    _write_conf(instance)
    say("Starting PostgreSQL, Redis and Solr ...")
    name, _, value = instance.marker.partition("=")
    python.run(
        [VENV / "bin" / "supervisord", "-c", instance.folder / "supervisord.conf"],
        "Starting the supervisor", cwd=instance.folder,
        **{name: value, "CKAN_INI": str(instance.ini)},
    )
    _await(instance, "the supervisor", lambda: is_up(instance), "supervisor")
    _await_base(instance)


def _choose_ports(instance: Instance) -> None:
    """Remember a free port for each server, and another if somebody has taken it since."""
    for server in SERVERS:
        if server not in instance.ports or not is_free(instance.ports[server]):
            instance.ports[server] = free_port(instance.ports.values())
    instance.save()


def _write_conf(instance: Instance) -> bool:
    """Write the configuration of the processes; whether that changed anything."""
    commands = {
        "postgres": _prepare_postgres(instance),
        "redis": _prepare_redis(instance),
        "solr": _prepare_solr(instance),
        "web": _web(instance),
        "worker": _worker(instance),
    }
    file = instance.folder / "supervisord.conf"
    text = _supervisor_conf(instance, commands)
    return write_private(file, text)


def _start(instance: Instance, name: str) -> None:
    """Start a process unless it runs."""
    # 10 STARTING, 20 RUNNING, 30 BACKOFF: the supervisor sees to those itself.
    if states(instance)[name]["state"] in (10, 20, 30):
        return
    try:
        _supervisor(instance).startProcess(name, False)
    except xmlrpc.client.Fault as fault:
        if "ALREADY_STARTED" not in fault.faultString:
            raise Problem(f"{name} does not start: {fault.faultString}") from fault


def stop_programs(instance: Instance, *names: str) -> None:
    """Stop processes and wait until they have ended."""
    for name in names:
        with contextlib.suppress(xmlrpc.client.Fault):
            _supervisor(instance).stopProcess(name, True)


def start_site(instance: Instance) -> None:
    """Start the site and its worker, and wait until the site answers."""
    for name in SITE:
        _start(instance, name)
    _await(instance, "the site", lambda: site_answers(instance), "web", seconds=120)


def site_answers(instance: Instance) -> bool:
    """Whether the site's API does."""
    path = "/api/3/action/status_show"
    return http_status("127.0.0.1", instance.ports["site"], path, seconds=20) == 200


def http_status(host: str, port: int, path: str, seconds: float = 5) -> int | None:
    """Status of a GET request; None if nobody answers."""
    connection = http.client.HTTPConnection(host, port, timeout=seconds)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def _await_base(instance: Instance) -> None:
    _await(instance, "PostgreSQL", lambda: _postgres_answers(instance), "postgres")
    _await(instance, "Redis", lambda: _redis_answers(instance), "redis")
    _await(instance, "Solr", lambda: solr_answers(instance), "solr")


def _postgres_answers(instance: Instance) -> bool:
    try:
        return sql(instance, "SELECT 1") == "1"
    except Problem:
        return False


def redis(instance: Instance, *commands: str) -> str:
    """Give Redis commands without spaces in their arguments; return its raw answers.

    Raises:
        Problem: it does not answer, or refuses.
    """
    lines = [f"AUTH {instance.secrets['redis']}", *commands, "QUIT"]
    try:
        with socket.create_connection(("127.0.0.1", instance.ports["redis"]), 5) as link:
            link.sendall("".join(f"{line}\r\n" for line in lines).encode())
            answer = b""
            while part := link.recv(4096):
                answer += part
    except OSError as error:
        raise Problem(f"Redis: {error}") from error
    if b"\r\n-" in b"\r\n" + answer:
        raise Problem(f"Redis: {answer.decode(errors='replace')}")
    return answer.decode(errors="replace")


def _redis_answers(instance: Instance) -> bool:
    try:
        return "+PONG" in redis(instance, "PING")
    except Problem:
        return False


def solr_answers(instance: Instance) -> bool:
    """Whether Solr is ready."""
    return http_status("127.0.0.1", instance.ports["solr"], "/solr/admin/info/system") == 200


def _await(
    instance: Instance, what: str, answers: Callable[[], bool], log: str, seconds: float = 60
) -> None:
    deadline = time.monotonic() + seconds
    while not answers():
        if time.monotonic() > deadline:
            file = instance.log(log)
            tail = ""
            if file.exists():
                lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
                tail = "\n".join(lines[-25:])
            raise Problem(f"{tail}\n\nNo answer from {what} in {seconds:.0f} s; see {file}")
        time.sleep(0.2)


def stop(instance: Instance) -> None:
    """End all processes of the instance."""
    if is_up(instance):
        stop_programs(instance, *SITE)
        with contextlib.suppress(*_UNREACHABLE):
            _supervisor(instance).shutdown()
        deadline = time.monotonic() + 60
        while list(_processes(instance)) and time.monotonic() < deadline:
            time.sleep(0.1)
    end_leftovers(instance)


def end_leftovers(instance: Instance) -> None:
    """End processes of the instance that nobody minds any more, as after a killed supervisor."""
    for urge, seconds in ((signal.SIGTERM, 20.0), (signal.SIGKILL, 10.0)):
        found = list(_processes(instance))
        if not found:
            return
        postmaster = _postmaster(instance.folder / "postgres" / "data")
        for number in found:
            # To PostgreSQL SIGTERM means to wait for its clients.
            gentle = signal.SIGINT if number == postmaster else urge
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, urge if urge == signal.SIGKILL else gentle)
        deadline = time.monotonic() + seconds
        while list(_processes(instance)) and time.monotonic() < deadline:
            time.sleep(0.1)
    if list(_processes(instance)):
        raise Problem(f"Processes of {instance.folder} do not end.")


def _processes(instance: Instance) -> Iterator[int]:
    """Numbers of the processes that carry the instance's marker."""
    marker = instance.marker.encode()
    data = os.fsencode(instance.folder / "postgres" / "data")
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit() or int(folder.name) == os.getpid():
            continue
        try:
            # The name of the data too: PostgreSQL is another account's, whose environment
            # even root may be forbidden to read in a container.
            command = (folder / "cmdline").read_bytes().split(b"\0")
            if not command[0]:
                continue
            ours = data in command and command[0].endswith(b"/postgres")
            if ours or marker in (folder / "environ").read_bytes().split(b"\0"):
                yield int(folder.name)
        except OSError:
            continue
