"""How often the gate lets in what is wrong, and refuses or questions what is right."""
