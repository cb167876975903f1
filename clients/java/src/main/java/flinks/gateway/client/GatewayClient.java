// The calls.
package flinks.gateway.client;

import com.google.gson.Gson;
import com.google.gson.reflect.TypeToken;
import com.google.protobuf.Message;
import flinks.gateway.v1.AnswerChallengesRequest;
import flinks.gateway.v1.AuthorizationServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A client of one gateway. Connects when it is first used and again whenever needed; any number of threads may share
 * it.
 *
 * <p>Calls block until they end, at the latest at their deadline. To cancel one, interrupt its thread or cancel its
 * {@link io.grpc.Context}: it then throws a {@link GatewayException} with code {@code CANCELLED} (an interrupted
 * thread stays interrupted), and the gateway drops the request to Flinks. A deadline of the context counts too.
 *
 * <p>{@code authorize} and {@code answer} are never repeated: each may be an attempt at the bank, and banks lock
 * customers out. {@code cachedAuthorize} is, on {@code UNAVAILABLE}, at most three attempts in all.
 */
public final class GatewayClient implements AutoCloseable {
    private static final int MAX_MESSAGE_BYTES = 32 << 20;
    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
    private static final Map<String, ?> SERVICE_CONFIG = serviceConfig();

    private final String address;
    private final transient Duration liveTimeout;
    private final transient Duration cachedTimeout;
    private final transient Supplier<String> bearerToken;
    private final transient ManagedChannel channel;

    private GatewayClient(String address, ConnectOptions options, ManagedChannel channel) {
        this.address = address;
        this.liveTimeout = options.liveTimeout;
        this.cachedTimeout = options.cachedTimeout;
        this.bearerToken = options.bearerToken;
        this.channel = channel;
    }

    /**
     * Makes a client that uses TLS against Java's certificate authorities.
     *
     * @param address {@code host:port}, IPv6 in brackets
     * @return the client; nothing is connected yet
     * @throws IllegalArgumentException when the address is malformed
     */
    public static GatewayClient connect(String address) {
        return connect(address, ConnectOptions.defaults());
    }

    /**
     * Makes a client.
     *
     * @param address {@code host:port}, IPv6 in brackets
     * @param options how to reach the gateway
     * @return the client; nothing is connected yet
     * @throws IllegalArgumentException when the address is malformed, the options contradict each other, or a PEM
     *     cannot be read
     */
    public static GatewayClient connect(String address, ConnectOptions options) {
        ManagedChannel channel = options.channel(Address.of(address))
                .defaultServiceConfig(SERVICE_CONFIG)
                .disableServiceConfigLookUp()
                .enableRetry()
                .keepAliveTime(60, TimeUnit.SECONDS)
                .keepAliveTimeout(20, TimeUnit.SECONDS)
                .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                .userAgent("flinks-gateway-java/" + Version.VERSION)
                .build();
        return new GatewayClient(address, options, channel);
    }

