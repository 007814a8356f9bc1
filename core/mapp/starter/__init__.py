"""The apps that ship with mapp: data, installed into git on first use like any other app."""
