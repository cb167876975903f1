//! What is shipped for Istio and Linkerd is what they take, lets a sign-in take its minutes, and repeats none.

use std::{collections::BTreeSet, fs, path::Path, time::Duration};

use flinks_gateway::{
    config::{self, Sources},
    pb,
};
use prost_reflect::DescriptorPool;
use serde_json::Value;

use crate::chart::documents;

fn read(path: &str) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let text = fs::read_to_string(&path);
    documents(&text.unwrap_or_else(|_| panic!("{path:?}: run tests/install")))
}

/// Looks for what a schema does not know. An API server drops such fields without a word.
fn check(value: &Value, schema: &Value, place: &str, faults: &mut Vec<String>) {
    if schema["x-kubernetes-preserve-unknown-fields"] == true {
        return;
    }
    let is_kind = match schema["type"].as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("boolean") => value.is_boolean(),
        Some("integer") => value.is_i64(),
        Some("number") => value.is_number(),
        _ => true,
    };
    if !is_kind {
        faults.push(format!("{place}: must be {}", schema["type"]));
    }
    if let Some(allowed) = schema["enum"].as_array()
        && !allowed.contains(value)
    {
        faults.push(format!("{place}: must be one of {allowed:?}"));
    }
    for name in schema["required"].as_array().into_iter().flatten() {
        if value.get(name.as_str().unwrap()).is_none() {
            faults.push(format!("{place}: needs {name}"));
        }
    }
    for (name, value) in value.as_object().into_iter().flatten() {
        let place = format!("{place}.{name}");
        match (&schema["properties"][name], &schema["additionalProperties"]) {
            (Value::Null, Value::Null) => faults.push(format!("{place}: is not known")),
            (Value::Null, any) => check(value, any, &place, faults),
            (known, _) => check(value, known, &place, faults),
        }
    }
    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
        check(item, &schema["items"], &format!("{place}[{index}]"), faults);
    }
}

fn faults(manifest: &Value, definitions: &[Value]) -> Vec<String> {
    let (group, version) = manifest["apiVersion"]
        .as_str()
        .and_then(|version| version.split_once('/'))
        .unwrap();
    let definition = definitions
        .iter()
        .find(|it| it["spec"]["group"] == group && it["spec"]["names"]["kind"] == manifest["kind"]);
    let versions = definition.unwrap()["spec"]["versions"].as_array().unwrap();
    let version = versions.iter().find(|it| it["name"] == version).unwrap();
    assert_eq!(version["served"], true);
    let mut faults = Vec::new();
    let schema = &version["schema"]["openAPIV3Schema"]["properties"]["spec"];
    check(&manifest["spec"], schema, "spec", &mut faults);
    faults
}

fn definitions() -> Vec<Value> {
    let mut definitions = read("target/tools/crds/istio.yaml");
    definitions.extend(read("target/tools/crds/grpcroute.yaml"));
    definitions
}

#[test]
fn every_manifest_has_the_fields_that_its_kind_has() {
    let definitions = definitions();
    for file in ["istio", "linkerd"] {
        for manifest in read(&format!("deploy/{file}/flinks-gateway.yaml")) {
            assert_eq!(faults(&manifest, &definitions), [""; 0], "{file}");
            // And what is misspelt is found.
            let text = manifest.to_string();
            for (right, wrong) in [
                ("\"retries\"", "\"retry\""),
                ("\"mode\":\"STRICT\"", "\"mode\":\"STRICTLY\""),
                ("\"method\":\"", "\"methodName\":\""),
                ("\"connectTimeout\":\"2s\"", "\"connectTimeout\":2"),
                ("\"principals\"", "\"principal\""),
            ] {
                if text.contains(right) {
                    let wrong = serde_json::from_str(&text.replace(right, wrong)).unwrap();
                    assert_ne!(faults(&wrong, &definitions), [""; 0], "{right}");
                }
            }
        }
    }
}

/// The paths of all methods that the gateway has.
fn paths() -> BTreeSet<String> {
    let mut pool = DescriptorPool::new();
    for set in [
        pb::FILE_DESCRIPTOR_SET,
        tonic_health::pb::FILE_DESCRIPTOR_SET,
        tonic_reflection::pb::v1::FILE_DESCRIPTOR_SET,
        tonic_reflection::pb::v1alpha::FILE_DESCRIPTOR_SET,
    ] {
        pool.decode_file_descriptor_set(set).unwrap();
    }
    let services = pool.services().collect::<Vec<_>>();
    let methods = services.iter().flat_map(|service| {
        let name = service.full_name().to_owned();
        let methods = service.methods().collect::<Vec<_>>();
        methods
            .into_iter()
            .map(move |method| format!("/{name}/{}", method.name()))
    });
    methods.collect()
}

