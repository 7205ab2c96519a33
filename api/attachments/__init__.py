"""Files that belong to a case: taken in as a stream, encrypted, named in the log by sealed commitments alone."""
