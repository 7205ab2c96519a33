"""A made-up city, told through the same use cases as a real one, the same on every machine."""
