"""What runs when and where: the registry of deployments, `make up`, the dispatch loop, the demo."""
