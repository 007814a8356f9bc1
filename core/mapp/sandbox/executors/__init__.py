"""The parent's side: what starts, feeds and ends sandboxed processes."""
