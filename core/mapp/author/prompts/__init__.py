"""The fixed parts of the prompts, one file each. They are program text: versioned, tested, with digests."""
