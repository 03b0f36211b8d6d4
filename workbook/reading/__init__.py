"""From a received file to a submission: what it is, whether it is safe to open, what stands in it."""
