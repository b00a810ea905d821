//! TLS 1.2 and 1.3 by rustls, from a certificate chain and its key in PEM files. They are read once; a renewed certificate takes a restart,
//! which ends no request.

use std::path::Path;
use std::sync::Arc;
use sync_server::Error;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ServerConfig, version};

/// Reads both files.
///
/// # Errors
/// `bad_certificate`, naming the file, when one cannot be read or they do not belong together.
pub fn acceptor(cert: &Path, key: &Path) -> Result<TlsAcceptor, Error> {
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
