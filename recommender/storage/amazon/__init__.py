"""How Amazon's services are called: clients with explicit patience, faults in words, and a breaker that spares people the waiting."""
