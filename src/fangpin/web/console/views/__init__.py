"""Views of the console, a file a page."""
