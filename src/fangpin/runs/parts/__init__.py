"""What a monthly run writes into its folder, one module a part."""
