"""The child's side of the sandbox: started by path in a bare interpreter, and free of imports from mapp."""
