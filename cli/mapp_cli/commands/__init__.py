"""One file per command: options, one call into `mapp.ops`, render."""
