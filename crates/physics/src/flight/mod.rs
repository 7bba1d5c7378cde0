//! Gravity, atmosphere, thrust, drag and lift; flight to burnout, apogee and impact.
