// The runner of the conformance suite: does what a plan says, with the installed package, and writes down what it saw.

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import com.google.gson.JsonSerializer;
import flinks.gateway.client.Answer;
import flinks.gateway.client.Answerer;
import flinks.gateway.client.AuthorizeRequest;
import flinks.gateway.client.CachedAuthorizeRequest;
import flinks.gateway.client.Challenge;
import flinks.gateway.client.ChallengeRound;
import flinks.gateway.client.ConnectOptions;
import flinks.gateway.client.Credentials;
import flinks.gateway.client.DeliveryMethod;
import flinks.gateway.client.GatewayClient;
import flinks.gateway.client.GatewayException;
import flinks.gateway.client.Institution;
import flinks.gateway.client.Language;
import flinks.gateway.client.Link;
import flinks.gateway.client.LoginId;
import flinks.gateway.client.Outcome;
import flinks.gateway.client.PendingOperation;
import flinks.gateway.client.Session;
import flinks.gateway.client.Subject;
import flinks.gateway.client.UnansweredChallengeException;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

public final class Conformance {
    // JSON has one kind of number: 120, not 120.0.
    private static final JsonSerializer<Double> NUMBER = (number, type, context) ->
            number == Math.rint(number) && Math.abs(number) < 1e15
                    ? new JsonPrimitive(number.longValue())
                    : new JsonPrimitive(number);
    private static final Gson JSON = new GsonBuilder()
            .serializeNulls()
            .disableHtmlEscaping()
            .registerTypeAdapter(Double.class, NUMBER)
            .create();

    private final JsonObject servers;
    private final Map<String, GatewayClient> clients = new HashMap<>();

    // What a case remembers.
    private ChallengeRound lastRound;
    private String lastLoginId;

    private Conformance(JsonObject servers) {
        this.servers = servers;
    }

    public static void main(String[] arguments) throws Exception {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        JsonObject plan =
                JsonParser.parseString(Files.readString(Path.of(arguments[0]))).getAsJsonObject();
        Conformance conformance = new Conformance(plan.getAsJsonObject("servers"));
        for (JsonElement item : plan.getAsJsonArray("cases")) {
            conformance.lastRound = null;
            conformance.lastLoginId = null;
            List<Object> results = new ArrayList<>();
            for (JsonElement step : item.getAsJsonObject().getAsJsonArray("steps")) {
                results.add(conformance.run(step.getAsJsonObject()));
            }
            out.println(JSON.toJson(map("case", text(item.getAsJsonObject(), "name"), "steps", results)));
        }
        conformance.clients.values().forEach(GatewayClient::close);
    }

    /** Runs a step on a thread that can be interrupted: so calls are cancelled in Java. */
    private Map<String, Object> run(JsonObject step) throws InterruptedException {
        Map<String, Object> result = new LinkedHashMap<>();
        Thread thread = new Thread(() -> {
            try {
                result.putAll(result(step));
            } catch (RuntimeException error) {
                result.put("broken", error.toString());
            }
        });
        thread.start();
        if (step.has("cancel_after_ms")) {
            thread.join(step.get("cancel_after_ms").getAsLong());
            thread.interrupt();
        }
        thread.join();
        return result;
    }

    private Map<String, Object> result(JsonObject step) {
        List<Object> seen = new ArrayList<>();
        List<Object> saw = new ArrayList<>();
        Map<String, Object> result = new LinkedHashMap<>();
        try {
            GatewayClient client = clients.computeIfAbsent(text(step, "server"), this::connect);
            seen.add(client);
            result.putAll(call(client, step, seen, saw));
        } catch (GatewayException error) {
            seen.add(error);
            result.put("error", error(error));
        } catch (UnansweredChallengeException error) {
            seen.add(error);
            result.put("unanswered", kind(error.kind()));
        } catch (IllegalArgumentException error) {
            seen.add(error);
            result.put("refused", error.getMessage());
        } catch (Exception error) {
            seen.add(error);
            result.put("broken", error.toString());
        }
        if (text(step, "call").equals("sign_in")) {
            result.put("saw", saw);
        }
        result.put("printed", seen.stream().flatMap(value -> printed(value).stream()).toList());
        return result;
    }

    private GatewayClient connect(String name) {
        JsonObject server = servers.getAsJsonObject(name);
        ConnectOptions options = ConnectOptions.defaults();
        for (Map.Entry<String, JsonElement> option : server.getAsJsonObject("connect").entrySet()) {
            JsonElement value = option.getValue();
            options = switch (option.getKey()) {
                case "plaintext" -> options.plaintext(value.getAsBoolean());
                case "dangerously_allow_plaintext_beyond_loopback" ->
                    options.dangerouslyAllowPlaintextBeyondLoopback(value.getAsBoolean());
                case "ca" -> options.ca(file(value));
                case "certificate" -> options.certificate(file(value));
                case "private_key" -> options.privateKey(file(value));
                case "bearer_token" -> options.bearerToken(value.getAsString());
                case "live_timeout_ms" -> options.liveTimeout(Duration.ofMillis(value.getAsLong()));
                case "cached_timeout_ms" -> options.cachedTimeout(Duration.ofMillis(value.getAsLong()));
                default -> throw new IllegalStateException("no option " + option.getKey());
            };
        }
        return GatewayClient.connect(text(server, "address"), options);
    }

