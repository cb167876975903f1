// What the conformance suite cannot see of calls, against a server of the contract's on a real socket.
package flinks.gateway.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Timestamp;
import flinks.gateway.v1.AnswerChallengesRequest;
import flinks.gateway.v1.AnswerChallengesResponse;
import flinks.gateway.v1.AuthorizationServiceGrpc;
import flinks.gateway.v1.AuthorizeResponse;
import flinks.gateway.v1.CachedAuthorizeResponse;
import io.grpc.Context;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;

@Timeout(20)
class GatewayClientTest {
    private static final AuthorizeRequest REQUEST =
            AuthorizeRequest.of(new Credentials("FlinksCapital", "Greatday", "Everyday")).save(true);
    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    private final Queue<String> authorizations = new ConcurrentLinkedQueue<>();
    private final Service service = new Service();
    private Server server;
    private GatewayClient client;

    @BeforeEach
    void start() throws IOException {
        server = Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
                .addService(service)
                .intercept(new ServerInterceptor() {
                    @Override
                    public <Q, A> ServerCall.Listener<Q> interceptCall(
                            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
                        authorizations.add(String.valueOf(headers.get(AUTHORIZATION)));
                        return next.startCall(call, headers);
                    }
                })
                .build()
                .start();
        client = connect(ConnectOptions.defaults());
    }

    @AfterEach
    void stop() {
        client.close();
        server.shutdownNow();
    }

    private GatewayClient connect(ConnectOptions options) {
        return GatewayClient.connect("127.0.0.1:" + server.getPort(), options.plaintext(true));
    }

    @Test
    void answererIsInterruptedWhenItsRoundExpires() throws InterruptedException {
        CountDownLatch interrupted = new CountDownLatch(1);
        service.expireTime = Instant.now().plusMillis(300);
        GatewayException error = assertThrows(GatewayException.class, () -> client.signIn(REQUEST, round -> {
            try {
                Thread.sleep(60_000);
            } catch (InterruptedException now) {
                interrupted.countDown();
            }
            return List.of(Answer.text("1", "too late"));
        }));
        assertEquals(Status.Code.NOT_FOUND, error.code());
        assertTrue(error.isSessionExpired());
        assertEquals(NextStep.START_OVER, error.nextStep());
        assertFalse(error.retryable());
        assertEquals("session", error.requestId());
        assertEquals(
                Map.of("next_step", "NEXT_STEP_START_OVER", "retryable", "false", "request_id", "session"),
                error.metadata());
        assertEquals("", error.callId());
        assertTrue(interrupted.await(5, TimeUnit.SECONDS));
        assertEquals(0, service.answered.get());
    }

    @Test
    void whatAnAnswererThrowsIsThrownUnchanged() {
        IOException checked = new IOException("the customer's browser is gone");
        assertSame(checked, assertThrows(IOException.class, () -> client.signIn(REQUEST, round -> {
            throw checked;
        })));
        Error severe = new AssertionError("a bug");
        assertSame(severe, assertThrows(AssertionError.class, () -> client.signIn(REQUEST, round -> {
            throw severe;
        })));
    }

    @Test
    void interruptingTheThreadCancelsTheCall() throws InterruptedException {
        service.hangs = true;
        AtomicBoolean stillInterrupted = new AtomicBoolean();
        List<GatewayException> errors = new ArrayList<>();
        Thread thread = new Thread(() -> {
            errors.add(assertThrows(GatewayException.class, () -> client.authorize(REQUEST)));
            stillInterrupted.set(Thread.currentThread().isInterrupted());
        });
        thread.start();
        service.arrived.await();
        thread.interrupt();
        thread.join();
        assertEquals(Status.Code.CANCELLED, errors.get(0).code());
        assertTrue(errors.get(0).isOutcomeUnknown());
        assertFalse(errors.get(0).retryable());
        assertTrue(stillInterrupted.get());
        assertTrue(service.cancelled.await(5, TimeUnit.SECONDS));
    }

