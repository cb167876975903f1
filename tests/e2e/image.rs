//! The image's recipe and the compose file, as far as they can be tried where no container engine is.
//! `deploy/empty-root` runs the image's binary as a container does.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{chart, tools};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn recipe() -> String {
    fs::read_to_string(root().join("deploy/Dockerfile")).unwrap()
}

fn values() -> serde_json::Value {
    let values = root().join("deploy/helm/flinks-gateway/values.yaml");
    chart::documents(&fs::read_to_string(values).unwrap()).remove(0)
}

#[test]
fn the_recipe_has_nothing_that_a_linter_knows_better() {
    let mut hadolint = tools::program("hadolint");
    let output = hadolint
        .arg(root().join("deploy/Dockerfile"))
        .output()
        .unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{told}");
}

#[test]
fn the_recipe_says_what_the_project_and_the_chart_say() {
    let recipe = recipe();
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let manifest: toml::Table = manifest.parse().unwrap();
    let rust = manifest["workspace"]["package"]["rust-version"]
        .as_str()
        .unwrap();
    assert!(
        recipe.contains(&format!("FROM rust:{rust}-alpine")),
        "{recipe}"
    );
    // The environment is stronger than a file: what the chart writes there must be the same.
    let config = root().join("deploy/helm/flinks-gateway/templates/_helpers.tpl");
    let config = fs::read_to_string(config).unwrap();
    for (variable, setting, port) in [
        ("FLINKS_GATEWAY_LISTEN", "listen", 50051),
        ("FLINKS_GATEWAY_ADMIN_LISTEN", "admin_listen", 9464),
    ] {
        assert!(recipe.contains(&format!("{variable}=0.0.0.0:{port}")));
        assert!(config.contains(&format!("\n{setting} = \"0.0.0.0:{port}\"\n")));
    }
    let user = values()["podSecurityContext"]["runAsUser"].to_string();
    assert!(recipe.contains(&format!("USER {user}:{user}")), "{user}");
    let version = manifest["workspace"]["package"]["version"]
        .as_str()
        .unwrap();
    let chart = fs::read_to_string(root().join("deploy/helm/flinks-gateway/Chart.yaml")).unwrap();
    assert!(
        chart.contains(&format!("\nappVersion: {version}\n")),
        "{chart}"
    );
}

/// What an engine would hand to the build: the files that `.dockerignore` lets through, and no others.
#[test]
fn the_build_has_all_that_cargo_asks_for() {
    let ignored = fs::read_to_string(root().join("deploy/Dockerfile.dockerignore")).unwrap();
    let mut lines = ignored.lines();
    assert_eq!(lines.next(), Some("*"), "nothing but what is named");
    let context = tempfile::tempdir().unwrap();
    for line in lines {
        let path = line.strip_prefix('!').unwrap();
        copy(&root().join(path), &context.path().join(path));
    }
    let (here, there) = (targets(root()), targets(context.path()));
    assert_eq!(here, there);
    assert!(context.path().join("proto/flinks/gateway/v1").is_dir());
    // Files that sources take in are beside them, or were named.
    for source in sources(context.path()) {
        let text = fs::read_to_string(&source).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        for taken in ["include_str!(\"", "include_bytes!(\""] {
            for rest in code.split(taken).skip(1) {
                let name = rest.split('"').next().unwrap();
                let beside = source.parent().unwrap().join(name);
                assert!(beside.exists(), "{source:?} takes in {name}");
            }
        }
    }
    let copied: u64 = files(context.path())
        .iter()
        .map(|path| path.metadata().unwrap().len())
        .sum();
    assert!(copied < 5 << 20, "{copied} bytes are no sources");
}

/// All that cargo would build of a workspace, but for tests, which stay behind: each with its source.
fn targets(workspace: &Path) -> BTreeSet<String> {
    let metadata = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--locked",
            "--offline",
            "--no-deps",
            "--format-version",
            "1",
        ])
        .current_dir(workspace)
        .output()
        .unwrap();
    assert!(
        metadata.status.success(),
        "{}",
        String::from_utf8_lossy(&metadata.stderr)
    );
    let metadata: serde_json::Value = serde_json::from_slice(&metadata.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap().iter();
    let targets = packages.flat_map(|package| package["targets"].as_array().unwrap());
    let built = targets.filter(|target| target["kind"][0] != "test");
    let sources = built.map(|target| Path::new(target["src_path"].as_str().unwrap()));
    let workspace = workspace.canonicalize().unwrap();
    sources
        .filter(|source| source.exists())
        .map(|source| {
            source
                .strip_prefix(&workspace)
                .unwrap()
                .display()
                .to_string()
        })
        .collect()
}

/// Copies a file, or a folder with all that is in it.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to.parent().unwrap()).unwrap();
    if from.is_dir() {
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            copy(&entry.path(), &to.join(entry.file_name()));
        }
    } else {
        fs::copy(from, to).unwrap();
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    entries
        .flat_map(|entry| {
            let path = entry.unwrap().path();
            if path.is_dir() {
                files(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = files(folder);
    files.retain(|path| path.extension().is_some_and(|extension| extension == "rs"));
    files
}

#[test]
fn the_compose_file_is_one() {
    let path = root().join("deploy/compose.yaml");
    let script = "import sys, compose_spec; compose_spec.PyCompose.from_yaml(open(sys.argv[1]).read()).validate()";
    let output = tools::python()
        .args(["-c", script])
        .arg(&path)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );

    let text = fs::read_to_string(&path).unwrap();
    let compose = chart::documents(&text).remove(0);
    for (name, service) in compose["services"].as_object().unwrap() {
        assert_eq!(service["read_only"], true, "{name}");
        for port in service["ports"].as_array().unwrap() {
            assert!(
                port.as_str().unwrap().starts_with("127.0.0.1:"),
                "{name} {port}"
            );
        }
        for volume in service["volumes"].as_array().into_iter().flatten() {
            let (file, _) = volume.as_str().unwrap().split_once(':').unwrap();
            let file = root().join("deploy").join(file);
            assert!(file.is_file(), "{file:?}");
        }
    }
    let gateway = &compose["services"]["gateway"];
    let recipe_path = gateway["build"]["dockerfile"].as_str().unwrap();
    assert!(root().join(recipe_path).is_file());
    assert!(recipe().contains("ARG FEATURES"), "its argument is taken");
    assert_eq!(gateway["build"]["args"]["FEATURES"], "sandbox");

    // As it is mounted: side by side.
    let folder = tempfile::tempdir().unwrap();
    for volume in compose["services"]["prometheus"]["volumes"]
        .as_array()
        .unwrap()
    {
        let parts: Vec<&str> = volume.as_str().unwrap().split(':').collect();
        let name = parts[1].strip_prefix("/etc/prometheus/").unwrap();
        copy(
            &root().join("deploy").join(parts[0]),
            &folder.path().join(name),
        );
    }
    let mut promtool = tools::program("promtool");
    let checked = promtool
        .args(["check", "config"])
        .arg(folder.path().join("prometheus.yml"));
    let checked = checked.output().unwrap();
    let told = String::from_utf8_lossy(&checked.stdout) + String::from_utf8_lossy(&checked.stderr);
    assert!(
        checked.status.success() && told.contains("rule files found"),
        "{told}"
    );
}
