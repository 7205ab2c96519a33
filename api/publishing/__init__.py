"""Publishing: checkpoints that never contradict each other, cosigned by witnesses, with tiles and receipts."""
