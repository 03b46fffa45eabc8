"""“I have paid”: what families say about money that is not booked yet, and the school's answer."""
