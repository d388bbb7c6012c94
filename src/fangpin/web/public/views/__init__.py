"""Pages of the farmer's door."""
