"""Language models: the Protocol is in `model`, and each other module reaches one kind of model."""
