//! Who plays: three fictional people, each with a device of their own, and the units they belong to.

use crate::device::Device;
use serde::{Deserialize, Serialize};
use shared_model::commands::SyncStatus;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// PIN of the three devices; a demo has nothing to hide.
pub const PIN: &str = "135790";
/// Code of the community.
pub const COMMUNITY: &str = "610104001901";
/// Code of the first grid.
pub const FIRST_GRID: &str = "6101040019011001";
/// The building of the building head.
pub const BUILDING_NO: &str = "3";
/// The unit tree of the deployment, as the server reads it.
pub const UNITS: &str = "code,parent,kind,name\n\
    610104,,district,莲湖区\n\
    610104001,610104,street,青年路街道\n\
    610104001901,610104001,community,示例社区\n\
    6101040019011001,610104001901,grid,第一网格\n\
    6101040019011002,610104001901,grid,第二网格\n\
    6101040019011003,610104001901,grid,第三网格\n";
/// The sample rosters and the grids they belong to.
pub const ROSTERS: [(&str, &str); 3] =
    [("一网格居民台账.xlsx", FIRST_GRID), ("二网格居民台账.xlsx", "6101040019011002"), ("三网格人员表.xlsx", "6101040019011003")];
/// Where the sample community lies: fictional boundaries and buildings beside a real town, so that there is a map to see.
pub const SHAPES: &str = "示例社区边界.geojson";
/// The blank table of the civil-affairs office.
pub const TABLE: &str = "民政_高龄津贴摸底表.xlsx";

/// One of the three.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    Worker,
    Head,
    Office,
}

impl Who {
    /// In the order of the page.
    pub const ALL: [Who; 3] = [Who::Worker, Who::Head, Who::Office];

    /// Name in addresses and in the state.
    pub fn key(self) -> &'static str {
        match self {
            Who::Worker => "worker",
            Who::Head => "head",
            Who::Office => "office",
        }
    }

    /// From its key.
    pub fn of(key: &str) -> Option<Who> {
        Who::ALL.into_iter().find(|w| w.key() == key)
    }

    /// The person.
    pub fn name(self) -> &'static str {
        match self {
            Who::Worker => "王秀梅",
            Who::Head => "刘玉芬",
            Who::Office => "周敏",
        }
    }

    /// Role preset of the invite.
    pub fn role(self) -> &'static str {
        match self {
            Who::Worker => "worker",
            Who::Head => "building_head",
            Who::Office => "office",
        }
    }

    /// Role in words.
    pub fn role_name(self) -> &'static str {
        match self {
            Who::Worker => "网格员",
            Who::Head => "楼长",
            Who::Office => "社区办公室",
        }
    }

    /// Unit in words.
    pub fn unit_name(self) -> String {
        match self {
            Who::Worker => "第一网格".into(),
            Who::Head => format!("第一网格 {BUILDING_NO} 号楼"),
            Who::Office => "示例社区".into(),
        }
    }
}

/// A person's device in the demo.
pub struct Player {
    pub who: Who,
    pub device: Arc<Device>,
    is_offline: AtomicBool,
    is_running: AtomicBool,
    last: Mutex<SyncStatus>,
}

impl Player {
    pub fn new(who: Who) -> Player {
        Player {
            who,
            device: Device::new(),
            is_offline: AtomicBool::new(false),
            is_running: AtomicBool::new(false),
            last: Mutex::default(),
        }
    }

    pub fn is_offline(&self) -> bool {
        self.is_offline.load(Ordering::Relaxed)
    }

    /// The switch beside the phone.
    pub fn set_offline(&self, offline: bool) {
        self.is_offline.store(offline, Ordering::Relaxed);
        self.device.set_offline(offline);
    }

    pub fn is_running(&self) -> bool {
        self.is_running.load(Ordering::Relaxed)
    }

    pub fn set_running(&self, running: bool) {
        self.is_running.store(running, Ordering::Relaxed);
    }

    /// What the device last said about its sync; asked anew where it answers.
    pub fn status(&self) -> SyncStatus {
        if self.is_running()
            && let Ok(reply) = self.device.call("sync_status", serde_json::json!({}))
            && let Ok(status) = serde_json::from_value(reply)
        {
            *self.last() = status;
        }
        self.last().clone()
    }

    fn last(&self) -> MutexGuard<'_, SyncStatus> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
