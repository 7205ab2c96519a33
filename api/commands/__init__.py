"""The commands of the terminal, one small file a family."""
