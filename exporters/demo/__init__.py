"""The fictional city of a pack's `demo` folder: what its units write and what they count."""
