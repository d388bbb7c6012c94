"""Tests in the words of the field; run by `make test`."""
