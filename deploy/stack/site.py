"""What makes the servers a site: settings, databases, index, accounts, example."""

from __future__ import annotations

import json
import shutil
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from stack import python
from stack.services import SITE, sql, stop_programs
from stack.state import (
    PROJECT,
    VENV,
    Instance,
    Problem,
    digest,
    postgres_url,
    redis_url,
    say,
    solr_url,
    write_private,
)

DATABASE, DATASTORE = "ckan_site", "datastore_site"
CORE = "site"
SYSADMIN = "sysadmin"

_SET_PERMISSIONS = """
from ckanext.datastore.cli import permissions_sql
print(permissions_sql({main!r}, {store!r}, 'ckan', 'ckan', 'datastore'))
"""


def settings(
    instance: Instance, *, url: str, database: str, datastore: str, core: str,
    redis_number: int, storage: Path,
) -> dict[str, str]:
    """Addresses of a site's servers, by CKAN's names of settings."""
    return {
        "ckan.site_url": url,
        "sqlalchemy.url": postgres_url(instance, "ckan", database),
        "ckan.datastore.write_url": postgres_url(instance, "ckan", datastore),
        "ckan.datastore.read_url": postgres_url(instance, "datastore", datastore),
        "solr_url": solr_url(instance, core),
        "ckan.redis.url": redis_url(instance, redis_number),
        "ckan.storage_path": str(storage),
    }


def ini_text(base: Path, values: dict[str, str]) -> str:
    """A CKAN settings file that adds values to those of another."""
    lines = [f"{key} = {value}".replace("%", "%%") for key, value in values.items()]
    base_line = f"use = config:{base}".replace("%", "%%")
    return "\n".join(["[DEFAULT]", "", "[app:main]", base_line, *lines]) + "\n"


def write_ini(instance: Instance) -> None:
    """Write ckan.ini: deploy/site.ini, the instance's addresses and secrets, local.ini.

    What the instance's ``local.ini`` says (lines ``setting = value``) has the last word.
    """
    storage = instance.path("storage", "x").parent
    values = settings(
        instance, url=instance.url, database=DATABASE, datastore=DATASTORE, core=CORE,
        redis_number=0, storage=storage,
    )
    token = f"string:{instance.secrets['token']}"
    values |= {
        "SECRET_KEY": instance.secrets["session"],
        "api_token.jwt.encode.secret": token,
        "api_token.jwt.decode.secret": token,
    }
    local = instance.folder / "local.ini"
    if local.exists():
        for line in local.read_text(encoding="utf-8").splitlines():
            key, equals, value = line.partition("=")
            if equals and not line.lstrip().startswith(("#", ";", "[")):
                values[key.strip()] = value.strip()
    write_private(instance.ini, ini_text(PROJECT / "deploy" / "site.ini", values))


def ckan(instance: Instance, *arguments: str | Path, what: str) -> None:
    """Run CKAN's command line on the site; its output is shown only when it fails."""
    python.run(
        [VENV / "bin" / "ckan", "-c", instance.ini, *arguments], what, cwd=instance.folder
    )


def venv_output(code: str) -> str:
    """What Python code prints that needs CKAN installed but not running."""
    result = subprocess.run(
        [VENV / "bin" / "python", "-c", code], cwd=PROJECT, env=python.environment(),
        capture_output=True, text=True,
    )
    if result.returncode:
        raise Problem(result.stderr[-3000:])
    return result.stdout.strip()


# --- Databases -------------------------------------------------------------------------


def ensure_accounts(instance: Instance) -> None:
    """Make the database accounts: ckan, which owns all, and datastore, which only reads."""
    inputs = digest(instance.secrets["ckan"], instance.secrets["datastore"])
    if instance.is_done("accounts", inputs):
        return
    for name in ("ckan", "datastore"):
        if not sql(instance, f"SELECT 1 FROM pg_roles WHERE rolname = '{name}'"):
            sql(instance, f"CREATE ROLE {name} LOGIN")
        sql(instance, f"ALTER ROLE {name} PASSWORD '{instance.secrets[name]}'")
    instance.done("accounts", inputs)