    private static String file(JsonElement path) {
        try {
            return Files.readString(Path.of(path.getAsString()));
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        }
    }

    private Map<String, Object> call(GatewayClient client, JsonObject step, List<Object> seen, List<Object> saw)
            throws Exception {
        Optional<Duration> timeout = step.has("timeout_ms")
                ? Optional.of(Duration.ofMillis(step.get("timeout_ms").getAsLong()))
                : Optional.empty();
        JsonObject request = step.getAsJsonObject("request");
        switch (text(step, "call")) {
            case "connect" -> {
                return map("connected", true);
            }
            case "authorize" -> {
                AuthorizeRequest sent = authorizeRequest(request, seen);
                return outcome(
                        timeout.isPresent() ? client.authorize(sent, timeout.get()) : client.authorize(sent), seen);
            }
            case "cached_authorize" -> {
                CachedAuthorizeRequest sent = CachedAuthorizeRequest.of(loginId(request));
                sent = request.has("tag") ? sent.tag(text(request, "tag")) : sent;
                sent = request.has("instance") ? sent.instance(text(request, "instance")) : sent;
                seen.add(sent);
                return outcome(
                        timeout.isPresent()
                                ? client.cachedAuthorize(sent, timeout.get())
                                : client.cachedAuthorize(sent),
                        seen);
            }
            case "answer" -> {
                if (!step.has("continuation") && lastRound == null) {
                    throw new IllegalStateException("there was no round");
                }
                String continuation = step.has("continuation") ? text(step, "continuation") : lastRound.continuation();
                List<Answer> answers = answers(step.getAsJsonArray("answers"), seen);
                return outcome(
                        timeout.isPresent()
                                ? client.answer(continuation, answers, timeout.get())
                                : client.answer(continuation, answers),
                        seen);
            }
            case "sign_in" -> {
                AuthorizeRequest sent = authorizeRequest(request, seen);
                Answerer<RuntimeException> chosen =
                        step.has("by_kind") ? byKind(step.getAsJsonObject("by_kind"), seen) : listed(step, seen);
                Answerer<InterruptedException> answerer = round -> {
                    seen.add(round);
                    saw.add(round(round));
                    Thread.sleep(step.has("answer_after_ms") ? step.get("answer_after_ms").getAsLong() : 0);
                    return chosen.answer(round);
                };
                return outcome(
                        timeout.isPresent()
                                ? client.signIn(sent, answerer, timeout.get())
                                : client.signIn(sent, answerer),
                        seen);
            }
            default -> throw new IllegalStateException("no call " + step.get("call"));
        }
    }

    private AuthorizeRequest authorizeRequest(JsonObject json, List<Object> seen) {
        Subject subject = json.has("login_id")
                ? new LoginId(loginId(json))
                : new Credentials(text(json, "institution"), text(json, "username"), text(json, "password"));
        AuthorizeRequest request = AuthorizeRequest.of(subject).save(flag(json, "save"));
        request = json.has("language") ? request.language(Language.valueOf(text(json, "language"))) : request;
        request = json.has("tag") ? request.tag(text(json, "tag")) : request;
        request = json.has("schedule_refresh") ? request.scheduleRefresh(flag(json, "schedule_refresh")) : request;
        request = json.has("with_mfa_questions") ? request.withMfaQuestions(flag(json, "with_mfa_questions")) : request;
        request = json.has("instance") ? request.instance(text(json, "instance")) : request;
        seen.add(request);
        return request;
    }

    private String loginId(JsonObject request) {
        String loginId = text(request, "login_id");
        if (loginId.equals("$login_id") && lastLoginId == null) {
            throw new IllegalStateException("there was no login");
        }
        return loginId.equals("$login_id") ? lastLoginId : loginId;
    }

    private static Answerer<RuntimeException> listed(JsonObject step, List<Object> seen) {
        JsonArray rounds = step.getAsJsonArray("rounds");
        int[] next = {0};
        return round -> answers(rounds.get(next[0]++).getAsJsonArray(), seen);
    }

