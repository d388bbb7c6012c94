"""What policy decides of one household from its facts: income, eligibility, guards, checks.

Pure: no engine, no database, no clock. The acts and pages of casework call it, and the cases of
packs. It proposes and explains; people decide.
"""
