"""The catalog of a Thai government agency, on CKAN."""
