// Generated from the contract by `make clients`. Do not edit.

/** The version of this package. */
export const VERSION = "0.1.0";
