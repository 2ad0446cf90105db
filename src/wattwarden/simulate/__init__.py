"""A utility to practise on: one county with planted faults and known truth. Imports domain and calc only."""
