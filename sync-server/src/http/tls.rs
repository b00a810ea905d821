//! TLS 1.2 and 1.3 by rustls, from a certificate chain and its key in PEM files. A renewed certificate is read when the files change, and at
//! once on SIGHUP: new connections get it, those that stand go on. Files that cannot be used change nothing but the log.

use super::limits::CERTIFICATE_LOOK;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;
use sync_server::Error;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ServerConfig, version};

/// Reads both files.
///
/// # Errors
/// `bad_certificate`, naming the file, when one cannot be read or they do not belong together.
fn acceptor(cert: &Path, key: &Path) -> Result<TlsAcceptor, Error> {
    let bad = |path: &Path, what: &str| Error::Setup { code: "bad_certificate", message: format!("{}：{what}", path.display()) };
    let chain: Vec<CertificateDer<'static>> =
        CertificateDer::pem_file_iter(cert).and_then(Iterator::collect).map_err(|_| bad(cert, "读不出 PEM 证书"))?;
    let secret = PrivateKeyDer::from_pem_file(key).map_err(|_| bad(key, "读不出 PEM 私钥"))?;
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_protocol_versions(&[&version::TLS13, &version::TLS12])
        .map_err(|_| bad(cert, "这台机器用不了 TLS"))?
        .with_no_client_auth()
        .with_single_cert(chain, secret)
        .map_err(|_| bad(cert, "证书和私钥不是一对，或证书不能用"))?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// When the files were last changed, and how long they are.
type Seen = [Option<(SystemTime, u64)>; 2];

/// The certificate that new connections get, and where it comes from.
pub struct Renewing {
    files: (PathBuf, PathBuf),
    seen: Seen,
    current: watch::Sender<TlsAcceptor>,
}

impl Renewing {
    /// Reads both files.
    ///
    /// # Errors
    /// As [`acceptor`].
    pub fn new(cert: &Path, key: &Path) -> Result<Self, Error> {
        // looked at before they are read: what changes in between is read again
        let files = (cert.to_owned(), key.to_owned());
        let seen = seen(&files);
        let (current, _) = watch::channel(acceptor(cert, key)?);
        Ok(Renewing { files, seen, current })
    }

    /// For the listener.
    pub fn current(&self) -> watch::Receiver<TlsAcceptor> {
        self.current.subscribe()
    }

    /// Reads the files again if they changed, or in any case (`asked`).
    fn look(&mut self, asked: bool) {
        let now = seen(&self.files);
        if now == self.seen && !asked {
            return;
        }
        match acceptor(&self.files.0, &self.files.1) {
            Ok(fresh) => {
                self.current.send_replace(fresh);
                tracing::info!("the certificate was read again");
            }
            // half of a pair may be in place: the other half changes the files once more
            Err(e) => tracing::error!(code = e.code(), cause = %e, "the certificate cannot be used; the one before stays"),
        }
        self.seen = now;
    }

    /// Looks every so often, and when asked by SIGHUP.
    pub async fn run(mut self) {
        #[cfg(unix)]
        let mut asked = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup()).ok();
        loop {
            let hangup = async {
                #[cfg(unix)]
                if let Some(asked) = &mut asked {
                    asked.recv().await;
                    return;
                }
                std::future::pending::<()>().await;
            };
            let was_asked = tokio::select! {
                () = hangup => true,
                () = tokio::time::sleep(CERTIFICATE_LOOK) => false,
            };
            let looked = tokio::task::spawn_blocking(move || {
                self.look(was_asked);
                self
            });
            match looked.await {
                Ok(back) => self = back,
                Err(_) => return tracing::error!("reading the certificate panicked; it is not looked at any more"),
            }
        }
    }
}

fn seen((cert, key): &(PathBuf, PathBuf)) -> Seen {
    let of = |path: &Path| std::fs::metadata(path).ok().and_then(|m| Some((m.modified().ok()?, m.len())));
    [of(cert), of(key)]
}
