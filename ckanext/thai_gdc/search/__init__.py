"""Search: what is indexed, and how Thai text is analysed."""
