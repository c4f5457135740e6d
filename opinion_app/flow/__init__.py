"""Flow (流转), floor 2: the acts every step shares - register, assess, move, trail, clocks, outbox."""
