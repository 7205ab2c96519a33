"""Read models: pure folds over entries, on two time axes, and the questions they answer."""
