"""The HTTP face: JSON endpoints and one page, over the same use cases as the command line."""
