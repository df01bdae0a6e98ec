"""Room for tests on an instance's servers: lanes that never meet.

A lane is a number, and with it a database, a datastore, a Solr core, a Redis number and a
folder. A process holds its lane by a lock on a file, which ends with the process, however it
ends: so tests can run in parallel, several times at once, and beside the site.
"""

from __future__ import annotations

import fcntl
import os
import shutil

from stack import python, site
from stack.services import REDIS_DATABASES, redis, sql
from stack.state import PROJECT, VENV, Instance, Problem, digest, write_private

TEST_INI = PROJECT / "test.ini"


class Lane:
    """A lane of an instance, held as long as the object or an heir of its lock lives.

    Attributes:
        number: 1 to 63.
        name: of its database and its core.
        handle: file descriptor of the lock; a child process that inherits it keeps the lane.
    """

    def __init__(self, instance: Instance) -> None:
        """Take the first lane that is free.

        Raises:
            Problem: there is none.
        """
        self.instance = instance
        for number in range(1, REDIS_DATABASES):
            handle = os.open(
                instance.path("run", "lanes", str(number)), os.O_RDWR | os.O_CREAT, 0o600
            )
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(handle)
                continue
            self.number, self.handle = number, handle
            self.name = f"test_{number}"
            self.folder = instance.path("lanes", str(number), "x").parent
            return
        raise Problem("All lanes for tests are taken: end some of the tests that run.")

    def settings(self, url: str) -> dict[str, str]:
        """The addresses of its servers, by CKAN's names of settings."""
        return site.settings(
            self.instance, url=url, database=self.name, datastore=f"{self.name}_store",
            core=self.name, redis_number=self.number, storage=self.folder,
        )

    def clear(self, plugins: str) -> None:
        """Have it all empty, and the database migrated for these plugins."""
        _make_databases(self.instance, self.name, _template(self.instance, plugins))
        site.create_core(self.instance, self.name, site.ensure_configset(self.instance))
        redis(self.instance, f"SELECT {self.number}", "FLUSHDB")
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)

    def allow_connections(self, allowed: bool) -> None:
        """Let its database answer, or shut everybody out as one that is down does."""
        sql(self.instance, f'ALTER DATABASE "{self.name}" ALLOW_CONNECTIONS {allowed}')
        if not allowed:
            sql(
                self.instance,
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                f"WHERE datname = '{self.name}'",
            )

    def release(self) -> None:
        """Give it back; the index goes, which takes memory of Solr even when unused."""
        site.drop_core(self.instance, self.name)
        os.close(self.handle)


def _make_databases(instance: Instance, name: str, template: str = "template0") -> None:
    """Make a database and a datastore in place of those that are there."""
    store = f"{name}_store"
    _drop_databases(instance, name, store)
    site.create_database(instance, name, template)
    site.create_database(instance, store)
    permissions = _permissions(instance)
    # What a crash would lose, the next run makes anew.
    sql(
        instance,
        permissions.replace("@main@", name).replace("@store@", store)
        + f'\nALTER DATABASE "{name}" SET synchronous_commit = off;'
        + f'\nALTER DATABASE "{store}" SET synchronous_commit = off;',
    )


def _drop_databases(instance: Instance, *names: str) -> None:
    for name in names:
        sql(instance, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _permissions(instance: Instance) -> str:
    """CKAN's script for a datastore, with @main@ and @store@ for the databases."""
    file = instance.path("lanes", "permissions.sql")
    inputs = f"-- {digest(PROJECT / 'constraints.txt')}\n"
    if not file.exists() or not file.read_text(encoding="utf-8").startswith(inputs):
        draft = file.with_name(f"{file.name}.{os.getpid()}")
        draft.write_text(inputs + site.permissions_sql("@main@", "@store@"), encoding="utf-8")
        draft.replace(file)
    return file.read_text(encoding="utf-8")


def _template(instance: Instance, plugins: str) -> str:
    """Name of a migrated database to copy from, made when there is none for today's code."""
    kind = f"template_{digest(plugins)[:8]}_"
    name = f"{kind}{site.migrations_digest()[:8]}"
    with instance.locked("template", wait=True):
        if site.has_database(instance, name):
            return name
        draft, store = "template_new", "template_new_store"
        _make_databases(instance, draft)
        core = "test_template"
        site.create_core(instance, core, site.ensure_configset(instance))
        ini = instance.path("lanes", "template.ini")
        values = site.settings(
            instance, url="http://test.ckan.net", database=draft, datastore=store, core=core,
            redis_number=REDIS_DATABASES - 1,
            storage=instance.path("lanes", "template", "x").parent,
        )
        write_private(ini, site.ini_text(TEST_INI, values | {"ckan.plugins": plugins}))
        python.run(
            [VENV / "bin" / "ckan", "-c", ini, "db", "upgrade"], "Migrating the test database",
        )
        site.drop_core(instance, core)
        old = sql(instance, f"SELECT datname FROM pg_database WHERE datname LIKE '{kind}%'")
        _drop_databases(instance, store, *old.split())
        sql(instance, f'ALTER DATABASE "{draft}" RENAME TO "{name}"')
    return name


def default_plugins() -> str:
    """The plugins that test.ini and deploy/site.ini name, or as the last of them does."""
    found = ""
    for file in (PROJECT / "deploy" / "site.ini", TEST_INI):
        for line in file.read_text(encoding="utf-8").splitlines():
            if line.startswith("ckan.plugins"):
                found = line.partition("=")[2].strip()
    return found


def current_instance() -> Instance:
    """The instance on whose servers the tests run.

    Raises:
        Problem: there is none: make services starts one.
    """
    return Instance.existing(os.environ.get("THAI_GDC_INSTANCE_FOLDER") or PROJECT / "instance")


def environment_of(values: dict[str, str]) -> dict[str, str]:
    """The environment variables by which CKAN takes these settings over an ini file's."""
    return {
        {"sqlalchemy.url": "CKAN_SQLALCHEMY_URL", "solr_url": "CKAN_SOLR_URL"}.get(
            key, key.upper().replace(".", "_")
        ): value
        for key, value in values.items()
    }

