"""The commands, one module each: parse options, call `mapp.ops`, render the result."""
