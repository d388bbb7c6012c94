"""A demonstration's time: its clock, its offices, its stories, and the runs that come due."""
