"""What happened: the journal of runs, changes in progress, and the ledger of costs."""
