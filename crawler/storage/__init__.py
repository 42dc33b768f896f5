"""What the crawler remembers: the engine, this package's tables, and the questions asked of them."""
