"""What an instance is: a folder, and what was decided once for it."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import random
import secrets
import socket
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]
VENV = PROJECT / ".venv"
SOLR_PARTS = PROJECT / ".solr"

#: Servers of an instance that listen on a port, besides the site.
SERVERS = ("postgres", "redis", "solr", "supervisor")
SECRETS = ("postgres", "ckan", "datastore", "redis", "supervisor", "session", "token", "sysadmin")
DEFAULT_PORT = 5000

# Below the range from which Linux takes ports for outgoing connections.
_PORTS = range(20000, 32000)


class Problem(Exception):
    """Something that the person at the keyboard has to know, in a sentence or two."""


def say(text: str) -> None:
    """Tell how far things are."""
    print(text, flush=True)


def write_private(path: Path, text: str) -> bool:
    """Write a file that its owner alone may read, whole or not at all; whether it changed."""
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(text)
    draft.replace(path)
    return True


def digest(*parts: str | bytes | Path) -> str:
    """Hexadecimal hash of texts, and of files (their names and contents)."""
    result = hashlib.sha256()
    for part in parts:
        if isinstance(part, Path):
            result.update(part.name.encode())
            part = part.read_bytes()
        elif isinstance(part, str):
            part = part.encode()
        result.update(len(part).to_bytes(8, "big") + part)
    return result.hexdigest()


def is_listening(port: int) -> bool:
    """Whether something answers on that port of this machine."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def is_free(port: int) -> bool:
    """Whether a server could listen on that port."""
    for address in ("127.0.0.1", "0.0.0.0"):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((address, port))
            except OSError:
                return False
    return True


def free_port(taken: Iterable[int] = ()) -> int:
    """A port on which nobody listens now."""
    taken = set(taken)
    for port in random.sample(_PORTS, 500):
        if port not in taken and is_free(port):
            return port
    raise Problem(f"No free port between {_PORTS.start} and {_PORTS.stop} was found.")


class Instance:
    """One site: its folder, and the ports and secrets in its ``state.json``.

    Attributes:
        folder: absolute path.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._state: dict[str, Any] = {}

    @classmethod
    def at(cls, folder: str | os.PathLike[str]) -> Instance:
        """The instance in that folder, made there if there is none.

        Raises:
            Problem: the folder holds something else, or is somebody else's.
        """
        self = cls(Path(folder).expanduser().resolve())
        if self.state_file.exists():
            self._read()
            return self
        if self.folder.exists() and any(self.folder.iterdir()):
            raise Problem(f"{self.folder} is not empty and is no instance: choose another folder.")
        self.folder.mkdir(parents=True, exist_ok=True)
        # Others may pass through, as PostgreSQL's account has to, but see nothing.
        self.folder.chmod(0o711)
        self._state = {
            "id": secrets.token_hex(8),
            "ports": {"site": DEFAULT_PORT},
            "secrets": {name: secrets.token_urlsafe(24) for name in SECRETS},
        }
        self.save()
        return self

    @classmethod
    def existing(cls, folder: str | os.PathLike[str]) -> Instance:
        """The instance in that folder.

        Raises:
            Problem: there is none.
        """
        self = cls(Path(folder).expanduser().resolve())
        if not self.state_file.exists():
            raise Problem(f"There is no instance in {self.folder}: make run makes one.")
        self._read()
        return self

    def _read(self) -> None:
        owner = self.state_file.stat().st_uid
        if owner != os.geteuid():
            import pwd

            try:
                name = pwd.getpwuid(owner).pw_name
            except KeyError:
                name = f"number {owner}"
            raise Problem(
                f"{self.folder} belongs to the user {name}: run make as {name}, "
                "or choose another folder with INSTANCE=..."
            )
        self._state = json.loads(self.state_file.read_text(encoding="utf-8"))

    def save(self) -> None:
        """Keep ports and secrets."""
        write_private(self.state_file, json.dumps(self._state, indent=2) + "\n")

    @property
    def state_file(self) -> Path:
        """What was decided once; its presence makes a folder an instance."""
        return self.folder / "state.json"

    @property
    def id(self) -> str:
        """Hexadecimal, unique."""
        return self._state["id"]

    @property
    def ports(self) -> dict[str, int]:
        """Port by server; ``site`` is the site's own."""
        return self._state["ports"]

    @property
    def secrets(self) -> dict[str, str]:
        """Password by account."""
        return self._state["secrets"]

    @property
    def wants_example(self) -> bool:
        """Whether the example is to be loaded, as was last said."""
        return self._state.get("example", True)

    @wants_example.setter
    def wants_example(self, value: bool) -> None:
        self._state["example"] = value

    @property
    def ini(self) -> Path:
        """CKAN's settings file."""
        return self.folder / "ckan.ini"

    @property
    def url(self) -> str:
        """Where people find the site."""
        return f"http://localhost:{self.ports['site']}"

    @property
    def marker(self) -> str:
        """Environment setting that all processes of the instance carry."""
        return f"THAI_GDC_INSTANCE={self.id}"

    def path(self, *parts: str) -> Path:
        """A path inside the folder, whose directory is made, for the owner alone."""
        result = self.folder.joinpath(*parts)
        missing = [p for p in result.parents if p != self.folder and not p.exists()]
        for directory in reversed(missing):
            directory.mkdir(mode=0o700, exist_ok=True)
        return result

    def log(self, name: str) -> Path:
        """The log file of a process."""
        return self.path("logs", f"{name}.log")

    # --- what was done already ---------------------------------------------------------

    def is_done(self, step: str, inputs: str) -> bool:
        """Whether a step was brought to its end with these very inputs."""
        stamp = self.folder / "stamps" / step
        return stamp.exists() and stamp.read_text() == inputs

    def done(self, step: str, inputs: str) -> None:
        """Remember that a step succeeded."""
        self.path("stamps", step).write_text(inputs)

    def forget(self, *steps: str) -> None:
        """Have steps done again."""
        for step in steps:
            (self.folder / "stamps" / step).unlink(missing_ok=True)

    @contextlib.contextmanager
    def locked(self, name: str = "command", wait: bool = False) -> Iterator[None]:
        """Keep a second command from the same instance meanwhile.

        Raises:
            Problem: one is at work and ``wait`` is false.
        """
        with self.path("run", f"{name}.lock").open("w") as stream:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            except BlockingIOError:
                raise Problem(f"Another make is at work on {self.folder}: wait for it.") from None
            yield


def postgres_url(instance: Instance, user: str, database: str) -> str:
    """SQLAlchemy URL of a database for one of the accounts ``ckan`` and ``datastore``."""
    return (
        f"postgresql://{user}:{instance.secrets[user]}"
        f"@127.0.0.1:{instance.ports['postgres']}/{database}"
    )


def redis_url(instance: Instance, number: int) -> str:
    """URL of a Redis database.

    redis-py gives up a silent connection after 5 s unless told otherwise, and with it the
    worker or harvest consumer that waits there for something to do.
    """
    return (
        f"redis://:{instance.secrets['redis']}@127.0.0.1:{instance.ports['redis']}/{number}"
        "?socket_timeout=86400"
    )


def solr_url(instance: Instance, core: str) -> str:
    """URL of a Solr core."""
    return f"http://127.0.0.1:{instance.ports['solr']}/solr/{core}"


def fail(problem: Problem) -> int:
    """Tell the person and give the exit status."""
    print(f"\n{problem}", file=sys.stderr, flush=True)
    return 1
