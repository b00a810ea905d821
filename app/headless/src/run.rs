//! The commands of the command line, each a few lines around one call of the engine.

use crate::cli::{AccountCommand, Cli, Command};
use crate::device::Device;
use crate::failure::{Outcome, fail, of_core, of_io};
use crate::http::files::Pages;
use crate::http::guard::Guard;
use crate::limits::STDIN_BYTES;
use crate::node::Node;
use crate::{demo, http, log};
use app_core::{Engine, EngineOptions, Env, SystemEnv};
use serde_json::{Value, json};
use shared_model::commands::COMMANDS;
use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Does what the command line asks for.
///
/// # Errors
/// The engine's failure, or `invalid_args`, `unknown_command`, `bad_json` for what never reached it.
pub fn run(cli: Cli) -> Outcome<()> {
    let home = cli.home.or_else(|| std::env::var_os("GRIDWALK_HOME").filter(|h| !h.is_empty()).map(PathBuf::from));
    let one = |name: &str, args: Value| reply(&open(home.as_deref())?.call(name, args).map_err(of_core)?, Form::Line);
    match cli.command {
        Command::Commands => reply(&json!(COMMANDS), Form::Line),
        Command::Enrol { invite, pin } => one("enrol", json!({ "invite": invite, "pin": pin })),
        Command::Unlock { pin } => one("unlock", json!({ "pin": pin })),
        Command::Lock => one("lock", json!({})),
        Command::Call { name, args } => {
            http::api::known(&name)?;
            let args = if args == "-" { stdin()? } else { args.into_bytes() };
            one(&name, Value::Object(http::api::arguments(&args)?))
        }
        Command::Import { file, grid, estate, dry_run, json } => {
            let args = json!({ "file": file, "grid": grid, "estate": estate, "dry_run": dry_run });
            reply(&open(home.as_deref())?.call("import_roster", args).map_err(of_core)?, Form::of(json))
        }
        Command::Sync { json, trace } => {
            reply(&open(home.as_deref())?.call("sync_now", json!({ "trace": trace })).map_err(of_core)?, Form::of(json))
        }
        Command::Serve { listen, ui, days_ahead, node, public } => {
            let serving = Serving { listen, ui: ui.as_deref(), days_ahead };
            match node.is_some() || home.as_deref().is_some_and(Node::is_at) {
                true => serve_node(home.as_deref(), node.as_deref(), public.as_deref(), &serving),
                false if public.is_some() => Err(fail("invalid_args", "--public 只用于共用电脑（--node）。")),
                false => serve(home.as_deref(), &serving),
            }
        }
        Command::Account { what } => account(home.as_deref(), what),
        Command::Demo(options) => demo::run(options),
    }
}

fn open(home: Option<&Path>) -> Outcome<Engine> {
    open_as(home, EngineOptions::headless())
}

fn open_as(home: Option<&Path>, options: EngineOptions) -> Outcome<Engine> {
    let home = home.ok_or_else(|| fail("invalid_args", "--home DIR is missing: the folder of this device"))?;
    log::private_folder(home).map_err(|e| of_io("这个文件夹用不了", &e))?;
    log::start(home);
    Engine::open(home.to_owned(), options).map_err(of_core)
}

fn stdin() -> Outcome<Vec<u8>> {
    let mut bytes = Vec::new();
    std::io::stdin().take(STDIN_BYTES + 1).read_to_end(&mut bytes).map_err(|e| of_io("标准输入读不了", &e))?;
    if bytes.len() as u64 > STDIN_BYTES {
        return Err(fail("too_large", format!("太大了：最多 {} MB。", STDIN_BYTES / 1024 / 1024)));
    }
    Ok(bytes)
}

/// The machine's clock, so many days on.
struct Ahead {
    days: u16,
}

impl Env for Ahead {
    fn now_ms(&self) -> i64 {
        SystemEnv.now_ms() + i64::from(self.days) * 24 * 3600 * 1000
    }

    fn fill_random(&self, bytes: &mut [u8]) {
        SystemEnv.fill_random(bytes);
    }
}

/// What serving one device and a node have in common.
struct Serving<'a> {
    listen: SocketAddr,
    ui: Option<&'a Path>,
    days_ahead: u16,
}

fn node_at(home: Option<&Path>, name: Option<&str>, options: EngineOptions) -> Outcome<Arc<Node>> {
    let home = home.ok_or_else(|| fail("invalid_args", "--home DIR is missing: the folder of this node"))?;
    log::private_folder(home).map_err(|e| of_io("这个文件夹用不了", &e))?;
    log::start(home);
    Node::open(home, name, options)
}

/// `https://host[:port]` as browsers write it in `Host`.
fn public_host(url: &str) -> Outcome<String> {
    let host = url.strip_prefix("https://").map(|h| h.trim_end_matches('/')).unwrap_or_default();
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"-.:[]".contains(&b);
    if host.is_empty() || !host.bytes().all(is_plain) {
        return Err(fail("invalid_args", "--public 要写成 https://office-pc.lan 这样。"));
    }
    Ok(host.strip_suffix(":443").unwrap_or(host).to_ascii_lowercase())
}

