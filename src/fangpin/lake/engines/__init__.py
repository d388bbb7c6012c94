"""One module an engine; each runs the same Statements over the same Parquet files."""
