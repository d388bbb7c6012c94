"""A case as officials work on it: how far it has come, what it says, and the forms of its acts."""
