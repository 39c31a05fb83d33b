"""What all routers share: who calls, how a request is read, carried out, answered and refused."""