    private static Answerer<RuntimeException> byKind(JsonObject kinds, List<Object> seen) {
        Answerer.ByKind answerer = Answerer.byKind();
        for (Map.Entry<String, JsonElement> entry : kinds.entrySet()) {
            Function<Challenge, Answer> function = challenge -> {
                Answer answer = answer(challenge.id(), entry.getValue().getAsJsonObject());
                seen.add(answer);
                return answer;
            };
            answerer = switch (entry.getKey()) {
                case "question_and_answer" -> answerer.questionAndAnswer(function::apply);
                case "question_selection" -> answerer.questionSelection(function::apply);
                case "multiple_choice" -> answerer.multipleChoice(function::apply);
                case "multiple_selection" -> answerer.multipleSelection(function::apply);
                case "image_selection" -> answerer.imageSelection(function::apply);
                case "text_or_call" -> answerer.textOrCall(function::apply);
                case "unrecognized" -> answerer.unrecognizedChallenge(function::apply);
                default -> throw new IllegalStateException("no kind " + entry.getKey());
            };
        }
        return answerer;
    }

    private static List<Answer> answers(JsonArray json, List<Object> seen) {
        List<Answer> answers = new ArrayList<>();
        for (JsonElement item : json) {
            answers.add(answer(text(item.getAsJsonObject(), "challenge_id"), item.getAsJsonObject()));
        }
        seen.add(answers);
        return answers;
    }

    private static Answer answer(String id, JsonObject json) {
        String kind = json.keySet().stream().filter(key -> !key.equals("challenge_id")).findFirst().orElseThrow();
        JsonElement value = json.get(kind);
        return switch (kind) {
            case "text" -> Answer.text(id, value.getAsString());
            case "selected_question" ->
                Answer.selectedQuestion(
                        id, text(value.getAsJsonObject(), "question"), text(value.getAsJsonObject(), "text"));
            case "choice" -> Answer.choice(id, value.getAsString());
            case "choices" -> Answer.choices(id, texts(value));
            case "image_index" -> Answer.imageIndex(id, value.getAsInt());
            case "code_delivery" ->
                Answer.codeDelivery(
                        id,
                        text(value.getAsJsonObject(), "phone_number"),
                        DeliveryMethod.valueOf(text(value.getAsJsonObject(), "method")));
            case "raw" ->
                Answer.raw(id, text(value.getAsJsonObject(), "key"), texts(value.getAsJsonObject().get("values")));
            default -> throw new IllegalStateException("no answer " + kind);
        };
    }

    // What was seen.

    private Map<String, Object> outcome(Outcome outcome, List<Object> seen) {
        seen.add(outcome);
        return outcome.fold(
                session -> {
                    lastLoginId = session.login().map(login -> login.loginId()).orElse(lastLoginId);
                    return map("session", session(session));
                },
                round -> {
                    lastRound = round;
                    return map("challenge_round", round(round));
                },
                pending -> map("pending", pending(pending)));
    }

    private static Object session(Session session) {
        return map(
                "request_id", session.requestId(),
                "login", session.login()
                        .map(login -> map(
                                "login_id", login.loginId(),
                                "username", login.username(),
                                "type", login.type().name(),
                                "scheduled_refresh", login.scheduledRefresh(),
                                "last_refresh_time_ms",
                                        login.lastRefreshTime().map(Instant::toEpochMilli).orElse(null),
                                "type_name", login.typeName()))
                        .orElse(null),
                "institution", institution(session.institution()),
                "links", session.links().stream().map(Conformance::link).toList(),
                "tag", session.tag());
    }

    private static Object institution(Optional<Institution> institution) {
        return institution
                .map(bank -> map("name", bank.name(), "display_name", bank.displayName(), "id", bank.id()))
                .orElse(null);
    }

    private static Object link(Link link) {
        return map(
                "resource", link.resource().name(), "rel", link.rel(), "href", link.href(), "example", link.example());
    }

    private static Object pending(PendingOperation pending) {
        return map(
                "request_id", pending.requestId(),
                "flinks_code", pending.flinksCode(),
                "links", pending.links().stream().map(Conformance::link).toList());
    }

    private static Object round(ChallengeRound round) {
        return map(
                "continuation", round.continuation(),
                "request_id", round.requestId(),
                "challenges", round.challenges().stream().map(Conformance::challenge).toList(),
                "round", round.round(),
                "previous_answers_rejected", round.previousAnswersRejected(),
                "expire_time_ms", round.expireTime().toEpochMilli(),
                "institution", institution(round.institution()),
                "tag", round.tag());
    }

