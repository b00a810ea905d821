//! The command line as data. Its contract: stdout is the reply, stderr is one JSON failure and nothing else, exit code 1.

use clap::{Parser, Subcommand};
use std::path::PathBuf;

/// Gridwalk without a window: the command list on the command line and over HTTP.
#[derive(Debug, Parser)]
#[command(name = "gridwalk-headless", version, about, disable_help_subcommand = true, color = clap::ColorChoice::Never)]
pub struct Cli {
    /// Folder of this device: store, keys, log. Falls back to GRIDWALK_HOME.
    #[arg(long, global = true, value_name = "DIR")]
    pub home: Option<PathBuf>,
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Enrol this device with an invite; leaves the store unlocked for this home until `lock`.
    Enrol {
        invite: String,
        /// Six digits.
        #[arg(long)]
        pin: String,
    },
    /// Open the store with the PIN; it stays open for this home until `lock`.
    Unlock {
        #[arg(long)]
        pin: String,
    },
    /// Lock the store.
    Lock,
    /// The command list as JSON.
    Commands,
    /// Run one command of the list.
    Call {
        name: String,
        /// Arguments as one JSON object; `-` reads them from stdin.
        #[arg(default_value = "{}")]
        args: String,
    },
    /// Import a roster (XLSX, XLS or CSV).
    Import {
        file: PathBuf,
        /// Grid that the roster belongs to: code or id.
        #[arg(long)]
        grid: String,
        /// Estate, where the roster does not say.
        #[arg(long)]
        estate: Option<String>,
        /// Read and report, write nothing.
        #[arg(long)]
        dry_run: bool,
        /// One line of JSON.
        #[arg(long)]
        json: bool,
    },
    /// Sync with the server now.
    Sync {
        /// One line of JSON.
        #[arg(long)]
        json: bool,
        /// Write every exchange into this folder, decoded. It then holds personal data.
        #[arg(long, value_name = "DIR")]
        trace: Option<PathBuf>,
    },
    /// Serve the UI and the command list over HTTP.
    Serve {
        /// Address; anything but this machine's own needs the session token that is printed.
        #[arg(long, default_value = "127.0.0.1:0")]
        listen: std::net::SocketAddr,
        /// The built UI.
        #[arg(long, value_name = "DIR")]
        ui: Option<PathBuf>,
        /// Shows the device as it will be in so many days: its clock is that far ahead. Nothing else changes.
        #[arg(long, value_name = "DAYS", default_value_t = 0)]
        days_ahead: u16,
        /// One machine with named accounts, each with its own PIN: the name by which the office knows it. Later starts need not say it again.
        #[arg(long, value_name = "NAME", num_args = 0..=1, default_missing_value = "")]
        node: Option<String>,
        /// The https name under which a proxy on this machine shows a node to others, e.g. `https://office-pc.lan`.
        #[arg(long, value_name = "URL")]
        public: Option<String>,
    },
    /// The accounts of a node.
    Account {
        #[command(subcommand)]
        what: AccountCommand,
    },
    /// The demo: a server, three devices, three rosters, all live on this machine.
    Demo(Demo),
}

/// What to do with the accounts of a node. A node that is being served notices at its next start.
#[derive(Debug, Subcommand)]
pub enum AccountCommand {
    /// Names, roles and ids.
    List,
    /// Enrol one more person with an invite.
    Add {
        invite: String,
        /// Six digits.
        #[arg(long)]
        pin: String,
    },
    /// Take one off with all it holds; refused while something is unsent, unless a reason is given.
    Remove {
        id: String,
        /// Without it nobody can look whether something is unsent, and a reason is needed.
        #[arg(long)]
        pin: Option<String>,
        #[arg(long, default_value = "")]
        reason: String,
    },
}

/// Options of the demo.
#[derive(Debug, clap::Args)]
pub struct Demo {
    /// Folder of the demo's data, emptied at the start. Default: a fresh folder, removed at the end.
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Port on this machine; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    pub port: u16,
    /// Folder of the sample rosters.
    #[arg(long, value_name = "DIR")]
    pub rosters: Option<PathBuf>,
    /// Folder of `sync-server` and `gridwalk`. Default: where this program lies.
    #[arg(long, value_name = "DIR")]
    pub bin_dir: Option<PathBuf>,
    /// The built UI.
    #[arg(long, value_name = "DIR")]
    pub ui: Option<PathBuf>,
    /// Do not open a window, even where there is a display.
    #[arg(long)]
    pub no_window: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        <Cli as clap::CommandFactory>::command().debug_assert();
    }

    #[test]
    fn home_may_stand_before_or_after_the_command() {
        for line in [["x", "--home", "h", "lock"], ["x", "lock", "--home", "h"]] {
            assert_eq!(Cli::parse_from(line).home, Some(PathBuf::from("h")));
        }
    }
}
