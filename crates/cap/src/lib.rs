//! Forewarn: cap.
