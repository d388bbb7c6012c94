"""The shape of every file of a pack: what the strict loader accepts, nothing else."""
