"""Whether an installation is sound, and what to do where it is not."""

from __future__ import annotations

import dataclasses
import datetime
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qs, urlsplit

import ckan.plugins.toolkit as tk
import requests
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from ckan import model
from ckan.lib import jobs
from ckan.lib.redis import connect_to_redis
from rq import Worker

from ckanext.thai_gdc import config, fields, settings, typeface
from ckanext.thai_gdc.admin import follow, proposal
from ckanext.thai_gdc.codes import check as checking
from ckanext.thai_gdc.codes import site
from ckanext.thai_gdc.search import solr

_ = tk._

#: Plugins that must be enabled; ours stands before the others, so that its templates win.
_PLUGINS = ("thai_gdc", "scheming_datasets", "scheming_organizations", "dcat")

_SECRETS = (
    "SECRET_KEY",
    "WTF_CSRF_SECRET_KEY",
    "api_token.jwt.encode.secret",
    "api_token.jwt.decode.secret",
)
_SHORTEST_SECRET = 16
_SHORTEST_SOCKET_TIMEOUT = 600

#: How long the index of a large catalog may take to follow a change.
_INDEX_FOLLOWS_IN = datetime.timedelta(hours=1)

#: How long a service may take to answer.
_SECONDS = 10

_MIGRATIONS = Path(__file__).parent / "migration" / "thai_gdc"

State = Literal["ok", "warning", "failed"]


@dataclasses.dataclass(frozen=True)
class Finding:
    """What one check found.

    Attributes:
        check: its name, for monitoring.
        state: ``ok``, ``warning`` (works, but not as it should) or ``failed``.
        found: what was seen, in a sentence.
        advice: what to do; empty where all is well.
    """

    check: str
    state: State
    found: str
    advice: str = ""


def examine() -> list[Finding]:
    """Run every check; one that cannot be run counts as failed."""
    findings: list[Finding] = []
    for check in _CHECKS:
        name = check.__name__.removeprefix("_")
        try:
            findings.extend(check())
        except Exception as error:  # whatever breaks a check is its finding
            model.Session.rollback()
            findings.append(
                Finding(
                    name,
                    "failed",
                    _("The check could not be run: %(error)s") % {"error": str(error)[:300]},
                    _("Start the service that it needs, then run the doctor again."),
                )
            )
    return findings


def _plugins() -> Iterator[Finding]:
    enabled = list(tk.config["ckan.plugins"])
    missing = [name for name in _PLUGINS if name not in enabled]
    if missing:
        yield Finding(
            "plugins",
            "failed",
            _("Not enabled: %(names)s.") % {"names": " ".join(missing)},
            _("Add them to ckan.plugins, thai_gdc first."),
        )
        return
    after = [n for n in enabled[: enabled.index("thai_gdc")] if n in _PLUGINS]
    if after:
        yield Finding(
            "plugins",
            "failed",
            _("thai_gdc stands behind %(names)s.") % {"names": " ".join(after)},
            _("Put thai_gdc before them in ckan.plugins: otherwise their pages win over ours."),
        )
        return
    yield Finding("plugins", "ok", _("The plugins are enabled, in the right order."))


def _settings() -> Iterator[Finding]:
    found_wrong = list(_wrong_settings())
    yield from found_wrong or [Finding("settings", "ok", _("The settings are those of a catalog."))]


