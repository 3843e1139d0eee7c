"""Support: what is said in requests, the steps to be done on the way, and what is mailed of both (S7, P9 to P11)."""
