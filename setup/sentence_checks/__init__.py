"""What `make check-data` asks of the labelled sentences beyond the shape of each line."""
