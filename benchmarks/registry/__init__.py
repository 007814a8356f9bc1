"""How a registry of 100,000 apps, and installing from it, scale over `git daemon` on loopback."""
