"""Files read and judged a lot at a time: the unit of work of a process and of a cluster, kept from run to run."""