def _wrong_settings() -> Iterator[Finding]:
    for option, value in config.REQUIRED_SETTINGS.items():
        found = tk.config.get(option) or ""
        found = " ".join(found) if isinstance(found, list) else str(found)
        if value.split()[0] not in found.split():
            yield Finding(
                "settings",
                "failed",
                _("%(option)s is “%(found)s”.") % {"option": option, "found": found},
                _("Write in ckan.ini: %(line)s") % {"line": f"{option} = {value}"},
            )
    unknown = config.stars() - set(fields.dataset_fields())
    if unknown:
        yield Finding(
            "settings",
            "failed",
            _("%(option)s names no field: %(names)s.")
            % {"option": config.STARS, "names": " ".join(sorted(unknown))},
            _("Use field names of schemas/dataset.yaml."),
        )
    for kind, field, message in proposal.conflicts(settings.current()):
        if kind == "hidden":
            yield Finding(
                "settings",
                "warning",
                str(message),
                _("Change the field “%(name)s” on the pages of the rules (/catalog-admin/rules), "
                  "or with ckan thai-gdc rules import.") % {"name": field.name},
            )
    if config.star_set() == config.OWN and not config.stars():
        yield Finding(
            "settings",
            "warning",
            _("The star set is custom, but no field is starred."),
            _("List the mandatory fields in %(option)s.") % {"option": config.STARS},
        )
    if config.default_language() != "th":
        yield Finding(
            "settings",
            "warning",
            _("Readers who chose no language get “%(code)s”.")
            % {"code": config.default_language()},
            _("Write in ckan.ini: %(line)s") % {"line": "ckan.locale_default = th"},
        )


def _migrations() -> Iterator[Finding]:
    head = ScriptDirectory(str(_MIGRATIONS)).get_current_head()
    with model.ensure_engine().connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"version_table": "thai_gdc_alembic_version"}
        )
        current = context.get_current_revision()
    if current != head:
        yield Finding(
            "migrations",
            "failed",
            _("The database is at “%(current)s”, the plugin at “%(head)s”.")
            % {"current": current or "-", "head": head},
            _("Run: ckan db upgrade -p thai_gdc"),
        )
        return
    yield Finding("migrations", "ok", _("The plugin's tables are up to date."))


def _solr() -> Iterator[Finding]:
    answer = requests.get(
        f"{tk.config['solr_url'].rstrip('/')}/schema",
        params={"wt": "schema.xml"},
        auth=_solr_login(),
        timeout=_SECONDS,
    )
    answer.raise_for_status()
    problems = solr.differences(answer.text)
    if problems:
        yield Finding(
            "solr",
            "failed",
            _("Solr's schema is not the catalog's: %(problems)s")
            % {"problems": "; ".join(problems[:5])},
            _(
                "Write the schema with “ckan thai-gdc solr-schema --output FOLDER”, put it in "
                "the core's conf folder, reload the core and run “ckan search-index rebuild”."
            ),
        )
        return
    yield Finding("solr", "ok", _("Solr answers and has the catalog's schema."))


def _solr_login() -> tuple[str, str] | None:
    user, password = tk.config["solr_user"], tk.config["solr_password"]
    return (user, password) if user is not None and password is not None else None


def _redis() -> Iterator[Finding]:
    connect_to_redis().ping()
    query = parse_qs(urlsplit(tk.config["ckan.redis.url"]).query)
    timeout = float(query.get("socket_timeout", ["5"])[0])
    if timeout < _SHORTEST_SOCKET_TIMEOUT:
        yield Finding(
            "redis",
            "warning",
            _("Connections to Redis end after %(seconds)s seconds without traffic, "
              "and idle workers with them.") % {"seconds": int(timeout)},
            _("Add ?socket_timeout=86400 to ckan.redis.url."),
        )
        return
    yield Finding("redis", "ok", _("Redis answers."))


def _worker() -> Iterator[Finding]:
    queue = jobs.add_queue_name_prefix("default")
    workers = Worker.all(connection=connect_to_redis())
    if not any(queue in worker.queue_names() for worker in workers):
        yield Finding(
            "worker",
            "failed",
            _("No background worker is running: uploads are not processed."),
            _("Start one, under a supervisor: ckan jobs worker"),
        )
        return
    yield Finding("worker", "ok", _("A background worker is running."))


