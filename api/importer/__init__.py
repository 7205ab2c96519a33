"""Acts from files: streamed tables, mappings as data, and an import that can be killed and run again."""
