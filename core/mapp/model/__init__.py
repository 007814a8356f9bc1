"""The vocabulary: frozen values without input or output, shared by every stage."""
