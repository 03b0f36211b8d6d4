"""An offline bundle: everything that a machine without internet needs, in a folder to copy there."""
