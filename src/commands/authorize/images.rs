//! Pictures to choose from, as files that a picture viewer can open.
//!
//! They are part of a customer's secret, so they lie in a directory that nobody else may enter and that goes away
//! with this value.

use std::{
    env,
    fs::{self, DirBuilder, OpenOptions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use flinks_gateway::pb;
use uuid::Uuid;

/// A fresh directory, and what was written into it.
#[derive(Debug)]
pub(super) struct ImageFiles {
    directory: PathBuf,
}

impl ImageFiles {
    pub(super) fn new() -> io::Result<Self> {
        let directory = env::temp_dir().join(format!("flinks-gateway-{}", Uuid::new_v4()));
        let mut builder = DirBuilder::new();
        builder.mode(0o700);
        // Fails where something of that name is there already, a link of somebody else's included.
        builder.create(&directory)?;
        Ok(Self { directory })
    }

    /// Writes the pictures of one challenge, and says where they are, in their order.
    pub(super) fn write(
        &self,
        round: i32,
        challenge: usize,
        images: &[pb::Image],
    ) -> io::Result<Vec<PathBuf>> {
        let mut paths = Vec::with_capacity(images.len());
        for (image, number) in images.iter().zip(1..) {
            let extension = extension(&image.media_type);
            let name = format!("round{round}-challenge{challenge}-image{number}.{extension}");
            let path = self.directory.join(name);
            write_private(&path, &image.content)?;
            paths.push(path);
        }
        Ok(paths)
    }
}

impl Drop for ImageFiles {
    fn drop(&mut self) {
        // There is nobody to tell when it fails.
        let _ = fs::remove_dir_all(&self.directory);
    }
}

fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    // A challenge may be asked a second time.
    options.write(true).create(true).truncate(true);
    options.mode(0o600);
    options.open(path)?.write_all(content)
}

/// From a list of ours, because the media type is the server's word.
fn extension(media_type: &str) -> &'static str {
    match media_type {
        "image/png" => "png",
        "image/jpeg" => "jpg",
        "image/gif" => "gif",
        "image/webp" => "webp",
        "image/bmp" => "bmp",
        _ => "bin",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(content: &'static [u8], media_type: &str) -> pb::Image {
        pb::Image {
            content: content.into(),
            media_type: media_type.to_owned(),
        }
    }

    #[test]
    fn pictures_are_written_in_order_for_their_owner_only_and_removed() {
        let files = ImageFiles::new().unwrap();
        let images = [
            image(b"one", "image/png"),
            image(b"two", "../../etc/passwd"),
        ];
        let paths = files.write(1, 2, &images).unwrap();

        assert_eq!(fs::read(&paths[0]).unwrap(), b"one");
        assert_eq!(fs::read(&paths[1]).unwrap(), b"two");
        assert!(
            paths[0].ends_with("round1-challenge2-image1.png"),
            "{paths:?}"
        );
        assert!(
            paths[1].ends_with("round1-challenge2-image2.bin"),
            "{paths:?}"
        );
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode(&files.directory), 0o700);
            assert_eq!(mode(&paths[0]), 0o600);
        }

        let directory = files.directory.clone();
        drop(files);
        assert!(!directory.exists());
    }

    #[test]
    fn a_challenge_that_is_asked_again_may_write_its_pictures_again() {
        let files = ImageFiles::new().unwrap();
        files.write(1, 1, &[image(b"longer", "image/png")]).unwrap();
        let paths = files.write(1, 1, &[image(b"new", "image/png")]).unwrap();
        assert_eq!(fs::read(&paths[0]).unwrap(), b"new");
    }
}
