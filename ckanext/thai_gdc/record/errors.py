"""What a refused value is told: a sentence for people and a code for programs.

CKAN carries messages as text; ours are texts that know their code, and ``with_codes`` puts
the codes beside the messages in what an action's refusal gives to a client.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import ckan.plugins.toolkit as tk
from ckan import types

from ckanext.thai_gdc import request

#: The code of a message that is not ours.
OTHER = "invalid"

#: Every code, and what it says of the value.
CODES = {
    "missing": "a starred field is not filled in",
    "missing_other": "the chosen code asks for free text",
    "not_text": "the value is of a kind that the field does not take",
    "broken_character": "half of a surrogate pair",
    "too_long": "more characters than the field takes",
    "too_large": "the file has more bytes than the site takes",
    "too_short": "fewer characters than the field takes",
    "not_in_list": "no code, label or older value of the list",
    "retired": "the code can no longer be newly chosen",
    "bad_format": "an e-mail, address, number, date or year that is none",
    "damaged": "a keyword that lost a character",
    "contradiction": "two fields of the record do not go together",
    "taken": "another organization has the code, or a withdrawn record the name",
    "withdrawn": "the record is withdrawn already",
    "not_withdrawn": "the record is not withdrawn",
    "in_future": "a date that has not come yet",
    "repeated": "the column stands in an earlier row of the data dictionary",
    "unknown_part": "a key that no column of a data dictionary has",
    "too_many": "more rows than a data dictionary takes",
    "more": "there is more wrong than is listed",
    "changed_meanwhile": "somebody wrote in it after the time or the change that was given",
    "bad_list": "the code list could not be used as it would be",
    "in_use": "records use the code, or used it once",
    "unknown": "there is none of that name",
    "running": "a replacement of codes is not finished",
    OTHER: "a rule of CKAN itself",
}

#: CKAN's actions that write records, resources and organizations.
WRITING = (
    "package_create", "package_update", "package_patch", "package_revise",
    "resource_create", "resource_update", "resource_patch", "resource_delete",
    "bulk_update_public", "bulk_update_private", "bulk_update_delete",
    "organization_create", "organization_update", "organization_patch",
)

#: Key of a refusal under which the codes stand: field name to codes, as the messages.
KEY = "__codes"


class Message(str):
    """A sentence that knows its code.

    Attributes:
        code: one of CODES.
    """

    code: str

    def __new__(cls, code: str, sentence: str) -> Message:
        """The sentence, with the code."""
        message = super().__new__(cls, sentence)
        message.code = code
        return message


def codes_of(errors: Mapping[str, Any]) -> dict[str, Any]:
    """The codes of a refusal, in the shape of its messages.

    Args:
        errors: field name to messages, as a ValidationError carries them; ``resources`` is
            a list with one such dict for each resource.
    """
    return {
        field: _codes(messages)
        for field, messages in errors.items()
        if not field.startswith("__")
    }


def _codes(messages: Any) -> Any:
    if isinstance(messages, Mapping):
        return codes_of(messages)
    if isinstance(messages, list | tuple):
        return [_codes(m) for m in messages]
    return getattr(messages, "code", OTHER)


def with_codes(action: types.ChainedAction | None, name: str) -> types.ChainedAction:
    """A chained action that gives clients of the API the code of each message.

    Args:
        action: what is chained already, or None.
        name: of the action.
    """

    def run(
        original: types.Action, context: types.Context, data_dict: types.DataDict
    ) -> Any:
        try:
            if action:
                return action(original, context, data_dict)
            return original(context, data_dict)
        except tk.ValidationError as refusal:
            if request.is_call_of(name):
                errors: Any = refusal.error_dict
                errors[KEY] = codes_of(errors)
            raise

    run.__name__ = name
    run.__doc__ = action.__doc__ if action else None
    return tk.chained_action(run)



def on_writing(
    actions: dict[str, types.Action | types.ChainedAction],
) -> dict[str, types.Action | types.ChainedAction]:
    """The plugin's actions, and every action of CKAN that writes, with codes in refusals."""
    return {
        **actions,
        **{name: with_codes(cast(Any, actions.get(name)), name) for name in WRITING},
    }
