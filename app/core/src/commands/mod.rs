//! Bodies of the commands, one file a noun. `run` is the only adapter: name → arguments → body → reply.

mod calendar;
mod cases;
mod conflicts;
mod devices;
mod erasures;
mod fill;
mod grids;
mod held;
mod households;
mod import;
mod matters;
mod memberships;
mod moves;
mod persons;
mod refused;
mod search;
pub(crate) mod session;
mod settings;
mod sharing;
mod tray;
pub(crate) mod units;
pub(crate) mod views;
mod visits;
mod workflows;

use crate::engine::Engine;
use crate::error::{CoreError, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use shared_model::commands::{COMMANDS, CommandKind};

/// Runs a command of the list.
///
/// # Errors
/// `invalid_args` when the arguments do not fit; the command's own.
pub fn run(engine: &Engine, name: &str, args: Json) -> Result<Json> {
    let mut args = args;
    if reads_residents(name) && engine.is_lease_over() {
        if name != "list_households" {
            return Err(CoreError::new(
                "lease_over",
                "这台设备 7 天没有和社区联系上，资料先不能看，连一次网就能再看。走访和上报照样能记，写下的都在。",
            ));
        }
        args = households::only_doors(args);
        let list = households::list(engine, read(args)?)?;
        return reply(households::doors(list));
    }
    macro_rules! table {
        ($( $name:literal => $body:path ),* $(,)?) => {
            match name {
                $( $name => reply($body(engine, read(args)?)?), )*
                _ => Err(CoreError::new("unknown_command", format!("没有「{name}」这个命令。"))),
            }
        };
    }
    table! {
        "whoami" => session::whoami,
        "enrol" => session::enrol,
        "unlock" => session::unlock,
        "lock" => session::lock,
        "list_units" => units::list,
        "list_households" => households::list,
        "get_household" => households::get,
        "add_household" => households::add,
        "edit_household" => households::edit,
        "add_person" => persons::add,
        "edit_person" => persons::edit,
        "move_person" => moves::person,
        "move_household" => moves::household,
        "list_left_behind" => moves::list,
        "bring_along" => moves::bring,
        "add_visit" => visits::add,
        "undo_visit" => visits::undo,
        "list_due" => visits::list_due,
        "list_matters" => matters::list,
        "edit_matter" => matters::edit,
        "add_matter" => matters::add,
        "get_calendar" => calendar::get,
        "set_day" => calendar::set_day,
        "set_year" => calendar::set_year,
        "set_hours" => calendar::set_hours,
        "list_codes" => search::list_codes,
        "add_case" => cases::add,
        "get_case" => cases::get,
        "list_cases" => cases::list,
        "add_step" => cases::add_step,
        "print_case" => cases::print,
        "list_near" => cases::near,
        "list_workflows" => workflows::list,
        "check_workflow" => workflows::check,
        "put_workflow" => workflows::put,
        "retire_workflow" => workflows::retire,
        "share_case" => sharing::share,
        "unshare_case" => sharing::unshare,
        "list_conflicts" => conflicts::list,
        "settle_conflict" => conflicts::settle,
        "list_held" => held::list,
        "decide_held" => held::decide,
        "get_history" => conflicts::history,
        "search" => search::search,
        "sync_status" => session::sync_status,
        "sync_now" => session::sync_now,
        "list_pending" => session::list_pending,
        "list_tray" => tray::list,
        "resend_refused" => tray::resend,
        "ask_office" => tray::ask,
        "discard_refused" => tray::discard,
        "list_refused" => refused::list,
        "adopt_refused" => refused::adopt,
        "return_refused" => refused::give_back,
        "import_roster" => import::import_roster,
        "import_orders" => cases::import_orders,
        "export_orders" => cases::export_orders,
        "fill_table" => fill::fill_table,
        "ask_next_visit" => fill::ask_next_visit,
        "reveal" => persons::reveal,
        "list_devices" => devices::list,
        "confirm_device" => devices::confirm,
        "revoke_device" => devices::revoke,
        "invite_device" => devices::invite,
        "erase" => erasures::erase,
        "withdraw_contact" => erasures::withdraw_contact,
        "decide_mention" => erasures::decide_mention,
        "list_erasures" => erasures::list,
        "list_memberships" => memberships::list,
        "add_membership" => memberships::add,
        "set_term" => memberships::set_term,
        "end_membership" => memberships::end,
        "stand_in" => memberships::stand_in,
        "move_units" => grids::move_units,
        "close_unit" => grids::close,
        "make_grid" => grids::make,
        "preview_grants" => grids::preview,
        "get_holdings" => devices::holdings,
        "get_log" => devices::log,
        "list_tables" => devices::tables,
    }
}

/// Commands that show nothing of residents, or only what this person wrote and has not sent: they answer also without a lease.
const LEASE_FREE: [&str; 13] = [
    "list_workflows",
    "check_workflow",
    "get_calendar",
    "list_units",
    "list_matters",
    "list_codes",
    "list_tables",
    "sync_status",
    "list_pending",
    "list_tray",
    "list_devices",
    "get_holdings",
    "get_log",
];
/// A writing command whose answer is what it reads.
const ALSO_READS: [&str; 1] = ["reveal"];

/// Every reading command that is not named above: a new one has to be named to be free.
fn reads_residents(name: &str) -> bool {
    let reads = COMMANDS.iter().any(|c| c.name == name && c.kind == CommandKind::Read);
    (reads && !LEASE_FREE.contains(&name)) || ALSO_READS.contains(&name)
}

fn read<T: DeserializeOwned>(args: Json) -> Result<T> {
    serde_json::from_value(args).map_err(|e| {
        let words = e.to_string();
        // serde names the field between backquotes; the value itself stays out of the message
        let field = words.split('`').nth(1).unwrap_or_default().to_string();
        let e = CoreError::args(if field.is_empty() {
            "参数的写法不对。".to_string()
        } else {
            format!("参数「{field}」缺少或写法不对。")
        });
        if field.is_empty() { e } else { e.at(&field) }
    })
}

fn reply<T: Serialize>(value: T) -> Result<Json> {
    serde_json::to_value(value).map_err(|_| CoreError::new("server_error", "回答写不出来。"))
}

#[cfg(test)]
mod tests {
    use crate::engine::{Engine, EngineOptions};

    #[test]
    fn every_command_of_the_list_has_a_body() {
        let home = tempfile::tempdir().unwrap();
        let engine = Engine::open(home.path().to_path_buf(), EngineOptions::system()).unwrap();
        for c in shared_model::commands::COMMANDS {
            let code = engine.call(c.name, serde_json::json!({})).err().map(|e| e.code);
            assert_ne!(code.as_deref(), Some("unknown_command"), "{}", c.name);
        }
    }
}
