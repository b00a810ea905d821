//! Replies of the commands. A coded value is `{code, label}`; a person's words are text; a masked value says so.

mod office;
mod people;
mod reconcile;
mod refused;
mod work;

pub use office::*;
pub use people::*;
pub use reconcile::*;
pub use refused::*;
pub use work::*;
