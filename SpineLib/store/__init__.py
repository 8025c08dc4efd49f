"""What lies on the disk: atomic files, a journal, a lock, numbered folders."""