    @Test
    void threadThatIsInterruptedWhileItWaitsForATokenSendsNothing() {
        try (GatewayClient slow = connect(ConnectOptions.defaults().bearerToken(() -> {
            Thread.currentThread().interrupt();
            return "token";
        }))) {
            assertEquals(
                    Status.Code.CANCELLED,
                    assertThrows(GatewayException.class, () -> slow.authorize(REQUEST)).code());
        }
        assertTrue(Thread.interrupted());
        assertEquals(List.of(), List.copyOf(authorizations));
    }

    @Test
    void interruptedThreadSendsNothing() {
        Thread.currentThread().interrupt();
        GatewayException error = assertThrows(GatewayException.class, () -> client.authorize(REQUEST));
        assertTrue(Thread.interrupted());
        assertEquals(Status.Code.CANCELLED, error.code());
        assertEquals(List.of(), List.copyOf(authorizations));
    }

    @Test
    void interruptingTheThreadEndsTheWaitForAnswers() throws InterruptedException {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        List<GatewayException> errors = new ArrayList<>();
        Thread thread = new Thread(() -> errors.add(assertThrows(
                GatewayException.class, () -> client.signIn(REQUEST, round -> {
                    asked.countDown();
                    try {
                        Thread.sleep(60_000);
                    } catch (InterruptedException now) {
                        interrupted.countDown();
                    }
                    return List.of();
                }))));
        thread.start();
        asked.await();
        thread.interrupt();
        thread.join();
        assertEquals(Status.Code.CANCELLED, errors.get(0).code());
        assertTrue(interrupted.await(5, TimeUnit.SECONDS));
        assertEquals(0, service.answered.get());
    }

    @Test
    void cancellingTheContextCancelsTheCallAndTheWaitForAnswers() throws Exception {
        try (Context.CancellableContext context = Context.current().withCancellation()) {
            GatewayException error = assertThrows(
                    GatewayException.class, () -> context.call(() -> client.signIn(REQUEST, round -> {
                        context.cancel(null);
                        Thread.sleep(60_000);
                        return List.of();
                    })));
            assertEquals(Status.Code.CANCELLED, error.code());
        }
        service.hangs = true;
        try (Context.CancellableContext context = Context.current().withCancellation()) {
            Thread canceller = new Thread(() -> {
                try {
                    service.arrived.await();
                } catch (InterruptedException impossible) {
                    throw new AssertionError(impossible);
                }
                context.cancel(null);
            });
            canceller.start();
            GatewayException error =
                    assertThrows(GatewayException.class, () -> context.call(() -> client.authorize(REQUEST)));
            assertEquals(Status.Code.CANCELLED, error.code());
        }
        assertTrue(service.cancelled.await(5, TimeUnit.SECONDS));
    }

    @Test
    void tokenIsAskedForBeforeEachCall() {
        AtomicInteger count = new AtomicInteger();
        try (GatewayClient rotating =
                connect(ConnectOptions.defaults().bearerToken(() -> "token-" + count.incrementAndGet()))) {
            rotating.cachedAuthorize(CachedAuthorizeRequest.of("a"));
            rotating.cachedAuthorize(CachedAuthorizeRequest.of("a"));
        }
        assertEquals(List.of("Bearer token-1", "Bearer token-2"), List.copyOf(authorizations));
    }

    @Test
    void whatTheTokenFunctionThrowsIsThrownAndNothingIsSent() {
        IllegalStateException gone = new IllegalStateException("no token");
        try (GatewayClient broken = connect(ConnectOptions.defaults().bearerToken(() -> {
            throw gone;
        }))) {
            assertSame(gone, assertThrows(IllegalStateException.class, () -> broken.authorize(REQUEST)));
        }
        try (GatewayClient odd = connect(ConnectOptions.defaults().bearerToken(() -> "two\nlines"))) {
            String message = assertThrows(IllegalArgumentException.class, () -> odd.authorize(REQUEST)).getMessage();
            assertFalse(message.contains("lines"));
        }
        assertEquals(List.of(), List.copyOf(authorizations));
    }

