"""Old reports: which of their numbers are figures of which indicators, and the template they become."""
