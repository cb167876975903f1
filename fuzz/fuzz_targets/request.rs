#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| flinks_gateway_fuzz::request::run(bytes));
