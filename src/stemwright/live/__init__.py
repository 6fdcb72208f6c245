"""Playing live: clock, launching, players, devices and what steers them."""
