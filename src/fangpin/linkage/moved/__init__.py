"""The facts that linkage moves, as files of their own beside what the numbers gave."""
