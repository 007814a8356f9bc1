"""How well failures in use are put into classes, on a corpus whose labels are the injected faults."""
