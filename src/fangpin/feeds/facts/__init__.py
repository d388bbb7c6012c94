"""From checked rows to facts: keys, months, claims, what repeats, what corrects, what was known on a day."""
