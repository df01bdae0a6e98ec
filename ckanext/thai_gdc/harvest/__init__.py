"""Harvest: the record as linked data, and the feeds that aggregators read."""
