"""Make a system administrator: python make_sysadmin.py INI NAME [--token].

The password comes in SYSADMIN_PASSWORD, where no list of processes shows it. An account of
that name that is there already keeps its data and gets the password. With --token the last
line of the output is an API token of the account.
"""

from __future__ import annotations

import os
import sys

from ckan import model
from ckan.cli import CKANConfigLoader
from ckan.config.middleware import make_app
from ckan.logic import get_action


def main(ini: str, name: str, token: str = "") -> None:
    """See above."""
    app = make_app(CKANConfigLoader(ini).get_config())
    site_user = {"ignore_auth": True}
    with app._wsgi_app.test_request_context():
        values = {"name": name, "password": os.environ["SYSADMIN_PASSWORD"]}
        user = model.User.get(name)
        if user is None:
            values |= {"email": f"{name}@localhost.localdomain", "fullname": "ผู้ดูแลระบบ"}
            get_action("user_create")(dict(site_user), values)
            user = model.User.get(name)
        else:
            user.password = values["password"]
        user.sysadmin = True
        model.Session.commit()
        if token:
            wanted = {"user": name, "name": "made with the account"}
            print(get_action("api_token_create")(dict(site_user), wanted)["token"])


main(*sys.argv[1:])
