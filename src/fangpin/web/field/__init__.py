"""The phone of the village: visits and clues without a signal, and what they become on the server."""
