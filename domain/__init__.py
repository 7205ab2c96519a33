"""The rules: what may happen to a petition, who may do it, and which clocks that starts and stops.

Pure functions over frozen data. Nothing here reads a clock, the environment, a file of its own accord
or the network; the law itself is data in `domain/data`, read when a caller asks for it.
"""