    private static Map<String, ?> serviceConfig() {
        try (Reader json = new InputStreamReader(
                GatewayClient.class.getResourceAsStream("service_config.json"), StandardCharsets.UTF_8)) {
            return new Gson().fromJson(json, new TypeToken<Map<String, ?>>() {}.getType());
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    /**
     * Signs a customer in at their bank now, within the client's {@code liveTimeout}. Calling again is not safe: see
     * {@link GatewayException#retryable()}.
     *
     * @param request whom to sign in, and what to keep of it
     * @return a session, challenges to answer, or a pending operation
     * @throws GatewayException when it failed
     */
    public Outcome authorize(AuthorizeRequest request) {
        return authorize(request, liveTimeout);
    }

    /**
     * Signs a customer in at their bank now; see {@link #authorize(AuthorizeRequest)}.
     *
     * @param request whom to sign in, and what to keep of it
     * @param timeout the call's deadline, from now
     * @return a session, challenges to answer, or a pending operation
     * @throws GatewayException when it failed
     */
    public Outcome authorize(AuthorizeRequest request, Duration timeout) {
        return call(AuthorizationServiceGrpc.getAuthorizeMethod(), Convert.message(request), timeout, Convert::value);
    }

    /**
     * Answers the challenges of a round, within the client's {@code liveTimeout}. Answers are checked before anything
     * is sent to the bank: after {@link ErrorReason#INVALID_REQUEST} the same round can be answered again. Otherwise
     * calling again is not safe: see {@link GatewayException#retryable()}.
     *
     * @param continuation the round's {@link ChallengeRound#continuation()}
     * @param answers one for each of its challenges, in any order
     * @return a session, more challenges, or a pending operation
     * @throws GatewayException when it failed
     */
    public Outcome answer(String continuation, List<Answer> answers) {
        return answer(continuation, answers, liveTimeout);
    }

    /**
     * Answers the challenges of a round; see {@link #answer(String, List)}.
     *
     * @param continuation the round's {@link ChallengeRound#continuation()}
     * @param answers one for each of its challenges, in any order
     * @param timeout the call's deadline, from now
     * @return a session, more challenges, or a pending operation
     * @throws GatewayException when it failed
     */
    public Outcome answer(String continuation, List<Answer> answers, Duration timeout) {
        AnswerChallengesRequest request = AnswerChallengesRequest.newBuilder()
                .setContinuation(continuation)
                .addAllAnswers(answers.stream().map(Answer::message).toList())
                .build();
        return call(AuthorizationServiceGrpc.getAnswerChallengesMethod(), request, timeout, Convert::value);
    }

    /**
     * Reopens a saved login from Flinks' cache, without asking the bank, within the client's {@code cachedTimeout}.
     * Calling again is safe.
     *
     * @param request which login
     * @return a session or a pending operation
     * @throws GatewayException when it failed
     */
    public FinalOutcome cachedAuthorize(CachedAuthorizeRequest request) {
        return cachedAuthorize(request, cachedTimeout);
    }

    /**
     * Reopens a saved login from Flinks' cache; see {@link #cachedAuthorize(CachedAuthorizeRequest)}.
     *
     * @param request which login
     * @param timeout the call's deadline, from now, all attempts together
     * @return a session or a pending operation
     * @throws GatewayException when it failed
     */
    public FinalOutcome cachedAuthorize(CachedAuthorizeRequest request, Duration timeout) {
        flinks.gateway.v1.CachedAuthorizeRequest message = Convert.message(request);
        return call(AuthorizationServiceGrpc.getCachedAuthorizeMethod(), message, timeout, Convert::value);
    }

    /**
     * Signs a customer in, and has the bank's challenges answered until none is left. Where a round's answers are not
     * there by its {@link ChallengeRound#expireTime()}, the sign-in ends with {@link ErrorReason#SESSION_EXPIRED},
     * and nothing is sent.
     *
     * @param request whom to sign in, and what to keep of it
     * @param answerer gives the answers to each round
     * @param <X> the checked exception that the answerer may throw
     * @return a session or a pending operation
     * @throws X what the answerer threw, unchanged
     * @throws GatewayException when a call failed
     */
    public <X extends Exception> FinalOutcome signIn(AuthorizeRequest request, Answerer<X> answerer) throws X {
        return signIn(request, answerer, liveTimeout);
    }

    /**
     * Signs a customer in, and has the bank's challenges answered; see {@link #signIn(AuthorizeRequest, Answerer)}.
     *
     * @param request whom to sign in, and what to keep of it
     * @param answerer gives the answers to each round
     * @param timeout the deadline of each call that this takes; the answerer's time does not count
     * @param <X> the checked exception that the answerer may throw
     * @return a session or a pending operation
     * @throws X what the answerer threw, unchanged
     * @throws GatewayException when a call failed
     */
    public <X extends Exception> FinalOutcome signIn(AuthorizeRequest request, Answerer<X> answerer, Duration timeout)
            throws X {
        Objects.requireNonNull(answerer, "answerer");
        Outcome outcome = authorize(request, timeout);
        while (outcome instanceof ChallengeRound round) {
            outcome = answer(round.continuation(), SignIn.answers(round, answerer), timeout);
        }
        return (FinalOutcome) outcome;
    }

    private <Q extends Message, A, O> O call(
            MethodDescriptor<Q, A> method, Q message, Duration timeout, Function<A, O> outcome) {
        Wire.checkTexts(message);
        CallOptions deadline = CallOptions.DEFAULT.withDeadlineAfter(ConnectOptions.checkTimeout(timeout));
        if (channel.isShutdown()) {
            throw new IllegalStateException("the client is closed");
        }
        Metadata sent = new Metadata();
        if (bearerToken != null) {
            sent.put(AUTHORIZATION, "Bearer " + ConnectOptions.checkToken(bearerToken.get()));
        }
        if (Thread.currentThread().isInterrupted()) {
            // gRPC would notice only after it had sent the request.
            throw GatewayException.stopped(Status.CANCELLED.withDescription("interrupted before the call"));
        }
        AtomicReference<Metadata> headers = new AtomicReference<>();
        Channel intercepted = ClientInterceptors.intercept(
                channel,
                MetadataUtils.newAttachHeadersInterceptor(sent),
                MetadataUtils.newCaptureMetadataInterceptor(headers, new AtomicReference<>()));
        try {
            return outcome.apply(ClientCalls.blockingUnaryCall(intercepted, method, deadline, message));
        } catch (StatusRuntimeException failure) {
            throw GatewayException.of(failure, headers.get(), method.isIdempotent());
        }
    }

    /**
     * Lets the calls in flight come to their end, and refuses new ones with {@link IllegalStateException}. Returns at
     * once.
     */
    @Override
    public void close() {
        channel.shutdown();
    }

    @Override
    public String toString() {
        return "GatewayClient[address=" + address + "]";
    }
}
