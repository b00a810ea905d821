//! Bodies of the commands, one file a noun. `run` is the only adapter: name → arguments → body → reply.

mod atlas;
mod calendar;
mod cases;
mod conflicts;
mod desk;
mod devices;
mod erasures;
mod field;
mod forms;
mod grids;
mod held;
mod households;
mod import;
pub(crate) mod inbox;
mod ledger;
pub(crate) mod map;
mod matters;
pub(crate) mod media;
mod memberships;
mod moves;
mod notices;
mod persons;
mod refused;
pub(crate) mod same;
mod search;
pub(crate) mod session;
mod settings;
mod sharing;
mod stats;
mod tables;
mod teams;
mod tray;
pub(crate) mod units;
pub(crate) mod views;
mod visits;
mod workflows;

pub(crate) use ledger::Index as LedgerIndex;

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
        "list_duplicates" => same::list,
        "preview_merge" => same::preview::preview,
        "merge_records" => same::merge::merge,
        "unmerge" => same::merge::unmerge,
        "judge_pair" => same::judge,
        "add_visit" => visits::add,
        "undo_visit" => visits::undo,
        "add_place" => field::spots::add_place,
        "edit_place" => field::spots::edit_place,
        "list_places" => field::spots::list_places,
        "add_facility" => field::spots::add_facility,
        "edit_facility" => field::spots::edit_facility,
        "list_facilities" => field::spots::list_facilities,
        "add_patrol" => field::spots::add_patrol,
        "edit_patrol" => field::spots::edit_patrol,
        "list_patrols" => field::spots::list_patrols,
        "get_spot" => field::spots::get,
        "record_death" => field::life::record_death,
        "undo_death" => field::life::undo_death,
        "set_away" => field::life::set_away,
        "split_household" => field::life::split,
        "undo_split" => field::life::undo_split,
        "list_hubs" => field::hubs::list,
        "set_hub" => field::hubs::set,
        "end_hub" => field::hubs::end,
        "add_listing" => field::listings::add,
        "edit_listing" => field::listings::edit,
        "settle_listing" => field::listings::settle,
        "list_listings" => field::listings::list,
        "list_ledgers" => ledger::list,
        "query_ledger" => ledger::query,
        "get_record" => ledger::get,
        "set_field" => ledger::set_field,
        "list_views" => ledger::list_views,
        "put_view" => ledger::put_view,
        "remove_view" => ledger::remove_view,
        "export_ledger" => ledger::export,
        "copy_ledger" => ledger::copy,
        "get_job" => crate::jobs::get,
        "cancel_job" => crate::jobs::cancel,
        "weekly_sheet" => ledger::weekly,
        "door_list" => ledger::doors,
        "list_route" => field::way::list,
        "read_paste" => field::paste::read,
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
        "stage_media" => media::stage,
        "discard_staged" => media::discard,
        "add_attachment" => media::add,
        "edit_attachment" => media::edit,
        "remove_attachment" => media::remove,
        "list_attachments" => media::list,
        "get_attachment" => media::get,
        "fetch_attachment" => media::fetch,
        "list_media" => media::list_queue,
        "print_case" => cases::print,
        "list_near" => cases::near,
        "plan_grids" => atlas::plan,
        "apply_plan" => atlas::apply,
        "reach" => atlas::reach,
        "wall_sheet" => atlas::sheet,
        "list_projects" => atlas::projects,
        "get_map" => map::get,
        "locate" => map::locate,
        "place_unit" => map::place,
        "import_shapes" => map::import,
        "get_base_map" => map::base::get,
        "set_base_map" => map::base::set,
        "clear_base_map" => map::base::clear,
        "get_tile" => map::base::tile,
        "list_workflows" => workflows::list,
        "check_workflow" => workflows::check,
        "put_workflow" => workflows::put,
        "retire_workflow" => workflows::retire,
        "list_forms" => forms::list,
        "check_form" => forms::check_form,
        "put_form" => forms::put,
        "retire_form" => forms::retire,
        "import_xlsform" => forms::import_xlsform,
        "check_answers" => forms::check_answers,
        "list_questions" => forms::due::list,
        "add_response" => forms::responses::add,
        "list_responses" => forms::responses::list,
        "add_campaign" => forms::campaigns::add,
        "edit_campaign" => forms::campaigns::edit,
        "close_campaign" => forms::campaigns::close,
        "preview_campaign" => forms::campaigns::preview,
        "list_campaigns" => forms::campaigns::list,
        "campaign_doors" => forms::campaigns::doors,
        "get_stats" => stats::get,
        "preview_tally" => stats::preview,
        "send_tally" => stats::send,
        "list_tallies" => stats::list,
        "share_case" => sharing::share,
        "unshare_case" => sharing::unshare,
        "list_conflicts" => conflicts::list,
        "settle_conflict" => conflicts::settle,
        "list_held" => held::list,
        "decide_held" => held::decide,
        "list_inbox" => inbox::list,
        "get_inbox_item" => inbox::get,
        "decide_item" => inbox::decide::decide,
        "undo_decision" => inbox::decide::undo,
        "list_decisions" => inbox::decide::list,
        "preview_bulk" => inbox::bulk::preview,
        "apply_bulk" => inbox::bulk::apply,
        "undo_bulk" => inbox::bulk::undo,
        "ask_back" => inbox::ask_back,
        "list_asked" => inbox::list_asked,
        "reply_question" => inbox::reply_question,
        "get_history" => conflicts::history,
        "search" => search::search,
        "change_pin" => session::change_pin,
        "keep_draft" => desk::keep,
        "list_drafts" => desk::list,
        "list_notices" => notices::list,
        "see_notices" => notices::see,
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
        "fill_table" => tables::fill_table,
        "read_template" => tables::read_template,
        "put_template" => tables::put_template,
        "list_templates" => tables::list_templates,
        "remove_template" => tables::remove_template,
        "add_request" => tables::add_request,
        "edit_request" => tables::edit_request,
        "list_requests" => tables::list_requests,
        "check_request" => tables::check_request,
        "read_import" => tables::read_import,
        "import_table" => import::import_table,
        "list_imports" => import::list_imports,
        "undo_import" => import::undo_import,
        "ask_next_visit" => tables::ask_next_visit,
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
        "set_post" => memberships::set_post,
        "hand_over" => memberships::hand_over,
        "check_teams" => teams::check_teams,
        "list_invites" => teams::list_invites,
        "take_back_invite" => teams::take_back_invite,
        "device_sheet" => teams::device_sheet,
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
const LEASE_FREE: &[&str] = &[
    "list_drafts",
    "locate",
    "get_base_map",
    "get_tile",
    "list_forms",
    "check_form",
    "import_xlsform",
    "check_answers",
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
    "list_media",
];
/// Commands of another kind whose answer is what they read.
const ALSO_READS: [&str; 8] =
    ["reveal", "fetch_attachment", "export_ledger", "copy_ledger", "get_job", "door_list", "weekly_sheet", "fill_table"];

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
