// A failed call: what the gateway said of it, or what little can be said without the gateway.
package flinks.gateway.client;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A call failed. Tell errors apart by {@link #reason()} or the {@code is…} methods, and do what {@link #nextStep()}
 * says.
 *
 * <p>{@link #getMessage()} is gRPC's status message: a fixed sentence, without anything of the request.
 *
 * <p>An error that the gateway did not make comes from gRPC or from something on the way. It says no more than its
 * code; whether the bank took a live call is then unknown.
 */
public final class GatewayException extends ReasonPredicates {
    private static final long serialVersionUID = 1;
    private static final String DOMAIN = "flinks-gateway";
    private static final Metadata.Key<byte[]> DETAILS =
            Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);
    private static final Metadata.Key<String> CALL_ID =
            Metadata.Key.of("x-request-id", Metadata.ASCII_STRING_MARSHALLER);

    /** gRPC's status code. */
    private final Status.Code code;

    /** The gateway's {@code x-request-id}. */
    private final String callId;

    /** The reason's name, as it came. */
    private final String reasonName;

    /** What is known beyond the reason, under the names of the gateway's metadata. */
    private final Map<String, String> facts;

    /** The same where the gateway said it; empty where it is made of a code alone. */
    private final Map<String, String> metadata;

    /** How long to wait before the call is repeated, or null. */
    private final Duration retryDelay;

    /** The fields of the request that broke a rule. */
    private final List<FieldViolation> fieldViolations;

    private GatewayException(Status status, String callId, com.google.rpc.Status details) {
        // The exception of gRPC itself is left out: it holds the trailers. Only of a connection that could not be
        // made, or was lost, does the cause say more, and nothing of the call.
        super(sentence(status), status.getCode() == Status.Code.UNAVAILABLE ? status.getCause() : null);
        this.code = status.getCode();
        this.callId = callId;
        ErrorInfo info = detail(details, ErrorInfo.getDefaultInstance());
        this.reasonName = info.getReason();
        this.facts = Map.copyOf(info.getMetadataMap());
        this.metadata = info.getDomain().equals(DOMAIN) ? facts : Map.of();
        RetryInfo retry = detail(details, RetryInfo.getDefaultInstance());
        com.google.protobuf.Duration delay = retry.getRetryDelay();
        this.retryDelay = retry.hasRetryDelay() ? Duration.ofSeconds(delay.getSeconds(), delay.getNanos()) : null;
        this.fieldViolations = detail(details, BadRequest.getDefaultInstance()).getFieldViolationsList().stream()
                .map(field -> new FieldViolation(field.getField(), field.getDescription(), field.getReason()))
                .toList();
    }

    /** Reads a failed call; {@code repeatable} is whether the method may be called again at any time. */
    static GatewayException of(StatusRuntimeException failure, Metadata headers, boolean repeatable) {
        Status status = failure.getStatus();
        Metadata trailers = Objects.requireNonNullElseGet(failure.getTrailers(), Metadata::new);
        String callId = Stream.of(trailers, Objects.requireNonNullElse(headers, trailers))
                .map(metadata -> metadata.get(CALL_ID))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse("");
        com.google.rpc.Status details = details(trailers);
        boolean said = detail(details, ErrorInfo.getDefaultInstance()).getDomain().equals(DOMAIN);
        return new GatewayException(status, callId, said ? details : guessed(status.getCode(), repeatable));
    }

    /** A round whose answers were not there in time: what the gateway would say, so that programs treat both alike. */
    static GatewayException expired(ChallengeRound round) {
        Status status = Status.NOT_FOUND.withDescription("the round expired before its answers were there");
        ErrorInfo.Builder info = info(ErrorReason.SESSION_EXPIRED, NextStep.START_OVER, false);
        info.setDomain(DOMAIN).putMetadata("request_id", round.requestId());
        return new GatewayException(status, "", details(info));
    }

    /** A live call that was cancelled, or ran out of time, on this side of the wire. */
    static GatewayException stopped(Status status) {
        return of(status.asRuntimeException(), null, false);
    }

    /** What can be said of a code alone. */
    private static com.google.rpc.Status guessed(Status.Code code, boolean repeatable) {
        return details(
                switch (code) {
                    case DEADLINE_EXCEEDED ->
                        info(ErrorReason.DEADLINE_EXCEEDED, NextStep.CHECK_OUTCOME, repeatable);
                    case UNAUTHENTICATED, PERMISSION_DENIED, UNIMPLEMENTED ->
                        info(ErrorReason.UNSPECIFIED, NextStep.CONTACT_OPERATOR, false);
                    default -> info(ErrorReason.OUTCOME_UNKNOWN, NextStep.CHECK_OUTCOME, repeatable);
                });
    }

    private static ErrorInfo.Builder info(ErrorReason reason, NextStep nextStep, boolean retryable) {
        return ErrorInfo.newBuilder()
                .setReason(reason.fullName())
                .putMetadata("next_step", nextStep.fullName())
                .putMetadata("retryable", String.valueOf(retryable));
    }

    private static com.google.rpc.Status details(ErrorInfo.Builder info) {
        return com.google.rpc.Status.newBuilder().addDetails(Any.pack(info.build())).build();
    }

    /** The details that came with a status; none where they cannot be read. */
    private static com.google.rpc.Status details(Metadata trailers) {
        try {
            return com.google.rpc.Status.parseFrom(Objects.requireNonNullElse(trailers.get(DETAILS), new byte[0]));
        } catch (InvalidProtocolBufferException unreadable) {
            return com.google.rpc.Status.getDefaultInstance();
        }
    }

    /** The first detail of a type, or {@code none} where there is none that can be read. */
    private static <M extends Message> M detail(com.google.rpc.Status details, M none) {
        try {
            for (Any any : details.getDetailsList()) {
                if (any.isSameTypeAs(none)) {
                    return any.unpackSameTypeAs(none);
                }
            }
        } catch (InvalidProtocolBufferException unreadable) {
            return none;
        }
        return none;
    }

    /** The message without what gRPC quotes at its end: words of a peer that is no gateway, which may echo ours. */
    private static String sentence(Status status) {
        return status.getDescription() == null ? "" : status.getDescription().split("\n|, debug data: ", 2)[0];
    }

    /** {@return gRPC's status code} */
    public Status.Code code() {
        return code;
    }

    @Override
    public ErrorReason reason() {
        return ErrorReason.of(reasonName);
    }

    /**
     * {@return the reason's name, such as {@code ERROR_REASON_RATE_LIMITED}; as it came where it is newer than this
     * client}
     */
    public String reasonName() {
        return reasonName;
    }

    /** {@return who must do what next; {@link NextStep#UNSPECIFIED} when that is newer than this client} */
    public NextStep nextStep() {
        return NextStep.of(facts.getOrDefault("next_step", ""));
    }

    /** {@return whether a program may repeat this very call, after {@link #retryDelay()}} */
    public boolean retryable() {
        return "true".equals(facts.get("retryable"));
    }

    /** {@return how long to wait before the call is repeated} */
    public Optional<Duration> retryDelay() {
        return Optional.ofNullable(retryDelay);
    }

    /** {@return the fields of the request that broke a rule} */
    public List<FieldViolation> fieldViolations() {
        return fieldViolations;
    }

    /** {@return Flinks' own code, such as {@code INVALID_PASSWORD}; empty when Flinks did not answer with one} */
    public String flinksCode() {
        return facts.getOrDefault("flinks_code", "");
    }

    /** {@return the status of Flinks' reply; 0 when Flinks did not answer} */
    public int httpStatus() {
        String status = facts.getOrDefault("http_status", "");
        return status.matches("[0-9]{1,9}") ? Integer.parseInt(status) : 0;
    }

    /** {@return Flinks' name for the session; empty when it is not known} */
    public String requestId() {
        return facts.getOrDefault("request_id", "");
    }

    /** {@return all of {@code ErrorInfo.metadata}} */
    public Map<String, String> metadata() {
        return metadata;
    }

    /** {@return the gateway's {@code x-request-id}: the call's line in its log; empty when no gateway answered} */
    public String callId() {
        return callId;
    }

    @Override
    public String toString() {
        return getClass().getName() + ": " + code + ": " + getMessage() + " [reason=" + reasonName + ", nextStep="
                + nextStep() + ", retryable=" + retryable() + ", requestId=" + requestId() + ", callId=" + callId + "]";
    }
}
