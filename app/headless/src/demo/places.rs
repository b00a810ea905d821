//! Where the demo's parts lie: its data, the sample rosters, the programs beside this one. The data folder is emptied at every start, so it
//! is only ever a folder that this program made itself (a mark lies in it) or that was empty.

use crate::cli;
use crate::failure::{Outcome, fail, of_io};
use crate::http::files::Pages;
use crate::log::private_folder;
use std::path::{Path, PathBuf};

/// Lies in a folder that the demo may empty.
const MARK: &str = "gridwalk-demo";

/// All paths, found once.
pub struct Places {
    data: PathBuf,
    is_ours_to_remove: bool,
    bins: PathBuf,
    samples: Vec<PathBuf>,
}

impl Places {
    /// Looks for everything; what is missing is named when it is needed.
    ///
    /// # Errors
    /// `invalid_args` when the data folder holds something that is not the demo's.
    pub fn find(options: &cli::Demo) -> Outcome<Places> {
        let own = std::env::current_exe().ok().and_then(|exe| exe.parent().map(Path::to_owned)).unwrap_or_default();
        let fresh = || std::env::temp_dir().join(format!("gridwalk-demo-{:016x}", rand::random::<u64>()));
        let roots = match &options.rosters {
            Some(given) => vec![given.clone(), given.join("..")],
            None => vec![PathBuf::from("tests/data"), own.join("../../tests/data")],
        };
        let samples = roots.into_iter().flat_map(|root| [root.clone(), root.join("rosters"), root.join("tables")]).collect();
        let places = Places {
            data: options.data.clone().unwrap_or_else(fresh),
            is_ours_to_remove: options.data.is_none(),
            bins: options.bin_dir.clone().unwrap_or(own),
            samples,
        };
        places.empty()?;
        Ok(places)
    }

    /// The UI, named or found.
    pub fn pages(options: &cli::Demo) -> Pages {
        Pages::find(options.ui.as_deref())
    }

    /// Folder of everything the demo writes.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// A program beside this one, if it is there.
    pub fn program(&self, name: &str) -> Option<PathBuf> {
        let path = self.bins.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
        path.is_file().then_some(path)
    }

    /// A sample file.
    ///
    /// # Errors
    /// `not_found`.
    pub fn sample(&self, name: &str) -> Outcome<PathBuf> {
        let found = self.samples.iter().map(|folder| folder.join(name)).find(|path| path.is_file());
        found.ok_or_else(|| fail("not_found", format!("找不到示例文件 {name}，请用 --rosters 指定它的文件夹。")))
    }

    /// Empties the data folder, but for the log of this run.
    ///
    /// # Errors
    /// `invalid_args` when it is not the demo's; `disk_full`, `server_error`.
    pub fn empty(&self) -> Outcome<()> {
        let trouble = |e: std::io::Error| of_io("演示的数据文件夹用不了", &e);
        private_folder(&self.data).map_err(trouble)?;
        let mut entries = std::fs::read_dir(&self.data).map_err(trouble)?.peekable();
        if entries.peek().is_some() && !self.data.join(MARK).is_file() {
            return Err(fail("invalid_args", "--data 里有别的东西，演示不会清空它。请给一个空文件夹。"));
        }
        for entry in entries {
            let path = entry.map_err(trouble)?.path();
            match path.file_name().and_then(|n| n.to_str()) {
                Some(MARK | "log") => {}
                _ if path.is_dir() => std::fs::remove_dir_all(&path).map_err(trouble)?,
                _ => std::fs::remove_file(&path).map_err(trouble)?,
            }
        }
        std::fs::write(self.data.join(MARK), "made by gridwalk-headless demo; emptied at every start\n").map_err(trouble)
    }
}

impl Drop for Places {
    fn drop(&mut self) {
        if self.is_ours_to_remove {
            // What is left behind in the system's own folder for such things is fictional and swept with it.
            let _left_behind = std::fs::remove_dir_all(&self.data);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(data: &Path) -> cli::Demo {
        cli::Demo { data: Some(data.to_owned()), port: 0, rosters: None, bin_dir: None, ui: None, no_window: true }
    }

    #[test]
    fn a_folder_with_other_peoples_files_is_never_emptied() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("thesis.txt"), "years of work").unwrap();
        assert_eq!(Places::find(&options(folder.path())).err().map(|f| f.code).as_deref(), Some("invalid_args"));
        assert!(folder.path().join("thesis.txt").exists());
    }

    #[test]
    fn a_folder_of_an_earlier_demo_is_emptied() {
        let folder = tempfile::tempdir().unwrap();
        drop(Places::find(&options(folder.path())).unwrap());
        std::fs::create_dir_all(folder.path().join("worker/deep")).unwrap();
        let places = Places::find(&options(folder.path())).unwrap();
        assert!(!places.data().join("worker").exists());
        assert!(places.data().join(MARK).exists());
    }

    #[test]
    fn a_folder_that_nobody_named_is_gone_afterwards() {
        let places = Places::find(&cli::Demo { data: None, ..options(Path::new("")) }).unwrap();
        let path = places.data().to_owned();
        assert!(path.is_dir());
        drop(places);
        assert!(!path.exists());
    }
}
