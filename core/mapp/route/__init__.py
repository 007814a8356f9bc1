"""From a request to a decision: retrieve candidates, recognise the right one, fill it, veto."""
