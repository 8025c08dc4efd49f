"""What is written for somebody: so far the report, one self-contained HTML file."""
