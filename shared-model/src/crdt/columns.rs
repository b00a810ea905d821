//! The column encodings of a change chunk: LEB128, run lengths, deltas.
