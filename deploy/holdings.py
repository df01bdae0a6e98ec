"""Print what a site holds and which files its instance has, to compare before and after.

python holdings.py URL INSTANCE_FOLDER
"""

from __future__ import annotations

import hashlib
import json
import sys
import urllib.request
from pathlib import Path

from stack.services import sql
from stack.site import DATABASE
from stack.state import Instance

#: What servers write to all the time.
LIVING = {"postgres", "redis", "solr", "logs", "run", "lanes"}


def main(url: str, folder: str) -> None:
    """See above."""
    for action in ("package_search?rows=0", "organization_list"):
        with urllib.request.urlopen(f"{url}/api/3/action/{action}", timeout=60) as answer:
            result = json.load(answer)["result"]
        print(action, result["count"] if isinstance(result, dict) else len(result))
    instance = Instance.existing(folder)
    tables = sql(
        instance,
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' "
        "AND table_type = 'BASE TABLE' ORDER BY 1",
        DATABASE,
    )
    for table in tables.split():
        print(table, sql(instance, f'SELECT count(*) FROM "{table}"', DATABASE))
    for path in sorted(Path(folder).rglob("*")):
        name = path.relative_to(folder)
        if path.is_file() and name.parts[0] not in LIVING:
            print(name, hashlib.sha256(path.read_bytes()).hexdigest()[:12])


main(*sys.argv[1:])
