"""A pack's files read strictly, every mistake told with its line, and laid over their parents."""
