"""The ways in: the worker and its client, and every command."""

# To the environment before PyTorch is loaded: its threads sleep while they wait for each other. As
# they do by themselves they spin, each on a core that another program may have taken from the one
# they wait for: on a busy machine a reading then takes many times as long as with one thread.
SLEEP = ("OMP_WAIT_POLICY", "PASSIVE")
