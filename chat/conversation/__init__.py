"""What was said, every move, and what a request carries: pure, without network, page or clock."""
