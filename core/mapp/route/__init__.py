"""From a request to a decision: retrieve candidates, recognise the one that fits, fill its arguments, veto."""
