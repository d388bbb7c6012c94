"""The farmer's own door: declare, keep a receipt, follow the matter. It works without JavaScript."""
