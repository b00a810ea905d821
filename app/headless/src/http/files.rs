//! The built UI from a folder. Only plain names below that folder are ever opened: no dots at the start of a part, no escapes, no links
//! that lead out. Files under `assets/` carry a hash in their name and may be kept for ever; everything else is asked for again.

use axum::body::Body;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::path::{Path, PathBuf};

/// A folder of files to serve.
#[derive(Debug, Clone)]
pub struct Pages {
    folder: Option<PathBuf>,
}

const NOT_BUILT: &str =
    "The UI is not built: run `make run`, or name its folder with --ui.\n网页还没有构建：请运行 make run，或用 --ui 指定文件夹。\n";

impl Pages {
    /// The given folder, else `app/ui/dist` beside the working folder, else the same seen from where this program lies in the build tree.
    pub fn find(given: Option<&Path>) -> Pages {
        let beside = || std::env::current_exe().ok()?.parent().map(|bin| bin.join("../../app/ui/dist"));
        let places =
            [given.map(Path::to_owned), given.is_none().then(|| PathBuf::from("app/ui/dist")), given.is_none().then(beside).flatten()];
        let folder = places.into_iter().flatten().find(|p| p.join("index.html").is_file()).and_then(|p| p.canonicalize().ok());
        Pages { folder }
    }

    /// Answers one request; `path` is relative to the page's own root, `index` is what the root shows.
    pub async fn get(&self, method: &Method, path: &str, index: &str) -> Response {
        if !matches!(*method, Method::GET | Method::HEAD) {
            return StatusCode::METHOD_NOT_ALLOWED.into_response();
        }
        let Some(folder) = &self.folder else { return (StatusCode::SERVICE_UNAVAILABLE, NOT_BUILT).into_response() };
        let name = match path.trim_start_matches('/') {
            "" => index,
            name => name,
        };
        let Some(file) = within(folder, name).await else { return StatusCode::NOT_FOUND.into_response() };
        let Ok(bytes) = tokio::fs::read(&file).await else { return StatusCode::NOT_FOUND.into_response() };
        let keep = if name.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
        let headers = [(header::CONTENT_TYPE, kind(name)), (header::CACHE_CONTROL, keep)].map(|(n, v)| (n, HeaderValue::from_static(v)));
        (headers, if *method == Method::HEAD { Body::empty() } else { Body::from(bytes) }).into_response()
    }
}

/// The file of that name, if it lies in the folder.
async fn within(folder: &Path, name: &str) -> Option<PathBuf> {
    let plain =
        |part: &str| !part.is_empty() && !part.starts_with('.') && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    if !name.split('/').all(plain) {
        return None;
    }
    let file = tokio::fs::canonicalize(folder.join(name)).await.ok()?;
    file.starts_with(folder).then_some(file)
}

/// Content type by the name's end; what the UI's build makes.
fn kind(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "wasm" => "application/wasm",
        "txt" => "text/plain; charset=utf-8",
        "webmanifest" => "application/manifest+json",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn nothing_outside_the_folder_is_ever_opened() {
        let root = tempfile::tempdir().unwrap();
        let dist = root.path().join("dist");
        std::fs::create_dir_all(dist.join("assets")).unwrap();
        std::fs::write(dist.join("index.html"), "page").unwrap();
        std::fs::write(dist.join("assets/a-1.js"), "code").unwrap();
        std::fs::write(dist.join(".env"), "secret").unwrap();
        std::fs::write(root.path().join("secret.txt"), "secret").unwrap();
        std::os::unix::fs::symlink(root.path().join("secret.txt"), dist.join("link.txt")).unwrap();
        let pages = Pages::find(Some(&dist));
        let status = async |path: &str| pages.get(&Method::GET, path, "index.html").await.status().as_u16();
        for (path, want) in
            [("/", 200), ("/index.html", 200), ("/assets/a-1.js", 200), ("/assets", 404), ("/assets/", 404), ("/nothing.js", 404)]
        {
            assert_eq!(status(path).await, want, "{path}");
        }
        for bad in [
            "/../secret.txt",
            "/..%2fsecret.txt",
            "/assets/../../secret.txt",
            "/.env",
            "/link.txt",
            "//etc/passwd",
            "/assets//a-1.js",
            "/a\\b",
        ] {
            assert_eq!(status(bad).await, 404, "{bad}");
        }
        assert_eq!(pages.get(&Method::DELETE, "/", "index.html").await.status().as_u16(), 405);
    }

    #[tokio::test]
    async fn a_ui_that_is_not_built_is_said_so() {
        let empty = tempfile::tempdir().unwrap();
        assert_eq!(Pages::find(Some(empty.path())).get(&Method::GET, "/", "index.html").await.status().as_u16(), 503);
    }
}
