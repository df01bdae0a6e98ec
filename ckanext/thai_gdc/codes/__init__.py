"""Code lists: what may be chosen, and what it is called."""

from ckanext.thai_gdc.codes.lists import Code, CodeList, all_lists, get, labels, of_coded, of_field

__all__ = ["Code", "CodeList", "all_lists", "get", "labels", "of_coded", "of_field"]
