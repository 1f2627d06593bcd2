"""Files that loops write: find them, notice when they change, read each line once, translate."""
