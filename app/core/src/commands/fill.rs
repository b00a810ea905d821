//! 套表: a department's own blank table filled from what is known.