def _site_url() -> Iterator[Finding]:
    address = urlsplit(tk.config["ckan.site_url"] or "")
    if address.scheme not in ("http", "https") or not address.hostname:
        yield Finding(
            "site_url",
            "failed",
            _("ckan.site_url is “%(url)s”.") % {"url": tk.config["ckan.site_url"]},
            _("Write the public address of the catalog, like https://data.example.go.th"),
        )
    elif address.hostname in ("localhost", "127.0.0.1", "::1"):
        yield Finding(
            "site_url",
            "warning",
            _("ckan.site_url is “%(url)s”: it stands in every address given to harvesters.")
            % {"url": tk.config["ckan.site_url"]},
            _("Write the public address of the catalog before others harvest it."),
        )
    else:
        yield Finding("site_url", "ok", _("The site has a public address."))


def _secrets() -> Iterator[Finding]:
    for option in _SECRETS:
        value = str(tk.config.get(option) or "").removeprefix("string:")
        if len(value) < _SHORTEST_SECRET or "CHANGE" in value.upper():
            yield Finding(
                "secrets",
                "failed",
                _("%(option)s is empty, short or still the default.") % {"option": option},
                _('Make one: python3 -c "import secrets; print(secrets.token_urlsafe(32))"'),
            )
            return
    yield Finding("secrets", "ok", _("The secrets are the site's own."))


def _storage() -> Iterator[Finding]:
    folder = tk.config["ckan.storage_path"]
    if not folder:
        yield Finding(
            "storage",
            "failed",
            _("ckan.storage_path is not set: files cannot be uploaded."),
            _("Name a folder there that the web server may write to."),
        )
        return
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        yield Finding(
            "storage",
            "failed",
            _("Files cannot be written to “%(folder)s”: %(error)s")
            % {"folder": folder, "error": os.strerror(error.errno or 0)},
            _("Make the folder and give it to the user of the web server."),
        )
        return
    yield Finding("storage", "ok", _("Files can be stored."))


def _typeface() -> Iterator[Finding]:
    if config.typeface_folder() and not typeface.is_there():
        yield Finding(
            "typeface",
            "warning",
            _("The Thai typeface is not in “%(folder)s”: readers get that of their own system.")
            % {"folder": config.typeface_folder()},
            _("Install fonts-thai-tlwg-web, or name the folder in %(option)s.")
            % {"option": config.TYPEFACE_FOLDER},
        )
        return
    yield Finding("typeface", "ok", _("The pages have their Thai typeface."))


def _lists() -> Iterator[Finding]:
    """Code lists that can be used, with nothing left to decide or to index."""
    in_force = settings.current()
    problems = checking.all_problems(in_force, list(site.definitions(in_force)))
    if problems:
        yield Finding(
            "lists", "failed", " ".join(problems),
            _("Mend the code lists on the page /catalog-admin/lists."),
        )
    clashes = list(site.clashes(in_force))
    if clashes:
        yield Finding(
            "lists", "warning",
            _("An upgrade changed what this site changed too: %(names)s.")
            % {"names": ", ".join(f"{c.list} {c.code} ({c.attribute})" for c in clashes)},
            _("Decide on the page /catalog-admin/lists."),
        )
    unknown = sorted(
        f"{field.code_list} ({field.name})"
        for level in fields.LEVELS for field in fields.of_level(level).values()
        if field.is_coded and field.code_list not in site.definitions(in_force)
    )
    if unknown:
        yield Finding(
            "lists", "failed",
            _("There is no code list %(names)s.") % {"names": ", ".join(unknown)},
            _("Make it on the page /catalog-admin/lists, or import it."),
        )
    waiting = [c for c in follow.waiting() if c.created < _now() - _INDEX_FOLLOWS_IN]
    if waiting:
        yield Finding(
            "lists", "warning",
            _("The search index does not follow %(count)s changes of lists or rules yet.")
            % {"count": len(waiting)},
            _("Start a worker (ckan jobs worker), then run: ckan thai-gdc codes follow"),
        )
    if not (problems or clashes or unknown or waiting):
        yield Finding("lists", "ok", _("The code lists can be used, and the index follows them."))


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.timezone.utc)


_CHECKS: tuple[Callable[[], Iterator[Finding]], ...] = (
    _plugins, _settings, _migrations, _solr, _redis, _worker, _site_url, _secrets, _storage,
    _typeface, _lists,
)
