"""Tables on disk and the engine that runs SQL over them; the only package that knows an engine."""
