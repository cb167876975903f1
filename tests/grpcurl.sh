#!/usr/bin/env bash
# Runs the lines that the demo prints, in order and as they are, in one shell, and then answers a challenge of every
# kind. Fails when a line does not work.
set -euo pipefail
cd "$(dirname "$0")/.."

command -v grpcurl >/dev/null || { echo "tests/grpcurl.sh: grpcurl is not installed" >&2; exit 1; }
cargo build --locked --quiet
work=$(mktemp -d)
"${CARGO_TARGET_DIR:-target}/debug/flinks-gateway" demo --listen 127.0.0.1:0 >"$work/told" 2>"$work/log" &
demo=$!
trap 'kill $demo 2>/dev/null; rm -rf "$work"' EXIT
for _ in $(seq 200); do
  grep -q ' authorize --address ' "$work/told" && break
  kill -0 $demo || { cat "$work/told" "$work/log"; exit 1; }
  sleep 0.05
done

grep -E '^(grpcurl |CONTINUATION=)' "$work/told" >"$work/lines"
bash -evo pipefail "$work/lines" 2>&1 | tee "$work/said" | cut -c1-150
# The login of the story, the question's and the last of two rounds: each an open session.
test "$(grep -c '^  "session": {' "$work/said")" = 3
test "$(grep -c '^  "challengeRound": {' "$work/said")" = 3

address=$(sed -n 's/.*serves gRPC on \([0-9.:]*\),.*/\1/p' "$work/told")
service=flinks.gateway.v1.AuthorizationService
reply=$(grpcurl -plaintext -d '{"credentials": {"institution": "ScenarioBank", "password": "any", "username":
  "question+select+choice+choices+image+text_or_call+unknown"}, "save": true}' "$address" $service/Authorize)
continuation=$(sed -n 's/.*"continuation": "\([^"]*\)".*/\1/p' <<<"$reply")
grpcurl -plaintext -d @ "$address" $service/AnswerChallenges <<END | grep '"session"'
{"continuation": "$continuation", "answers": [
  {"challengeId": "1", "text": "Rex"},
  {"challengeId": "2", "selectedQuestion": {"question": "Who taught you to swim?", "text": "Nobody"}},
  {"challengeId": "3", "choice": "Queen Street"},
  {"challengeId": "4", "choices": {"values": ["Savings", "Mortgage"]}},
  {"challengeId": "5", "imageIndex": 2},
  {"challengeId": "6", "codeDelivery": {"phoneNumber": "(•••) •••-1234", "method": "DELIVERY_METHOD_TEXT"}},
  {"challengeId": "7", "raw": {"key": "Approve this sign-in on your phone", "values": ["Approved"]}}]}
END
echo "grpcurl: every line of the demo works, and every kind of challenge can be answered"