fn ours(method: &str) -> String {
    format!("/flinks.gateway.v1.AuthorizationService/{method}")
}

fn live() -> BTreeSet<String> {
    ["Authorize", "AnswerChallenges"].map(ours).into()
}

fn seconds(text: &Value) -> Duration {
    let number = text.as_str().and_then(|text| text.strip_suffix('s'));
    Duration::from_secs(number.unwrap().parse().unwrap())
}

/// What the gateway itself allows by default, live and cached.
fn timeouts() -> (Duration, Duration) {
    let config = config::read(&Sources {
        sandbox: true,
        ..Sources::default()
    });
    let timeouts = config.unwrap().server.limits.timeouts;
    (timeouts.live, timeouts.cached)
}

fn manifest(file: &str, kind: &str, name: &str) -> Value {
    let manifests = read(&format!("deploy/{file}/flinks-gateway.yaml")).into_iter();
    let mut found = manifests.filter(|it| it["kind"] == kind && it["metadata"]["name"] == name);
    found.next().unwrap_or_else(|| panic!("{kind} {name}"))
}

#[test]
fn istio_repeats_no_sign_in_and_waits_for_it() {
    let service = manifest("istio", "VirtualService", "flinks-gateway");
    let routes = service["spec"]["http"].as_array().unwrap();
    let taken = |route: &Value| -> BTreeSet<String> {
        let matches = route["match"].as_array().into_iter().flatten();
        let paths = matches.map(|it| it["uri"]["exact"].as_str().unwrap().to_owned());
        paths.collect()
    };
    let [first, second, last] = &routes[..] else {
        panic!("{routes:?}")
    };
    let (live_timeout, cached_timeout) = timeouts();
    assert_eq!(taken(first), live());
    assert_eq!(first["retries"], serde_json::json!({ "attempts": 0 }));
    assert!(seconds(&first["timeout"]) > live_timeout.max(Duration::from_secs(210)));
    assert_eq!(taken(second), [ours("CachedAuthorize")].into());
    assert!(seconds(&second["timeout"]) > cached_timeout);
    assert!(taken(last).is_empty(), "everything else");
    assert_eq!(last["retries"]["attempts"], 0);

    let policy = manifest("istio", "AuthorizationPolicy", "flinks-gateway");
    let text = policy.to_string();
    for part in text.split('"').filter(|part| part.starts_with("/flinks.")) {
        assert!(paths().contains(part), "{part}");
    }
    let rule = manifest("istio", "DestinationRule", "flinks-gateway");
    let idle = &rule["spec"]["trafficPolicy"]["connectionPool"]["http"]["idleTimeout"];
    assert!(seconds(idle) < Duration::from_secs(15 * 60));
}

#[test]
fn linkerd_repeats_no_sign_in_and_waits_for_it() {
    let (live_timeout, cached_timeout) = timeouts();
    let mut taken = BTreeSet::new();
    for name in ["live", "cached", "others"] {
        let route = manifest("linkerd", "GRPCRoute", &format!("flinks-gateway-{name}"));
        let notes = &route["metadata"]["annotations"];
        let mut these = BTreeSet::new();
        for matched in route["spec"]["rules"][0]["matches"].as_array().unwrap() {
            let (service, method) = (&matched["method"]["service"], &matched["method"]["method"]);
            let service = format!("/{}/", service.as_str().unwrap());
            let method = method.as_str().unwrap_or_default();
            let all = paths().into_iter().filter(|path| match method {
                "" => path.starts_with(&service),
                method => *path == format!("{service}{method}"),
            });
            let before = these.len();
            these.extend(all);
            assert!(these.len() > before, "{matched} is no method");
        }
        match name {
            "live" => {
                assert_eq!(these, live());
                let timeout = seconds(&notes["timeout.linkerd.io/request"]);
                assert!(timeout > live_timeout.max(Duration::from_secs(210)));
            }
            "cached" => {
                assert_eq!(these, [ours("CachedAuthorize")].into());
                assert_eq!(notes["retry.linkerd.io/grpc"], "unavailable");
                assert!(seconds(&notes["timeout.linkerd.io/request"]) > cached_timeout);
            }
            _ => {}
        }
        let repeats = notes.to_string().contains("retry.linkerd.io/");
        assert_eq!(repeats, name == "cached", "{name}");
        taken.extend(these);
    }
    assert_eq!(taken, paths(), "what no route takes is refused");
}
