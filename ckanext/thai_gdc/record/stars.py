"""Which fields a save asks for: the set of stars in force, and what the site asks beyond it."""

from __future__ import annotations

import dataclasses
import functools

import ckan.plugins.toolkit as tk
from ckan import model

from ckanext.thai_gdc import codes, config, settings
from ckanext.thai_gdc.fields import Field

_ = tk._


@dataclasses.dataclass(frozen=True)
class Condition:
    """Records of which a field is asked that is not asked of all.

    Attributes:
        data_types: codes of data_type; none for all of them.
        organizations: ids; none for all of them.
    """

    data_types: frozenset[str] = frozenset()
    organizations: frozenset[str] = frozenset()

    def holds(self, data_type: str | None, organization: str | None) -> bool:
        """Whether a record of this data type and this organization (its id) is meant."""
        return (not self.data_types or data_type in self.data_types) and (
            not self.organizations or organization in self.organizations
        )


def always(field: Field) -> bool:
    """Whether the set of stars in force asks the field of every record that has it."""
    chosen = config.star_set()
    if chosen == config.OWN and field.level == "dataset":
        return field.name in config.stars()
    return chosen in field.stars or (chosen == config.OWN and bool(field.stars))


@functools.lru_cache(maxsize=16)
def _further(changed: settings.Settings) -> dict[str, tuple[Condition, ...]]:
    found: dict[str, tuple[Condition, ...]] = {}
    for row in changed.values.get("rule:mandatory") or ():
        condition = Condition(
            frozenset(row.get("data_types") or ()), frozenset(row.get("organizations") or ())
        )
        found[row["field"]] = (*found.get(row["field"], ()), condition)
    return found


def conditions(field: Field) -> tuple[Condition, ...]:
    """Of which records the site asks the field beyond the set of stars; none for no record."""
    if field.level != "dataset":
        return ()
    return _further(settings.current()).get(field.name, ())


def goes_by_organization(field: Field) -> bool:
    """Whether it takes the organization of a record to tell if the field is asked."""
    return any(one.organizations for one in conditions(field)) and not always(field)


def asks(field: Field, data_type: str | None = None, organization: str | None = None) -> bool:
    """Whether a save asks for the field.

    Args:
        field: one that the data type has.
        data_type: code of the record's data type; None if it has none.
        organization: id of the record's organization; None if it has none.
    """
    return always(field) or any(
        one.holds(data_type, organization) for one in conditions(field)
    )


def in_words(condition: Condition) -> str:
    """Of which records a field is asked, in the reader's language."""
    data_types = codes.get("data_type")
    types = [data_types.label(code) for code in data_types.codes if code in condition.data_types]
    organizations = [model.Group.get(one) for one in condition.organizations]
    titles = sorted(one.title or one.name for one in organizations if one)
    if not types and not titles:
        return _("all records")
    return " · ".join(", ".join(words) for words in (types, titles) if words)
