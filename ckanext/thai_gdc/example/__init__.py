"""A made-up province's catalog, loaded by ``make run`` and removed again without a trace.

The data are the YAML files and ``files/`` beside this module.
"""
