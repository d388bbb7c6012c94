"""What is known of a household per month: amounts and states, one file a delivery."""
