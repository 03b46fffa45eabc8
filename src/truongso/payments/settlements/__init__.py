"""Settlement files of acquirers and gateways: batch → items → fee → the one net credit at the bank."""
