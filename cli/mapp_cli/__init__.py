"""The command line of mapp: thin commands around `mapp.ops`."""
