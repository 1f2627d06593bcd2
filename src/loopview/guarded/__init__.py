"""The only doors to the outside world, each hardened: git, durable append, the model, the jail."""
