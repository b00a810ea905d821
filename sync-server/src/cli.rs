//! The command line. Replies go to stdout; a failure is one JSON `{"code","message"}` on stderr and exit 1; `serve` logs lines to
//! stderr, without personal data.

use clap::{Parser, Subcommand};
use serde_json::json;
use shared_model::Role;
use shared_model::devices::RevokeReason;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use sync_server::{AuditChain, Env, Error, Server, SystemEnv};

/// Exit code of `status` when something needs care; 1 is a failure of the program itself.
const NEEDS_CARE: u8 = 2;

#[derive(Parser)]
#[command(name = "sync-server", version, about = "网格行的同步服务器")]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// 新建数据文件夹：密钥、单元
    Init {
        #[arg(long)]
        data: PathBuf,
        /// CSV，表头 code,parent,kind,name
        #[arg(long)]
        units: PathBuf,
        /// 设备访问服务器的地址
        #[arg(long)]
        url: String,
        /// 擦除与停用的台账在这个文件夹里也写一份，最好在另一块磁盘上
        #[arg(long, value_name = "DIR")]
        ledger_copy: Option<PathBuf>,
    },
    /// 看或改设置（服务器可以照常运行）
    Config {
        #[arg(long)]
        data: PathBuf,
        /// 擦除与停用的台账在这个文件夹里也写一份，最好在另一块磁盘上
        #[arg(long, value_name = "DIR")]
        ledger_copy: Option<PathBuf>,
        /// 不再写第二份；已有的那份留着
        #[arg(long, conflicts_with = "ledger_copy")]
        no_ledger_copy: bool,
    },
    /// 邀请一个人登记一台设备（十分钟内用一次）
    Invite {
        #[arg(long)]
        data: PathBuf,
        #[arg(long)]
        role: String,
        /// 单元代码或 id
        #[arg(long)]
        unit: String,
        #[arg(long)]
        name: String,
        /// 不等社区在另一台设备上确认
        #[arg(long)]
        auto_confirm: bool,
        #[arg(long)]
        json: bool,
    },
    /// 停用一台设备
    Revoke {
        #[arg(long)]
        data: PathBuf,
        #[arg(long)]
        device: uuid::Uuid,
        /// replaced 换了设备、left 不再任职、lost 丢了、stolen 被偷、cloned 像是被复制、mistaken 登记错了
        #[arg(long)]
        reason: String,
    },
    /// 运行服务器
    Serve {
        #[arg(long)]
        data: PathBuf,
        #[arg(long, default_value = "127.0.0.1:8080")]
        listen: SocketAddr,
        /// 证书链（PEM）；和 --tls-key 一起用
        #[arg(long, value_name = "FILE", requires = "tls_key")]
        tls_cert: Option<PathBuf>,
        /// 私钥（PEM）
        #[arg(long, value_name = "FILE", requires = "tls_cert")]
        tls_key: Option<PathBuf>,
        /// 代理的地址：TLS 由它做；只信从这个地址来的 X-Forwarded-For 的最后一项
        #[arg(long, value_name = "IP", conflicts_with = "tls_cert")]
        behind_proxy: Option<IpAddr>,
        /// 允许在别的机器连得到的地址上不加密（只用于试验）
        #[arg(long)]
        plain_http: bool,
        /// 另开一个地址答 /metrics、/healthz、/readyz；不开时 /metrics 只答本机
        #[arg(long, value_name = "ADDR")]
        metrics: Option<SocketAddr>,
        /// 日志的样子（写到 stderr，没有个人信息）
        #[arg(long, value_enum, default_value = "json")]
        log: crate::http::log::Form,
        /// 每天在这个文件夹里做一份备份
        #[arg(long)]
        backup_dir: Option<PathBuf>,
        /// 擦除与停用的台账在这个文件夹里也写一份，最好在另一块磁盘上
        #[arg(long, value_name = "DIR")]
        ledger_copy: Option<PathBuf>,
        /// 数据库最多长到多大（MB），给备份和日志留地方；满了以后只能看不能传
        #[arg(long, value_name = "MB")]
        max_db: Option<u32>,
    },
    /// 做一份验证过的备份（服务器可以照常运行）
    Backup {
        #[arg(long)]
        data: PathBuf,
        /// 放备份的文件夹，最好在另一块磁盘上；不写就放在数据文件夹的 backups 里
        #[arg(long)]
        to: Option<PathBuf>,
    },
    /// 用一份备份恢复：先停下服务器；原来的数据库移到一边，不删除
    Restore {
        #[arg(long)]
        data: PathBuf,
        #[arg(long)]
        from: PathBuf,
    },
    /// 压缩日志：久未联系的设备改用整份数据开始，结果不变（服务器可以照常运行，平时每天自动做）
    Compact {
        #[arg(long)]
        data: PathBuf,
        /// 保留最近多少天的逐条记录
        #[arg(long, default_value_t = 30)]
        days: u32,
    },
    /// 操作记录：谁通过服务器确认、停用、任命、分享、擦除了什么；查出改过、删过的，退出码是 2
    Audit {
        #[arg(long)]
        data: PathBuf,
        /// 列出最近多少天的；不写就只检查
        #[arg(long)]
        days: Option<u32>,
    },
    /// 服务器的情况；有要处理的事时退出码是 2
    Status {
        #[arg(long)]
        data: PathBuf,
    },
}

