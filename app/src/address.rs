//! Which address the window shows and where a page in it may go. Pure, so that it is tested without a window.
//!
//! The app shows its own pages and never leaves them. The one exception is the demo (`--url`), which a server on this machine shows in three frames:
//! its window may go to any port of the loopback address and nowhere else, and gets no access to the engine of the app (the capability is for the
//! app's own pages).

use tauri::Url;

/// How to use the program, for `--help`.
const USAGE: &str = "gridwalk [--url http://127.0.0.1:PORT/…]

Opens Gridwalk in a window. The data lie in GRIDWALK_HOME, or in the app's own data folder.
  --url      show a page served by this machine (the demo) instead of the app; other hosts are refused
  --help     this text
  --version  the version";

/// What the window shows first.
#[derive(Clone, Debug, PartialEq)]
pub enum Start {
    /// The app's own pages.
    App,
    /// A page served from this machine.
    Demo(Url),
}

/// What the command line asks for.
#[derive(Debug, PartialEq)]
pub enum Wish {
    /// A window.
    Open(Start),
    /// A text on stdout, and no window.
    Say(String),
}

/// Reads the arguments after the program's name. The error is a sentence for stderr.
pub fn wish(args: impl Iterator<Item = String>) -> Result<Wish, String> {
    let mut args = args.peekable();
    let mut start = Start::App;
    while let Some(arg) = args.next() {
        let url = match arg.as_str() {
            "--help" | "-h" => return Ok(Wish::Say(USAGE.to_owned())),
            "--version" | "-V" => return Ok(Wish::Say(format!("gridwalk {}", env!("CARGO_PKG_VERSION")))),
            "--url" => args.next().ok_or("--url needs an address")?,
            other => match other.strip_prefix("--url=") {
                Some(url) => url.to_owned(),
                None => return Err(format!("unknown argument {other}\n\n{USAGE}")),
            },
        };
        start = Start::Demo(own_machine(&url)?);
    }
    Ok(Wish::Open(start))
}

fn own_machine(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|reason| format!("{text} is not an address: {reason}"))?;
    if is_loopback(&url) {
        Ok(url)
    } else {
        Err(format!("{text} is not on this machine: only http://127.0.0.1, http://localhost and http://[::1] are shown"))
    }
}

/// Plain http to this machine itself, with no name and password in it.
fn is_loopback(url: &Url) -> bool {
    let host = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
    host && url.scheme() == "http" && url.username().is_empty() && url.password().is_none()
}

/// Whether a page (or a frame in it) may go to `to`. `dev` is the address of the development server, if the pages come from one.
pub fn may_go(start: &Start, dev: Option<&Url>, to: &Url) -> bool {
    match start {
        Start::App => is_own_page(to) || is_own_file(to) || dev.is_some_and(|dev| dev.origin() == to.origin()),
        Start::Demo(_) => is_loopback(to) || matches!(to.as_str(), "about:blank" | "about:srcdoc"),
    }
}

/// The app's own pages: `tauri://localhost` on Linux, macOS and iOS, `http(s)://tauri.localhost` on Windows and Android.
fn is_own_page(url: &Url) -> bool {
    match url.scheme() {
        "tauri" => url.host_str() == Some("localhost"),
        "http" | "https" => url.host_str() == Some("tauri.localhost") && url.port().is_none(),
        _ => false,
    }
}

/// A file that a page of the app made itself, such as a filled table: WebKit asks for it as if it were a page before it saves it.
pub fn is_own_file(url: &Url) -> bool {
    url.scheme() == "blob" && Url::parse(url.path()).is_ok_and(|maker| is_own_page(&maker) || is_loopback(&maker))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(args: &[&str]) -> Result<Wish, String> {
        wish(args.iter().map(|arg| (*arg).to_owned()))
    }

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn without_arguments_the_app_itself_is_shown() {
        assert_eq!(asked(&[]), Ok(Wish::Open(Start::App)));
    }

    #[test]
    fn the_demo_is_shown_only_from_this_machine() {
        for good in ["http://127.0.0.1:4100/demo?k=1", "http://localhost:80/", "http://[::1]:9/"] {
            assert_eq!(asked(&["--url", good]), Ok(Wish::Open(Start::Demo(url(good)))), "{good}");
            assert_eq!(asked(&[&format!("--url={good}")]), Ok(Wish::Open(Start::Demo(url(good)))), "{good}");
        }
        for bad in [
            "http://example.com/",
            "https://127.0.0.1/",
            "http://127.0.0.1.example.com/",
            "http://127.0.0.1@example.com/",
            "http://me:secret@127.0.0.1/",
            "http://192.168.1.2/",
            "http://0.0.0.0/",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "127.0.0.1:4100",
            "",
        ] {
            assert!(asked(&["--url", bad]).is_err(), "{bad}");
        }
        assert!(asked(&["--url"]).is_err());
    }

    #[test]
    fn an_unknown_argument_is_named_and_help_is_given() {
        assert!(asked(&["--frobnicate"]).unwrap_err().contains("--frobnicate"));
        assert!(matches!(asked(&["--help"]), Ok(Wish::Say(text)) if text.contains("--url")));
        assert!(matches!(asked(&["--version"]), Ok(Wish::Say(text)) if text.starts_with("gridwalk ")));
    }

    #[test]
    fn the_app_never_leaves_its_own_pages() {
        for own in ["tauri://localhost/", "tauri://localhost/index.html#/today", "http://tauri.localhost/", "https://tauri.localhost/"] {
            assert!(may_go(&Start::App, None, &url(own)), "{own}");
        }
        for outside in [
            "https://example.com/",
            "http://127.0.0.1:4100/",
            "http://tauri.localhost:81/",
            "tauri://example.com/",
            "data:text/html,hi",
            "file:///etc/passwd",
            "about:blank",
        ] {
            assert!(!may_go(&Start::App, None, &url(outside)), "{outside}");
        }
    }

    #[test]
    fn a_file_is_saved_only_if_a_page_of_the_app_made_it() {
        assert!(may_go(&Start::App, None, &url("blob:tauri://localhost/6a0c")));
        assert!(is_own_file(&url("blob:http://tauri.localhost/6a0c")));
        for foreign in ["blob:https://example.com/6a0c", "blob:null/6a0c", "data:text/plain,hello", "tauri://localhost/table.xlsx"] {
            assert!(!is_own_file(&url(foreign)), "{foreign}");
        }
    }

    #[test]
    fn a_development_server_counts_as_the_app_only_where_there_is_one() {
        let dev = url("http://localhost:5173");
        assert!(may_go(&Start::App, Some(&dev), &url("http://localhost:5173/src/main.ts")));
        assert!(!may_go(&Start::App, Some(&dev), &url("http://localhost:5174/")));
        assert!(!may_go(&Start::App, None, &url("http://localhost:5173/")));
    }

    #[test]
    fn the_demo_stays_on_this_machine_and_does_not_reach_the_app() {
        let demo = Start::Demo(url("http://127.0.0.1:4100/"));
        assert!(may_go(&demo, None, &url("http://127.0.0.1:4101/phone")));
        assert!(may_go(&demo, None, &url("about:blank")));
        assert!(!may_go(&demo, None, &url("https://example.com/")));
        assert!(!may_go(&demo, None, &url("tauri://localhost/")));
    }
}
