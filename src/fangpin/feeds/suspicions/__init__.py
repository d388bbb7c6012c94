"""What is strange about a delivery as a whole though its rows pass: a person looks before it counts."""
