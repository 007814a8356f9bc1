"""One server of each kind for a module of tests."""

from support.git_servers import any_server

__all__ = ["any_server"]
