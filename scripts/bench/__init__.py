"""`make bench`: each promise of speed beside the floor it is measured against, in the same run."""
