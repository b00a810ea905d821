//! Everything with a life cycle is a case whose workflow is data: states, steps, who may take them, what they ask for, clocks, printed
//! sheets. `workflow.rs` is what a workflow says, `check.rs` what is wrong with one, `library.rs` which there are, `fold.rs` what the steps
//! of a case come to, `clocks.rs` how long is left. The eleven that come with the product are `shared-model/workflows/*.toml`.

mod check;
mod clocks;
mod fold;
mod library;
mod workflow;

pub use check::{BODY_BYTES_MAX, Problem, check};
pub use clocks::{Running, Told, clocks};
pub use fold::{Folded, REVIEWED, Stand, Step, before, fold, named_leaves, state_seen};
pub use library::{HAZARD_NAME, Library, UNKNOWN, body_of, id_of, parse};
pub use workflow::{Amount, ClockRule, Escalation, Field, FieldKind, Label, Level, Phase, Sheet, State, Transition, Unit, Workflow};