def has_database(instance: Instance, name: str) -> bool:
    """Whether there is a database of that name."""
    return bool(sql(instance, f"SELECT 1 FROM pg_database WHERE datname = '{name}'"))


def create_database(instance: Instance, name: str, template: str = "template0") -> None:
    """Make a database that belongs to ckan and that others cannot enter."""
    encoding = " ENCODING 'UTF8'" if template == "template0" else ""
    sql(
        instance,
        f'CREATE DATABASE "{name}" OWNER ckan TEMPLATE "{template}"{encoding};\n'
        f'REVOKE CONNECT ON DATABASE "{name}" FROM PUBLIC;',
    )


def set_datastore_permissions(instance: Instance, main: str, store: str) -> None:
    """Let the account datastore read one datastore and nothing else."""
    sql(instance, permissions_sql(main, store))


def permissions_sql(main: str, store: str) -> str:
    """CKAN's script for that."""
    return venv_output(_SET_PERMISSIONS.format(main=main, store=store))


def ensure_databases(instance: Instance) -> None:
    """Make the site's two databases."""
    ensure_accounts(instance)
    if instance.is_done("databases", instance.id):
        return
    for name in (DATABASE, DATASTORE):
        if not has_database(instance, name):
            create_database(instance, name)
    set_datastore_permissions(instance, DATABASE, DATASTORE)
    instance.done("databases", instance.id)


def migrations_digest() -> str:
    """Hash that changes when a migration, or the packages that have some, change."""
    files = sorted((PROJECT / "migration").rglob("*.py"))
    return digest(PROJECT / "constraints.txt", *files)


def _ensure_migrated(instance: Instance) -> None:
    # Another plugin may have migrations of its own.
    inputs = digest(migrations_digest(), PROJECT / "deploy" / "site.ini", instance.ini)
    if instance.is_done("migrations", inputs):
        return
    say("Migrating the database ...")
    ckan(instance, "db", "upgrade", what="Migrating the database")
    instance.done("migrations", inputs)


# --- Solr ------------------------------------------------------------------------------


def solr_admin(instance: Instance, **parameters: str) -> dict[str, Any]:
    """Ask Solr's core administration.

    Raises:
        Problem: Solr refuses.
    """
    address = f"http://127.0.0.1:{instance.ports['solr']}/solr/admin/cores"
    query = urllib.parse.urlencode({"wt": "json", **parameters})
    try:
        with urllib.request.urlopen(f"{address}?{query}", timeout=60) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        raise Problem(f"Solr: {error.read().decode(errors='replace')[:2000]}") from error


def ensure_configset(instance: Instance) -> str:
    """Write the configset of today's schema for Solr; return its name."""
    inputs = digest(
        PROJECT / "constraints.txt",
        *sorted((PROJECT / "schemas").glob("*.yaml")),
        *sorted((PROJECT / "ckanext" / "thai_gdc" / "search" / "configset").iterdir()),
        PROJECT / "ckanext" / "thai_gdc" / "search" / "solr.py",
    )[:12]
    name = f"ckan-{inputs}"
    folder = instance.path("solr", "configsets", name)
    if not folder.exists():
        draft = folder.with_name(f"{name}.new")
        venv_output(
            "from pathlib import Path\n"
            "from ckanext.thai_gdc.search import solr\n"
            f"solr.write_configset(Path({str(draft / 'conf')!r}))"
        )
        if not folder.exists():
            draft.rename(folder)
    return name


def has_core(instance: Instance, core: str) -> bool:
    """Whether Solr has a core of that name."""
    return bool(solr_admin(instance, action="STATUS", core=core)["status"][core])


def create_core(instance: Instance, core: str, configset: str) -> None:
    """Make an empty core, in place of one that is there."""
    drop_core(instance, core)
    solr_admin(instance, action="CREATE", name=core, configSet=configset)


