//! From verdicts to warnings: issue, update, cancel, retract.
