"""The door for Kubernetes manifests: `objects.read` takes a document, `settle` finishes what other objects decide."""
