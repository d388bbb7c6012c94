"""What officials decide about the data half, as acts: permission, scope, audit entry, decision."""
