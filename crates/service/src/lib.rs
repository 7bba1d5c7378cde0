//! The live service.