    @Test
    void textThatIsNoUnicodeIsRefusedUnshownAndNothingIsSent() {
        String half = "canary\uD83D";
        Credentials credentials = new Credentials("FlinksCapital", "Greatday", half);
        for (Executable call : List.<Executable>of(
                () -> client.authorize(AuthorizeRequest.of(credentials).save(true)),
                () -> client.answer("sealed", List.of(Answer.choices("1", List.of("one", half)))),
                () -> client.cachedAuthorize(CachedAuthorizeRequest.of("a").tag(half)))) {
            String message = assertThrows(IllegalArgumentException.class, call).getMessage();
            assertFalse(message.contains("canary"));
        }
        assertEquals(List.of(), List.copyOf(authorizations));
    }

    @Test
    void messageQuotesNoPeerThatEchoes() {
        for (String said : List.of("HTTP status code 502\nDATA\ncanary", "closed by GOAWAY, debug data: canary")) {
            StatusRuntimeException failure = Status.UNAVAILABLE.withDescription(said).asRuntimeException();
            assertFalse(GatewayException.of(failure, null, false).toString().contains("canary"));
        }
    }

    @Test
    void manyThreadsShareAClient() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(16);
        List<Future<FinalOutcome>> calls = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            String loginId = "login-" + i;
            calls.add(threads.submit(() -> client.cachedAuthorize(CachedAuthorizeRequest.of(loginId))));
        }
        for (int i = 0; i < calls.size(); i++) {
            String requestId = calls.get(i).get().fold(Session::requestId, PendingOperation::requestId);
            assertEquals("login-" + i, requestId);
        }
        threads.shutdown();
    }

    @Test
    void closedClientRefusesCalls() {
        client.close();
        assertThrows(IllegalStateException.class, () -> client.authorize(REQUEST));
        client.close();
    }

    /** Asks one question, and opens a session named by what it was asked for. */
    private static final class Service extends AuthorizationServiceGrpc.AuthorizationServiceImplBase {
        private final AtomicInteger answered = new AtomicInteger();
        private final CountDownLatch arrived = new CountDownLatch(1);
        private final CountDownLatch cancelled = new CountDownLatch(1);
        private volatile Instant expireTime = Instant.now().plusSeconds(60);
        private volatile boolean hangs;

        @Override
        public void authorize(
                flinks.gateway.v1.AuthorizeRequest request, StreamObserver<AuthorizeResponse> observer) {
            if (hangs) {
                ((ServerCallStreamObserver<AuthorizeResponse>) observer).setOnCancelHandler(cancelled::countDown);
                arrived.countDown();
                return;
            }
            AuthorizeResponse.Builder response = AuthorizeResponse.newBuilder();
            response.getChallengeRoundBuilder()
                    .setContinuation("sealed")
                    .setRequestId("session")
                    .setExpireTime(Timestamp.newBuilder()
                            .setSeconds(expireTime.getEpochSecond())
                            .setNanos(expireTime.getNano()))
                    .addChallengesBuilder()
                    .setId("1")
                    .getQuestionAndAnswerBuilder();
            observer.onNext(response.build());
            observer.onCompleted();
        }

        @Override
        public void answerChallenges(
                AnswerChallengesRequest request, StreamObserver<AnswerChallengesResponse> observer) {
            answered.incrementAndGet();
            observer.onNext(AnswerChallengesResponse.getDefaultInstance());
            observer.onCompleted();
        }

        @Override
        public void cachedAuthorize(
                flinks.gateway.v1.CachedAuthorizeRequest request, StreamObserver<CachedAuthorizeResponse> observer) {
            CachedAuthorizeResponse.Builder response = CachedAuthorizeResponse.newBuilder();
            response.getSessionBuilder().setRequestId(request.getLoginId());
            observer.onNext(response.build());
            observer.onCompleted();
        }
    }
}