def drop_core(instance: Instance, core: str) -> None:
    """Remove a core and what is in it."""
    if has_core(instance, core):
        solr_admin(
            instance, action="UNLOAD", core=core,
            deleteInstanceDir="true", deleteDataDir="true", deleteIndex="true",
        )
    # What a killed server left there would stop a core from being made again.
    shutil.rmtree(instance.folder / "solr" / core, ignore_errors=True)


def _ensure_index(instance: Instance) -> None:
    configset = ensure_configset(instance)
    if instance.is_done("index", configset) and has_core(instance, CORE):
        return
    create_core(instance, CORE, configset)
    if sql(instance, "SELECT 1 FROM package LIMIT 1", DATABASE):
        say("Building the search index ...")
        ckan(instance, "search-index", "rebuild", what="Building the search index")
    instance.done("index", configset)


# --- Accounts and example --------------------------------------------------------------


def _ensure_sysadmin(instance: Instance) -> None:
    if instance.is_done("sysadmin", instance.id):
        return
    say("Making the system administrator's account ...")
    script = PROJECT / "deploy" / "stack" / "make_sysadmin.py"
    python.run(
        [VENV / "bin" / "python", script, instance.ini, SYSADMIN],
        "Making the system administrator's account", cwd=instance.folder,
        SYSADMIN_PASSWORD=instance.secrets["sysadmin"],
    )
    instance.done("sysadmin", instance.id)


def passwords_file(instance: Instance) -> Path:
    """Where the passwords of the example's users are kept."""
    return instance.folder / "passwords.json"


def _ensure_example(instance: Instance) -> None:
    if instance.is_done("example", instance.id):
        return
    say("Loading the example ...")
    ckan(
        instance, "thai-gdc", "example", "load", "--passwords", passwords_file(instance),
        what="Loading the example",
    )
    instance.done("example", instance.id)


def _ensure_script_texts(instance: Instance) -> None:
    """Translate what CKAN's scripts say: behind a real web server nobody else does it."""
    catalogs = sorted((PROJECT / "ckanext" / "thai_gdc" / "i18n").rglob("*.po"))
    inputs = digest(PROJECT / "constraints.txt", *catalogs)
    if instance.is_done("script-texts", inputs):
        return
    ckan(instance, "translation", "js", what="Translating the texts of scripts")
    instance.done("script-texts", inputs)


# --- All of it -------------------------------------------------------------------------


def _sources() -> Iterable[Path]:
    for folder in ("ckanext", "schemas", "migration"):
        yield from (PROJECT / folder).rglob("*.*")
    yield from (PROJECT / "deploy").glob("*.*")


def code_digest(instance: Instance) -> str:
    """Hash that changes when a running site would have to be started again."""
    sources = [path for path in sorted(_sources()) if path.is_file() and path.suffix != ".pyc"]
    stamps = [path for path in (VENV / ".site", VENV / ".test") if path.exists()]
    return digest(*map(str, sources), *sources, *stamps, instance.ini)


def prepare(instance: Instance) -> None:
    """Bring databases, index, accounts and example to where the code is now.

    Slow steps that were done before are not done again. A site that runs on other code is
    stopped first.
    """
    write_ini(instance)
    code = code_digest(instance)
    if not instance.is_done("code", code):
        stop_programs(instance, *SITE)
    ensure_databases(instance)
    _ensure_migrated(instance)
    _ensure_index(instance)
    _ensure_script_texts(instance)
    _ensure_sysadmin(instance)
    if instance.wants_example:
        _ensure_example(instance)
    instance.done("code", code)


def accounts(instance: Instance) -> list[tuple[str, str, str]]:
    """Name, password and role of the accounts to log in with."""
    result = [(SYSADMIN, instance.secrets["sysadmin"], "system administrator")]
    file = passwords_file(instance)
    if file.exists():
        for name, user in json.loads(file.read_text(encoding="utf-8")).items():
            result.append((name, user["password"], user.get("role", "")))
    return result
