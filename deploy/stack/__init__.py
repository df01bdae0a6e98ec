"""A site of one's own on one machine: its folder, servers and processes.

Nothing but the standard library, so that any Python from 3.10 runs it before there is a
virtual environment.
"""
