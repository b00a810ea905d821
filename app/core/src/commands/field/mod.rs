//! Field work beyond the household visit. `spots.rs`: places, facilities and patrol points, and when a point is due; `life.rs`: deaths, absence,
//! a household split; `hubs.rs`: party-member hubs; `listings.rs`: needs and wishes; `way.rs`: the doors due in walking order; `paste.rs`:
//! what a pasted text may say.

pub mod hubs;
pub mod life;
pub mod listings;
pub mod paste;
pub mod spots;
pub mod way;