    private static Object challenge(Challenge challenge) {
        Map<String, Object> json = map("kind", kind(challenge.getClass()), "id", challenge.id(), "prompt", challenge.prompt());
        json.putAll(challenge.accept(new Challenge.Visitor<Map<String, Object>>() {
            @Override
            public Map<String, Object> questionAndAnswer(Challenge.QuestionAndAnswer asked) {
                return map();
            }

            @Override
            public Map<String, Object> questionSelection(Challenge.QuestionSelection asked) {
                return map("questions", asked.questions());
            }

            @Override
            public Map<String, Object> multipleChoice(Challenge.MultipleChoice asked) {
                return map("choices", asked.choices());
            }

            @Override
            public Map<String, Object> multipleSelection(Challenge.MultipleSelection asked) {
                return map("choices", asked.choices());
            }

            @Override
            public Map<String, Object> imageSelection(Challenge.ImageSelection asked) {
                return map("images", asked.images().stream()
                        .map(image -> map(
                                "content", Base64.getEncoder().encodeToString(image.content()),
                                "media_type", image.mediaType()))
                        .toList());
            }

            @Override
            public Map<String, Object> textOrCall(Challenge.TextOrCall asked) {
                return map("phone_numbers", asked.phoneNumbers());
            }

            @Override
            public Map<String, Object> unrecognizedChallenge(Challenge.UnrecognizedChallenge asked) {
                return map("type", asked.type(), "iterables", asked.iterables(), "raw", asked.raw().orElse(null));
            }
        }));
        return json;
    }

    /** The contract's name of a kind of challenge. */
    private static String kind(Class<? extends Challenge> type) {
        String name = type.getSimpleName().replaceAll("\\B([A-Z])", "_$1").toLowerCase();
        return name.equals("unrecognized_challenge") ? "unrecognized" : name;
    }

    private static Object error(GatewayException error) {
        return map(
                "code", error.code().name(),
                "message", error.getMessage(),
                "reason", error.reason().name(),
                "reason_name", error.reasonName(),
                "next_step", error.nextStep().name(),
                "retryable", error.retryable(),
                "retry_delay_ms", error.retryDelay().map(Duration::toMillis).orElse(null),
                "field_violations", error.fieldViolations().stream()
                        .map(field -> map(
                                "field", field.field(), "description", field.description(), "reason", field.reason()))
                        .toList(),
                "flinks_code", error.flinksCode(),
                "http_status", error.httpStatus(),
                "request_id", error.requestId(),
                "metadata", error.metadata(),
                "call_id", error.callId(),
                "predicates", Arrays.stream(GatewayException.class.getMethods())
                        .filter(method -> method.getName().matches("is[A-Z].*") && asked(method, error))
                        .map(method -> method.getName().replaceAll("([A-Z])", "_$1").toLowerCase())
                        .sorted()
                        .toList());
    }

    private static boolean asked(Method predicate, GatewayException error) {
        try {
            return (boolean) predicate.invoke(error);
        } catch (ReflectiveOperationException failed) {
            throw new IllegalStateException(failed);
        }
    }

    /** A value, and all the values in it, in every way that Java and its two common JSON mappers print. */
    private static List<String> printed(Object value) {
        List<String> printed = new ArrayList<>();
        printed.add(String.format("%s", value));
        if (value instanceof Throwable error) {
            StringWriter trace = new StringWriter();
            error.printStackTrace(new PrintWriter(trace));
            printed.add(trace.toString());
        }
        try {
            printed.add(new GsonBuilder().disableHtmlEscaping().create().toJson(value));
        } catch (RuntimeException refused) {
            printed.add(refused.toString());
        }
        try {
            printed.add(new ObjectMapper()
                    .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
                    .writeValueAsString(value));
        } catch (IOException refused) {
            printed.add(refused.toString());
        }
        parts(value).forEach(part -> printed.addAll(printed(part)));
        return printed;
    }

    private static List<Object> parts(Object value) {
        List<Object> parts = new ArrayList<>();
        if (value instanceof Collection<?> items) {
            parts.addAll(items);
        } else if (value instanceof AuthorizeRequest request) {
            parts.add(request.subject());
        } else if (value instanceof Session session) {
            session.login().ifPresent(parts::add);
            session.institution().ifPresent(parts::add);
            parts.addAll(session.links());
        } else if (value instanceof ChallengeRound round) {
            round.institution().ifPresent(parts::add);
            parts.addAll(round.challenges());
        } else if (value instanceof Challenge.ImageSelection selection) {
            parts.addAll(selection.images());
        } else if (value instanceof PendingOperation pending) {
            parts.addAll(pending.links());
        } else if (value instanceof GatewayException error) {
            parts.addAll(error.fieldViolations());
        }
        return parts;
    }

    // JSON.

    private static Map<String, Object> map(Object... pairs) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            map.put((String) pairs[i], pairs[i + 1]);
        }
        return map;
    }

    private static String text(JsonObject json, String key) {
        return json.get(key).getAsString();
    }

    private static boolean flag(JsonObject json, String key) {
        return json.get(key).getAsBoolean();
    }

    private static List<String> texts(JsonElement json) {
        return json.getAsJsonArray().asList().stream().map(JsonElement::getAsString).toList();
    }
}
