"""One module a kind of container; each ends in a table of text cells with the clerk's row numbers."""
