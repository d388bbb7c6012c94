"""Early-warning rules: hit, no hit or cannot tell, with severity, figures and a plain sentence."""
