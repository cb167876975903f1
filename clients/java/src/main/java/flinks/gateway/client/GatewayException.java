// A failed call: what the gateway said of it, or what little can be said without the gateway.
package flinks.gateway.client;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.Serializable;
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

    // What the gateway said, or what is made of a code alone. No doc comment: of one, newer javadocs want every field
    // described, for the exception can be serialized.
    private record Facts(
            String reasonName,
            NextStep nextStep,
            boolean retryable,
            String requestId,
            Map<String, String> metadata,
            Duration retryDelay,
            List<FieldViolation> fieldViolations)
            implements Serializable {
        Facts(ErrorReason reason, NextStep nextStep, boolean retryable, String requestId) {
            this(reason.fullName(), nextStep, retryable, requestId, Map.of(), null, List.of());
        }
    }

    /** gRPC's status code. */
    private final Status.Code code;

    /** All else that is known of the failure. */
    private final Facts facts;

    /** The gateway's {@code x-request-id}. */
    private final String callId;

    private GatewayException(Status.Code code, String message, Throwable cause, Facts facts, String callId) {
        super(message, cause);
        this.code = code;
        this.facts = facts;
        this.callId = callId;
    }

    /** Reads a failed call; {@code repeatable} is whether the method may be called again at any time. */
    static GatewayException of(StatusRuntimeException failure, Metadata headers, boolean repeatable) {
        Status status = failure.getStatus();
        Metadata trailers = failure.getTrailers() == null ? new Metadata() : failure.getTrailers();
        Facts facts = said(trailers.get(DETAILS)).orElseGet(() -> guessed(status.getCode(), repeatable));
        String callId = Stream.of(trailers, headers == null ? trailers : headers)
                .map(metadata -> metadata.get(CALL_ID))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse("");
        // The exception of gRPC itself is left out: it holds the trailers. Only of a connection that could not be
        // made, or was lost, does the cause say more, and nothing of the call.
        Throwable cause = status.getCode() == Status.Code.UNAVAILABLE ? status.getCause() : null;
        return new GatewayException(status.getCode(), sentence(status), cause, facts, callId);
    }

    /** A round whose answers were not there in time: what the gateway would say, so that programs treat both alike. */
    static GatewayException expired(ChallengeRound round) {
        NextStep nextStep = NextStep.START_OVER;
        Map<String, String> metadata = Map.of(
                "next_step", nextStep.fullName(), "retryable", "false", "request_id", round.requestId());
        Facts facts = new Facts(
                ErrorReason.SESSION_EXPIRED.fullName(), nextStep, false, round.requestId(), metadata, null, List.of());
        return new GatewayException(
                Status.Code.NOT_FOUND, "the round expired before its answers were there", null, facts, "");
    }

    /** A live call that was cancelled, or ran out of time, on this side of the wire. */
    static GatewayException stopped(Status status) {
        return of(status.asRuntimeException(), null, false);
    }

    private static Optional<Facts> said(byte[] details) {
        if (details == null) {
            return Optional.empty();
        }
        try {
            com.google.rpc.Status status = com.google.rpc.Status.parseFrom(details);
            Optional<ErrorInfo> info = detail(status, ErrorInfo.class);
            if (info.isEmpty() || !info.get().getDomain().equals(DOMAIN)) {
                return Optional.empty();
            }
            Map<String, String> metadata = Map.copyOf(info.get().getMetadataMap());
            return Optional.of(new Facts(
                    info.get().getReason(),
                    NextStep.of(metadata.getOrDefault("next_step", "")),
                    "true".equals(metadata.get("retryable")),
                    metadata.getOrDefault("request_id", ""),
                    metadata,
                    detail(status, RetryInfo.class)
                            .filter(RetryInfo::hasRetryDelay)
                            .map(retry -> Duration.ofSeconds(
                                    retry.getRetryDelay().getSeconds(), retry.getRetryDelay().getNanos()))
                            .orElse(null),
                    violations(detail(status, BadRequest.class).orElse(BadRequest.getDefaultInstance()))));
        } catch (InvalidProtocolBufferException unreadable) {
            return Optional.empty();
        }
    }

    private static List<FieldViolation> violations(BadRequest request) {
        return request.getFieldViolationsList().stream()
                .map(field -> new FieldViolation(field.getField(), field.getDescription(), field.getReason()))
                .toList();
    }

    /** A detail that is there and can be read. */
    private static <M extends Message> Optional<M> detail(com.google.rpc.Status status, Class<M> type) {
        for (com.google.protobuf.Any any : status.getDetailsList()) {
            try {
                if (any.is(type)) {
                    return Optional.of(any.unpack(type));
                }
            } catch (InvalidProtocolBufferException unreadable) {
                return Optional.empty();
            }
        }
        return Optional.empty();
    }

    private static Facts guessed(Status.Code code, boolean repeatable) {
        return switch (code) {
            case DEADLINE_EXCEEDED ->
                new Facts(ErrorReason.DEADLINE_EXCEEDED, NextStep.CHECK_OUTCOME, repeatable, "");
            case UNAUTHENTICATED, PERMISSION_DENIED, UNIMPLEMENTED ->
                new Facts(ErrorReason.UNSPECIFIED, NextStep.CONTACT_OPERATOR, false, "");
            default -> new Facts(ErrorReason.OUTCOME_UNKNOWN, NextStep.CHECK_OUTCOME, repeatable, "");
        };
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
        return ErrorReason.of(facts.reasonName);
    }

    /**
     * {@return the reason's name, such as {@code ERROR_REASON_RATE_LIMITED}; as it came where it is newer than this
     * client}
     */
    public String reasonName() {
        return facts.reasonName;
    }

    /** {@return who must do what next; {@link NextStep#UNSPECIFIED} when that is newer than this client} */
    public NextStep nextStep() {
        return facts.nextStep;
    }

    /** {@return whether a program may repeat this very call, after {@link #retryDelay()}} */
    public boolean retryable() {
        return facts.retryable;
    }

    /** {@return how long to wait before the call is repeated} */
    public Optional<Duration> retryDelay() {
        return Optional.ofNullable(facts.retryDelay);
    }

    /** {@return the fields of the request that broke a rule} */
    public List<FieldViolation> fieldViolations() {
        return facts.fieldViolations;
    }

    /** {@return Flinks' own code, such as {@code INVALID_PASSWORD}; empty when Flinks did not answer with one} */
    public String flinksCode() {
        return facts.metadata.getOrDefault("flinks_code", "");
    }

    /** {@return the status of Flinks' reply; 0 when Flinks did not answer} */
    public int httpStatus() {
        String status = facts.metadata.getOrDefault("http_status", "");
        return status.matches("[0-9]{1,9}") ? Integer.parseInt(status) : 0;
    }

    /** {@return Flinks' name for the session; empty when it is not known} */
    public String requestId() {
        return facts.requestId;
    }

    /** {@return all of {@code ErrorInfo.metadata}} */
    public Map<String, String> metadata() {
        return facts.metadata;
    }

    /** {@return the gateway's {@code x-request-id}: the call's line in its log; empty when no gateway answered} */
    public String callId() {
        return callId;
    }

    @Override
    public String toString() {
        return getClass().getName() + ": " + code + ": " + getMessage() + " [reason=" + facts.reasonName + ", nextStep="
                + facts.nextStep + ", retryable=" + facts.retryable + ", requestId=" + facts.requestId + ", callId="
                + callId + "]";
    }
}
