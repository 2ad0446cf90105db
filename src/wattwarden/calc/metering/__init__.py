"""Physics of metering: faults of phases, wirings and their correction factors, from fault to energy."""
