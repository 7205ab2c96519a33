"""The monthly bulletin (月通报): gathered from the views, written in four forms, and issued as a signed act."""
