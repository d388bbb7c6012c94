"""Both engines side by side: what one answers, the other answers too."""