/// A machine with named accounts, until Ctrl-C. PINs and residents' data never go over a network in clear: other machines reach it through TLS.
fn serve_node(home: Option<&Path>, name: Option<&str>, public: Option<&str>, serving: &Serving<'_>) -> Outcome<()> {
    if !serving.listen.ip().is_loopback() {
        return Err(fail(
            "not_allowed",
            "共用电脑不在网络上明文监听：PIN 和居民信息会被别人看到。请让它只听本机（127.0.0.1:端口），由本机上带证书的代理（如 Caddy）转发，并用 --public https://名称 告诉它。",
        ));
    }
    let public = public.map(public_host).transpose()?;
    // The node outlives the runtime, as its engines must.
    let node = node_at(home, name, EngineOptions { env: Arc::new(Ahead { days: serving.days_ahead }), ..EngineOptions::headless() })?;
    let runtime = runtime()?;
    let pages = Pages::find(serving.ui);
    runtime.block_on(async {
        let (listener, address) = http::listen(serving.listen).await?;
        let guard = Guard::new(address).behind(public.clone());
        say(&format!("Gridwalk: {}\n", public.map_or_else(|| url(address, None), |host| format!("https://{host}/ <- http://{address}/"))))?;
        tokio::spawn(http::node::sweep(node.clone()));
        http::serve(listener, http::node::site(node.clone(), pages, guard)).await
    })
}

/// The accounts of a node, from the command line.
fn account(home: Option<&Path>, what: AccountCommand) -> Outcome<()> {
    let node = node_at(home, None, EngineOptions::headless())?;
    let done = match what {
        AccountCommand::List => node.whoami(None)?["node"].clone(),
        AccountCommand::Add { invite, pin } => node.enrol(None, json!({ "invite": invite, "pin": pin }))?.1,
        AccountCommand::Remove { id, pin, reason } => node.remove_here(&id, pin.as_deref(), &reason)?,
    };
    reply(&done, Form::Line)
}

/// The UI and the command list of one device, until Ctrl-C.
fn serve(home: Option<&Path>, serving: &Serving<'_>) -> Outcome<()> {
    let Serving { listen, ui, days_ahead } = *serving;
    // The device outlives the runtime: an engine's HTTP client may not be dropped inside one.
    let device = Device::new();
    let engine = open_as(home, EngineOptions { env: Arc::new(Ahead { days: days_ahead }), ..EngineOptions::headless() })?;
    app_core::polite::keep_in_sync(&engine);
    device.start(engine);
    let runtime = runtime()?;
    let pages = Pages::find(ui);
    runtime.block_on(async {
        let (listener, address) = http::listen(listen).await?;
        let guard = Guard::new(address);
        say(&format!("Gridwalk: {}\n", url(address, guard.token())))?;
        http::serve(listener, http::site(device.clone(), pages, guard)).await
    })
}

/// The async side of the program.
///
/// # Errors
/// `server_error` when the machine gives no threads.
pub fn runtime() -> Outcome<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().map_err(|e| of_io("起不来", &e))
}

/// The address a person opens. Where every address was asked for, the one this machine has in its network.
fn url(address: SocketAddr, token: Option<&str>) -> String {
    let mut shown = address;
    if address.ip().is_unspecified() {
        shown.set_ip(own_address().unwrap_or(Ipv4Addr::LOCALHOST.into()));
    }
    match token {
        Some(token) => format!("http://{shown}/#s={token}"),
        None => format!("http://{shown}/"),
    }
}

/// Which address this machine would speak from. A UDP socket is only pointed somewhere (an address that is nobody's); nothing is sent.
fn own_address() -> Option<std::net::IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect(("192.0.2.1", 9)).ok()?;
    socket.local_addr().ok().map(|a| a.ip())
}

#[derive(Clone, Copy)]
enum Form {
    Line,
    Pretty,
}

impl Form {
    fn of(json: bool) -> Form {
        if json { Form::Line } else { Form::Pretty }
    }
}

fn reply(value: &Value, form: Form) -> Outcome<()> {
    let text = match form {
        Form::Line => serde_json::to_string(value),
        Form::Pretty => serde_json::to_string_pretty(value),
    };
    let text = text.map_err(|_| fail("server_error", "回答写不成 JSON。"))?;
    say(&format!("{text}\n"))
}

/// Writes to stdout. A reader that has gone (`| head`) is no failure.
///
/// # Errors
/// `disk_full` or `server_error` when stdout is a file that cannot be written.
pub fn say(text: &str) -> Outcome<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(e) if e.kind() != ErrorKind::BrokenPipe => Err(of_io("标准输出写不了", &e)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_shown_carries_the_token_in_its_fragment_where_nothing_is_sent_to_anyone() {
        let here = "127.0.0.1:4180".parse().unwrap();
        assert_eq!(url(here, None), "http://127.0.0.1:4180/");
        assert_eq!(url("10.0.0.7:80".parse().unwrap(), Some("t")), "http://10.0.0.7:80/#s=t");
        assert!(!url("0.0.0.0:80".parse().unwrap(), Some("t")).contains("0.0.0.0"));
    }
}
