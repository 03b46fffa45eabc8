"""Rights of the data subject: requests, export and erasure of one child's data, consent, holds, incidents."""
