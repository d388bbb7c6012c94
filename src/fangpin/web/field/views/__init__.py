"""What the phone asks of the server."""
