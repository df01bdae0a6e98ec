"""What the present request is."""

from __future__ import annotations

import ckan.plugins.toolkit as tk


def is_call_of(action: str) -> bool:
    """Whether a client of the API calls this action; False for calls within CKAN."""
    try:
        request = tk.request
        return (
            request.endpoint == "api.action"
            and (request.view_args or {}).get("logic_function") == action
        )
    except RuntimeError:
        return False