/// Runs the program.
pub fn run() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(e) if !e.use_stderr() => {
            // Help and version; a closed pipe is nobody's concern.
            let _ = e.print();
            return ExitCode::SUCCESS;
        }
        Err(e) => return fail("invalid_args", &e.to_string()),
    };
    match act(args.command) {
        Ok(code) => code,
        Err(e) => fail(e.code(), &e.to_string()),
    }
}

fn fail(code: &str, message: &str) -> ExitCode {
    eprintln!("{}", json!({ "code": code, "message": message.trim() }));
    ExitCode::FAILURE
}

fn act(command: Command) -> Result<ExitCode, Error> {
    let env = Arc::new(SystemEnv);
    match command {
        Command::Init { data, units, url, ledger_copy } => {
            let units =
                std::fs::read(&units).map_err(|e| Error::Setup { code: "not_found", message: format!("{}：{e}", units.display()) })?;
            let server = Server::init(&data, &units, &url, env)?;
            if ledger_copy.is_some() {
                server.set_ledger_copy(ledger_copy.as_deref())?;
            }
            if url.starts_with("http://") && !is_loopback(&url) {
                eprintln!("{}", json!({ "level": "WARN", "message": "地址是 http，登记与同步的内容在网络上可被读到；正式使用请用 https" }));
            }
            print!("{}", server.status(false)?.words);
        }
        Command::Invite { data, role, unit, name, auto_confirm, json } => {
            let role = Role::from_name(&role).ok_or(Error::Setup { code: "invalid_args", message: format!("没有角色 {role}") })?;
            let made = Server::open(&data, env)?.invite(role, &unit, &name, auto_confirm)?;
            if json {
                println!("{}", json!({ "invite": made.text, "expires_at": made.expires_at }));
            } else {
                println!("{}", made.text);
            }
        }
        Command::Revoke { data, device, reason } => {
            let reason = RevokeReason::from_name(&reason)
                .ok_or(Error::Setup { code: "invalid_args", message: format!("没有这种停用原因 {reason}") })?;
            if !Server::open(&data, env)?.revoke(&device, reason)? {
                return Err(Error::Setup { code: "not_found", message: "没有这台设备".into() });
            }
        }
        Command::Serve { data, listen, tls_cert, tls_key, behind_proxy, plain_http, metrics, log, backup_dir, ledger_copy, max_db } => {
            let tls = tls_cert.zip(tls_key);
            let options = crate::http::Options {
                listen,
                tls,
                proxy: behind_proxy,
                allows_plain: plain_http,
                metrics,
                log,
                backups: backup_dir,
                ledger_copy,
                max_db_mb: max_db,
            };
            crate::http::serve(&data, options)?;
        }
        Command::Config { data, ledger_copy, no_ledger_copy } => {
            let server = Server::open(&data, env)?;
            if ledger_copy.is_some() || no_ledger_copy {
                server.set_ledger_copy(ledger_copy.as_deref())?;
            }
            let words = server.ledger_copy()?.map_or("没有".to_owned(), |(file, _)| file.display().to_string());
            println!("台账的另一份 {words}");
        }
        Command::Backup { data, to } => {
            let made = Server::open(&data, env)?.backup(to.as_deref())?;
            println!("备份 {}，{} 字节，{} 个分区，已验证", made.file, made.bytes, made.partitions.len());
        }
        Command::Restore { data, from } => {
            let done = sync_server::restore(&data, &from, env)?;
            println!("已恢复，第 {} 期开始。设备下次同步时会把备份之后的内容再交上来。", done.epoch);
            if let Some(aside) = done.moved_to {
                println!("原来的数据库在 {}", aside.display());
            }
        }
        Command::Compact { data, days } => {
            let rows = Server::open(&data, env)?.compact(i64::from(days) * 24 * 3600 * 1000)?;
            println!("已压缩，{rows} 条记录只留下序号");
        }
        Command::Audit { data, days } => {
            let server = Server::open(&data, env)?;
            if let Some(days) = days {
                let since = SystemEnv.now_ms() - i64::from(days) * 24 * 3600 * 1000;
                server.audit_lines(since)?.iter().for_each(|line| println!("{line}"));
            }
            match server.audit_chain()? {
                AuditChain::Whole(lines) => println!("操作记录 {lines} 条，都和写下时一样"),
                AuditChain::BrokenAt(line) => println!("操作记录从第 {line} 条起和写下时不一样"),
                AuditChain::CutShort { lines, known } => println!("操作记录只剩 {lines} 条，台账里记着有 {known} 条"),
            }
            if !matches!(server.audit_chain()?, AuditChain::Whole(_)) {
                return Ok(ExitCode::from(NEEDS_CARE));
            }
        }
        Command::Status { data } => {
            let status = Server::open(&data, env)?.status(sync_server::is_serving(&data)?)?;
            print!("{}", status.words);
            if status.needs_care {
                return Ok(ExitCode::from(NEEDS_CARE));
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn is_loopback(url: &str) -> bool {
    let host = url.trim_start_matches("http://").split(['/', ':']).next().unwrap_or("");
    host == "localhost" || host.starts_with("127.") || host.starts_with("[")
}
