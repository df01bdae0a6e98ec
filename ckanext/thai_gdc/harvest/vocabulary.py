"""Names of the project's own vocabulary: what DCAT-AP has no word for."""

from __future__ import annotations

from rdflib import Namespace, URIRef

#: Properties of a record, and concepts of the code lists.
GDC = Namespace("https://w3id.org/thai-gdc/terms#")
CODE = "https://w3id.org/thai-gdc/code/"


def property_of(name: str) -> URIRef:
    """The property for ``gdc:name``."""
    return GDC[name.removeprefix("gdc:")]


def concept(code_list: str, code: str) -> URIRef:
    """The concept for a code of a list."""
    return URIRef(f"{CODE}{code_list}/{code}")


def scheme(code_list: str) -> URIRef:
    """The concept scheme for a list."""
    return URIRef(f"{CODE}{code_list}")


def code_of(concept_uri: str, code_list: str) -> str | None:
    """The code that a concept of the list stands for; None for what is no such concept."""
    prefix = f"{CODE}{code_list}/"
    return concept_uri.removeprefix(prefix) if concept_uri.startswith(prefix) else None
