//! Forewarn: formats.
