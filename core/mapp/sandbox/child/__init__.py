"""What runs inside the sandbox's processes."""
