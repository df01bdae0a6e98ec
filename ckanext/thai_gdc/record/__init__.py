"""The record: what may be written in it, and who may list it."""
