"""Everything shared that knows MRML or Qt, under both modules and the headless host."""
